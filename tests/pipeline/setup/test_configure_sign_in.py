"""Organisations of a configuration file that sign in by assertion, or by a log-in in the admin."""

from collections.abc import Iterator
from typing import Any

import pytest

from connector.models import CampaignLink, SalesforceOrg
from connector.models.fields import Secret
from connector.pipeline.connection.log_in import CodeGrant, begin_log_in, finish_log_in
from connector.pipeline.setup.configure import Result, apply_config
from connector.pipeline.setup.export_config import export_config
from simulator.seed import read_seed
from simulator.server import SimulatorServer
from tests.browserless import log_in
from tests.pipeline.setup.configuration import (
    ENVIRON,
    JWT_BEARER,
    WEB_SERVER,
    campaign_id_of,
    config_text,
    offline_text,
)
from tests.private_keys import make_key, make_other_kind_of_key, pem_of, public_pem_of

pytestmark = pytest.mark.django_db

ORG_ALONE = config_text().partition("sources:")[0]
WITH_KEY = {**ENVIRON, "SF_PRIVATE_KEY": pem_of(make_key()).replace("\n", "\\n")}


@pytest.fixture
def salesforce(settings: Any) -> Iterator[SimulatorServer]:
    """A Salesforce whose app knows our certificate."""
    settings.SALESFORCE_EXTRA_HOSTS = ["127.0.0.1"]
    seed = read_seed(None)
    seed["apps"][0]["certificate"] = public_pem_of(make_key())
    with SimulatorServer(seed=seed) as server:
        yield server


def apply(salesforce: SimulatorServer, edits: dict[str, str], **how: Any) -> Result:
    return apply_config(config_text(salesforce.url, replace=edits), environ=WITH_KEY, **how)


def org_alone(salesforce: SimulatorServer) -> str:
    return config_text(salesforce.url, replace=WEB_SERVER).partition("sources:")[0]


def log_in_to(org: SalesforceOrg) -> None:
    begun = begin_log_in(org, redirect_uri="https://connector.example/back")
    code = log_in(begun.url).query["code"]
    finish_log_in(org, CodeGrant(code=code, verifier=begun.verifier, redirect_uri="https://connector.example/back"))


def test_an_organisation_by_assertion_is_asked_at_once(salesforce: SimulatorServer) -> None:
    assert apply(salesforce, JWT_BEARER).errors == ()
    org = SalesforceOrg.objects.get()
    assert (org.auth, org.username, org.state) == ("jwt_bearer", "integration@simulator.example", "connected")
    assert org.private_key.reveal() == pem_of(make_key())
    assert org.organization_id
    again = apply(salesforce, JWT_BEARER)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (public_pem_of(make_key()), "not a private key in PEM form"),
        (pem_of(make_key(), password=b"x"), "protected by a passphrase"),
        (make_other_kind_of_key(), "RSA keys"),
    ],
)
def test_a_key_that_cannot_sign_is_named_and_not_shown(text: str, words: str) -> None:
    file = offline_text(replace=JWT_BEARER)
    (error,) = apply_config(file, environ={**ENVIRON, "SF_PRIVATE_KEY": text}, offline=True).errors
    assert (error.path, words in error.message) == ("orgs[0].private_key", True)
    assert text.splitlines()[1] not in error.message


def test_the_assertion_needs_its_parts() -> None:
    file = offline_text(replace={"    client_id: sim": "    auth: jwt_bearer\n    client_id: sim"})
    errors = apply_config(file, environ=ENVIRON, offline=True).errors
    assert {error.path for error in errors} == {"orgs[0].username", "orgs[0].private_key"}


def test_an_organisation_that_needs_a_log_in_is_stored_and_waits(salesforce: SimulatorServer) -> None:
    result = apply_config(org_alone(salesforce), environ=ENVIRON)
    assert (result.errors, result.created, result.log_ins) == ((), 1, ("Acme",))
    org = SalesforceOrg.objects.get()
    assert (org.state, org.pause_code) == ("reconnect_needed", "log_in_needed")


