"""Every address of the admin and what each role is answered there. An address without a line fails: give it one."""

from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from tests.admin.roles.ground import Ground, plant, sign_in_as
from tests.admin.roles.routes import address, routes

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("table.txt")
ROLES = ("Viewer", "Operator", "Administrator")
OPEN_TO_ALL = {"login/"}
LAST = "logout/"
"""Visited last: nobody is signed in after it."""


def read_table() -> dict[str, dict[str, tuple[int, ...]]]:
    """Return {route: {method: statuses, in the order of ROLES}}."""
    table = {}
    for line in TABLE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        got, posted, route = (part.strip() for part in line.split("|", 2))
        table[route] = {"get": _numbers(got), "post": _numbers(posted)}
    return table


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split()))


def status_of(client: Client, url: str, *, method: str) -> int:
    """Return what an address answers; whatever was done there is undone."""
    with transaction.atomic():
        answer = getattr(client, method)(url)
        transaction.set_rollback(True)
    return int(answer.status_code)


def statuses(ground: Ground, role: str, *, method: str) -> dict[str, int]:
    """Return {route: status} for somebody of a role."""
    client = sign_in_as(ground, role)
    found = {route: status_of(client, address(route, ground), method=method) for route in routes() if route != LAST}
    return {**found, LAST: status_of(client, address(LAST, ground), method=method)}


def test_every_address_has_a_line_and_every_line_an_address() -> None:
    assert list(read_table()) == routes()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_the_table_says(role: str, method: str) -> None:
    place = ROLES.index(role)
    expected = {route: row[method][place] for route, row in read_table().items()}
    assert statuses(plant(), role, method=method) == expected


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_gets_in_without_signing_in(method: str) -> None:
    found = statuses(plant(), "", method=method)
    assert {route for route, status in found.items() if status != 302} == OPEN_TO_ALL


def test_nothing_fails() -> None:
    assert not [route for route, row in read_table().items() if 500 in (*row["get"], *row["post"])]
