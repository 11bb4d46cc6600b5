"""A sign-in dies in the middle of an event: the links wait, a person reconnects, and everybody is sent at once."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from connector import tasks
from connector.models import CampaignLink, SalesforceOrg
from connector.models.fields import Secret
from connector.pipeline.outbox.enqueue import request_drain
from connector.pipeline.setup.configure import apply_config
from simulator.accounts import App
from simulator.seed import read_seed
from simulator.server import SimulatorServer
from tests.acceptance.people import someone
from tests.browserless import log_in
from tests.private_keys import make_key, pem_of, public_pem_of
from tests.world import World

CLIENT = "simulator-client"
USER = "integration@simulator.example"
COLUMNS: dict[str, dict[str, Any]] = {
    "client_credentials": {},
    "password": {"username": USER, "password": "simulator-password", "security_token": "token"},
    "jwt_bearer": {"username": USER, "private_key": pem_of(make_key())},
    "web_server": {},
}


@pytest.fixture
def salesforce() -> Iterator[SimulatorServer]:
    """A Salesforce whose app knows our certificate, and whose refresh tokens work once."""
    seed = read_seed(None)
    seed["apps"][0]["certificate"] = public_pem_of(make_key())
    with SimulatorServer(seed=seed, settings={"refresh_token_rotation": True}) as server:
        yield server


@pytest.fixture(params=COLUMNS)
def dead(world: World, admin_client: Client, request: pytest.FixtureRequest) -> World:
    """An event at work whose organisation no longer lets the connector in."""
    connect(world, admin_client, str(request.param))
    hear(world, someone("p1"))
    work(world)
    assert world.ends() == {"p1": ("synced", "")}
    change_app(world, is_approved=False, client_secret="replaced")
    world.control("sessions/expire", {"with_refresh": True})
    hear(world, someone("p2", "Grace", "Hopper"))
    work(world)
    return world


def connect(world: World, client: Client, auth: str) -> None:
    secrets = {"password", "security_token", "private_key"}
    values = {name: Secret.conceal(text) if name in secrets else text for name, text in COLUMNS[auth].items()}
    SalesforceOrg.objects.update(auth=auth, **values)
    if auth == "web_server":
        press_log_in(client)


def press_log_in(client: Client) -> None:
    org = SalesforceOrg.objects.get()
    page = client.post(reverse("admin:connector_salesforceorg_log_in", args=[org.pk])).content.decode()
    url = unescape(page.partition(f'href="{org.login_url}')[2].partition('"')[0])
    client.get(log_in(org.login_url + url).url.removeprefix("http://testserver"))


def change_app(world: World, **values: Any) -> None:
    apps: dict[str, App] = world.salesforce.org.accounts.apps
    apps[CLIENT] = replace(apps[CLIENT], **values)


def mend_salesforce(world: World) -> None:
    change_app(world, is_approved=True, client_secret="simulator-secret")


def hear(world: World, participant: dict[str, Any]) -> None:
    """Store what inwink says and ask for it to be sent, as the webhook does."""
    world.receive(participant)
    request_drain([world.link.pk])


def work(world: World) -> int:
    """Do what is queued, as a worker would; return how many tasks there were."""
    queued = list(OrmQ.objects.all())
    OrmQ.objects.all().delete()
    for _ in queued:
        tasks.drain(world.link.pk)
    return len(queued)


def press(page: str) -> Callable[[World, Client], None]:
    """Press a button of the organisation's page."""

    def act(world: World, client: Client) -> None:
        client.post(reverse(f"admin:connector_salesforceorg_{page}", args=[world.org.pk]))

    return act


def save_secret(world: World, client: Client) -> None:
    """Enter the secret once more on the page."""
    org = SalesforceOrg.objects.get()
    form = {
        "name": org.name, "login_url": org.login_url, "auth": org.auth, "client_id": org.client_id,
        "client_secret": "simulator-secret", "username": org.username, "api_version": "64.0",
        "api_budget_percent": "80", "visibility_confirmed": "on",
    }  # fmt: skip
    SalesforceOrg.objects.update(client_secret=Secret.conceal("what Salesforce had before"))
    page = client.post(reverse("admin:connector_salesforceorg_change", args=[org.pk]), form)
    assert page.status_code == 302


def check_connection(world: World, client: Client) -> None:
    with suppress(SystemExit):  # its exit code is about more than the sign-in
        call_command("check_connection", world.org.name, "--json")


def apply_file(world: World, client: Client) -> None:
    """Give the secret once more in a configuration file; refused while Salesforce refuses it."""
    SalesforceOrg.objects.update(client_secret=Secret.conceal("what Salesforce had before"))
    text = f"orgs:\n  - name: {world.org.name}\n    client_secret: simulator-secret\n"
    apply_config(text, environ={})


WAYS = {"button": press("check"), "command": check_connection, "form": save_secret, "file": apply_file}


def test_everything_waits_and_the_first_page_says_why(dead: World, admin_client: Client) -> None:
    org = SalesforceOrg.objects.get()
    assert (org.state, bool(org.pause_code), bool(org.state_reason)) == ("reconnect_needed", True, True)
    assert (dead.entry("p2").state, dead.entry("p2").attempt_count) == ("pending", 0)
    assert CampaignLink.objects.get().pause_kind == ""
    text = admin_client.get("/admin/").content.decode()
    assert f"{org.name} must be reconnected." in text
    assert ("Log in with Salesforce</button>" in text) is (org.auth == "web_server")
    hear(dead, someone("p3", "Alan", "Turing"))
    assert work(dead) == 0, "nobody is asked to send what cannot be sent"


@pytest.mark.parametrize("way", WAYS)
def test_reconnecting_sends_everybody_at_once(dead: World, admin_client: Client, way: str) -> None:
    WAYS[way](dead, admin_client)
    work(dead)
    assert SalesforceOrg.objects.get().state == "reconnect_needed", "Salesforce still does not let us in"
    mend_salesforce(dead)
    if SalesforceOrg.objects.get().auth == "web_server":
        press_log_in(admin_client)
    else:
        WAYS[way](dead, admin_client)
    assert SalesforceOrg.objects.get().state == "connected"
    assert work(dead) == 1
    assert dead.ends() == {"p1": ("synced", ""), "p2": ("synced", "")}