def test_its_links_wait_for_the_log_in_and_the_file_says_so(salesforce: SimulatorServer) -> None:
    (error,) = apply(salesforce, WEB_SERVER).errors
    assert error.path == "links[0].campaign"
    assert "log in on its page in the admin" in error.message
    assert "--offline" in error.message
    assert not SalesforceOrg.objects.exists()
    by_id = {**WEB_SERVER, "{name: Salon 2026}": f"{{id: {campaign_id_of(salesforce)}}}"}
    assert apply(salesforce, by_id, offline=True).errors == ()
    assert CampaignLink.objects.get().org.pause_code == "log_in_needed"


def test_after_the_log_in_campaigns_are_looked_up(salesforce: SimulatorServer) -> None:
    apply_config(org_alone(salesforce), environ=ENVIRON)
    log_in_to(SalesforceOrg.objects.get())
    result = apply(salesforce, WEB_SERVER)
    assert (result.errors, result.created, result.log_ins) == ((), 2, ())
    assert CampaignLink.objects.get().campaign_id == campaign_id_of(salesforce)


@pytest.mark.parametrize("dry_run", [True, False])
def test_looking_things_up_loses_no_refresh_token_that_works_once(salesforce: SimulatorServer, dry_run: bool) -> None:
    salesforce.org.change_settings({"refresh_token_rotation": True})
    apply_config(org_alone(salesforce), environ=ENVIRON)
    log_in_to(SalesforceOrg.objects.get())
    SalesforceOrg.objects.update(client_secret=Secret.conceal("older"))
    salesforce.org.accounts.end_all_sessions(with_refresh=False)
    SalesforceOrg.objects.update(client_secret=Secret.conceal("simulator-secret"), username="to be removed")
    file = config_text(
        salesforce.url,
        replace={**WEB_SERVER, "    client_id: sim": "    auth: web_server\n    username: null\n    client_id: sim"},
    )
    assert apply_config(file, environ=ENVIRON, dry_run=dry_run).errors == ()
    held = SalesforceOrg.objects.get().refresh_token.reveal()
    assert list(salesforce.org.accounts._refresh) == [held]


def test_another_app_needs_another_log_in(salesforce: SimulatorServer) -> None:
    apply_config(org_alone(salesforce), environ=ENVIRON)
    log_in_to(SalesforceOrg.objects.get())
    file = org_alone(salesforce).replace("simulator-client", "another-client")
    assert apply_config(file, environ=ENVIRON).log_ins == ("Acme",)
    org = SalesforceOrg.objects.get()
    assert (bool(org.refresh_token), bool(org.access_token), org.pause_code) == (False, False, "log_in_needed")


def test_another_secret_of_the_same_app_keeps_the_log_in(salesforce: SimulatorServer) -> None:
    apply_config(org_alone(salesforce), environ=ENVIRON)
    log_in_to(SalesforceOrg.objects.get())
    result = apply_config(org_alone(salesforce), environ={**ENVIRON, "SF_CLIENT_SECRET": "newer"})
    assert (result.errors, result.log_ins) == ((), ())
    org = SalesforceOrg.objects.get()
    assert (org.client_secret.reveal(), bool(org.refresh_token), org.state) == ("newer", True, "connected")


@pytest.mark.parametrize("edits", [WEB_SERVER, JWT_BEARER])
def test_the_export_comes_back(salesforce: SimulatorServer, edits: dict[str, str]) -> None:
    by_id = {**edits, "{name: Salon 2026}": f"{{id: {campaign_id_of(salesforce)}}}"}
    apply(salesforce, by_id, offline=True)
    text = export_config()
    assert ("then log in with Salesforce" in text) is (edits is WEB_SERVER)
    assert ("# private_key: {env: ACME_PRIVATE_KEY}" in text) is (edits is JWT_BEARER)
    assert "PRIVATE KEY-----" not in text
    again = apply_config(text, environ={}, offline=True)
    assert (again.errors, again.created, again.updated, again.unchanged) == ((), 0, 0, 3)
