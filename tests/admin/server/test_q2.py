"""The pages of django-q2's tasks show what ran and how it ended, and no personal data."""

import traceback
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_q.models import Task

from connector.admin.server.q2 import name_error

FIELDS = ["name", "func", "started", "stopped", "attempt_count"]


class DriverError(Exception):
    """An error whose message quotes a row, as those of database drivers do."""


def result_of(error: Exception) -> str:
    """Return what django-q's worker keeps of an error."""
    try:
        raise error
    except Exception as exc:  # noqa: BLE001  # any error, as in the worker
        return f"{exc} : {traceback.format_exc()}"


def make_task(*, success: bool, result: str) -> Task:
    """Make a task that ended a second ago, with personal data in all that it was given."""
    now = timezone.now()
    return Task.objects.create(
        id="a" * 32, name="blue-moon", func="connector.tasks.sweep", args=("ada@example.org",),
        kwargs={"name": "Lovelace"}, group="ada", result=result, success=success,
        started=now - timedelta(seconds=1), stopped=now, attempt_count=3,
    )  # fmt: skip


@pytest.mark.django_db
def test_a_failure_shows_the_class_of_its_error_and_nothing_of_its_data(admin_client: Client) -> None:
    result = result_of(DriverError("duplicate key\nDETAIL: Key (email)=(ada@example.org) exists.\nLovelace: again"))
    task = make_task(success=False, result=result)
    page = admin_client.get(f"/admin/django_q/failure/{task.pk}/change/")
    assert page.context["adminform"].fieldsets == [(None, {"fields": (*FIELDS, "error")})]
    text = page.content.decode()
    assert "tests.admin.server.test_q2.DriverError" in text
    assert [word for word in ("ada@", "Lovelace", "Traceback", "duplicate") if word in text] == []


@pytest.mark.django_db
def test_a_success_shows_neither_its_arguments_nor_its_result(admin_client: Client) -> None:
    task = make_task(success=True, result="sent ada@example.org")
    page = admin_client.get(f"/admin/django_q/success/{task.pk}/change/")
    assert page.context["adminform"].fieldsets == [(None, {"fields": tuple(FIELDS)})]
    text = page.content.decode()
    assert "connector.tasks.sweep" in text
    assert [word for word in ("ada@", "Lovelace") if word in text] == []


@pytest.mark.parametrize(
    ("result", "name"),
    [
        (result_of(ValueError("bad")), "ValueError"),
        (result_of(KeyError()), "KeyError"),
        (result_of(DriverError("Ada: one\n\nLovelace: two")), "tests.admin.server.test_q2.DriverError"),
        ("Ada Lovelace could not be sent", ""),
        (None, ""),
    ],
)
def test_only_the_class_of_an_error_is_named(result: object, name: str) -> None:
    assert name_error(result) == name
