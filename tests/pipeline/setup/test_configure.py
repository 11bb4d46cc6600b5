"""A configuration file makes what it says, once, in one piece, against a Salesforce over real HTTP."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from connector.core.outcomes import EntryState
from connector.core.state import State
from connector.models import (
    CampaignLabels,
    CampaignLink,
    FieldMapping,
    OutboxEntry,
    SalesforceOrg,
    SalesforceSchema,
    WebhookSource,
)
from connector.models.fields import Secret, reveal_list
from connector.pipeline.setup.configure import Result, apply_config
from connector.pipeline.setup.export_config import export_config
from simulator.server import SimulatorServer
from tests.factories import OutboxEntryFactory, SalesforceOrgFactory, UnlinkedEventFactory
from tests.pipeline.setup.configuration import ENVIRON, EVENT, SECRET, campaign_id_of, config_text, offline_text

pytestmark = pytest.mark.django_db

Apply = Callable[..., Result]
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def apply(salesforce: SimulatorServer, settings: Any) -> Apply:
    """Apply the file to the simulator, with some of its text replaced."""
    settings.SALESFORCE_EXTRA_HOSTS = ["127.0.0.1"]

    def apply(edits: dict[str, str] | None = None, *, environ: dict[str, str] = ENVIRON, **how: Any) -> Result:
        return apply_config(config_text(salesforce.url, replace=edits), environ=environ, **how)

    return apply


def counts(result: Result) -> tuple[int, int, int]:
    """Return (created, updated, unchanged) of a file without errors."""
    assert result.errors == ()
    return result.created, result.updated, result.unchanged


def link() -> CampaignLink:
    """Return the link of the file."""
    return CampaignLink.objects.get(inwink_event_id=EVENT)


def test_a_file_makes_organisation_source_and_link(apply: Apply, salesforce: SimulatorServer) -> None:
    assert counts(apply()) == (3, 0, 0)

    org = SalesforceOrg.objects.get()
    assert (org.name, org.login_url, org.auth, org.environment) == (
        "Acme", salesforce.url, "client_credentials", "production",
    )  # fmt: skip
    assert org.client_secret.reveal() == "simulator-secret"
    assert reveal_list(WebhookSource.objects.get().signing_secrets) == [SECRET]
    made = link()
    assert (made.org, made.campaign_id, made.campaign_name) == (org, campaign_id_of(salesforce), "Salon 2026")
    assert made.statuses() == {State.REGISTERED: "Registered", State.ATTENDED: "Attended"}
    assert (made.state, made.create_as, made.config_version) == ("active", "lead", 1)
    assert made.starts_at == datetime(2026, 11, 12, tzinfo=PARIS)
    assert made.ends_at == datetime(2026, 11, 13, 23, 59, 59, tzinfo=PARIS)


def test_a_new_link_has_the_default_mappings_and_those_of_the_file(apply: Apply) -> None:
    apply()
    rows = [(m.object, m.field, m.source, m.mode) for m in link().mappings.all()]
    assert rows == [
        ("contact", "FirstName", "first_name", "if_empty"),
        ("contact", "LastName", "last_name", "if_empty"),
        ("contact", "Email", "email", "if_new"),
        ("contact", "Title", "position", "overwrite"),
        ("lead", "FirstName", "first_name", "if_empty"),
        ("lead", "LastName", "last_name", "if_empty"),
        ("lead", "Email", "email", "if_new"),
        ("lead", "Title", "position", "overwrite"),
        ("lead", "Company", "company", "overwrite"),
        ("campaign_member", "Dietary__c", "fields.dietary", "overwrite"),
    ]


def test_the_same_file_again_changes_nothing(apply: Apply) -> None:
    apply()
    entry = OutboxEntryFactory.create(link=link(), state=EntryState.SYNCED.value)
    before = [list(model.objects.order_by("pk").values()) for model in (WebhookSource, CampaignLink, FieldMapping)]
    assert counts(apply()) == (0, 0, 3)
    after = [list(model.objects.order_by("pk").values()) for model in (WebhookSource, CampaignLink, FieldMapping)]
    assert after == before
    entry.refresh_from_db()
    assert (entry.state, entry.generation, link().config_version) == ("synced", 1, 1)


def test_token_describes_and_labels_are_kept_for_the_first_run(apply: Apply, salesforce: SimulatorServer) -> None:
    apply()
    org = SalesforceOrg.objects.get()
    assert org.access_token.reveal()
    assert org.organization_id.startswith("00D")
    assert set(SalesforceSchema.objects.values_list("sobject", flat=True)) == {"Contact", "Lead", "CampaignMember"}
    labels = CampaignLabels.objects.get(campaign_id=campaign_id_of(salesforce)).labels
    assert [row["label"] for row in labels] == ["Sent", "Registered", "Attended", "Declined", "No show"]
    assert (org.api_used, org.api_limit) != (None, None)


def test_a_dry_run_stores_nothing_and_tells_what_would_change(apply: Apply) -> None:
    result = apply(dry_run=True)
    assert counts(result) == (3, 0, 0)
    assert not SalesforceOrg.objects.exists()
    assert [difference.what for difference in result.diff] == ["organisation Acme", "source inwink", f"link {EVENT}"]
    assert dict(result.diff[0].changes)["client_secret"] == (None, "(secret)")
    assert "simulator-secret" not in str(result)
    assert SECRET not in str(result)


MEMBER_FIELD = "object: campaign_member\n        field: Dietary__c"
DIETARY = "source: fields.dietary\n        " + MEMBER_FIELD
LEAD = "object: lead\n        field: "
MISTAKES = [
    # (text before, text after, line, path, words of the message)
    ("{name: Salon 2026}", "{name: Salon 1999}", 12, "links[0].campaign", "No campaign “Salon 1999”"),
    ("{name: Salon 2026}", "{id: 701AAA00000000B}", 12, "links[0].campaign", "No campaign"),
    ("attended: Attended", "attended: Came", 15, "links[0].statuses.attended", "Sent, Registered, Attended, Declined"),
    ("attended: Attended", "attended: attended", 15, "links[0].statuses.attended", "only “Attended”"),
    ("Dietary__c", "Dietry__c", 19, "links[0].mappings[0].field", "Did you mean Dietary__c?"),
    ("Dietary__c", "HasResponded", 19, "links[0].mappings[0].field", "read-only"),
    (MEMBER_FIELD, LEAD + "Name", 19, "links[0].mappings[0].field", "its parts"),
    (MEMBER_FIELD, LEAD + "OwnerId", 19, "links[0].mappings[0].field", "another record"),
    (DIETARY, "constant: Nope\n        " + LEAD + "Track__c", 17, "links[0].mappings[0].constant", "Data track"),
    ("client_id: simulator-client", "client_id: wrong", 2, "orgs[0]", "invalid_client_id"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "line", "path", "words"), MISTAKES, ids=[case[4] for case in MISTAKES])
def test_what_salesforce_does_not_have_is_named_and_nothing_is_stored(
    apply: Apply, before: str, after: str, line: int, path: str, words: str
) -> None:
    errors = apply({before: after}).errors
    assert [(error.line, error.path) for error in errors] == [(line, path)]
    assert words in errors[0].message
    assert not SalesforceOrg.objects.exists()
    assert not CampaignLink.objects.exists()


def test_mistakes_of_the_file_and_of_salesforce_are_told_together(apply: Apply) -> None:
    errors = apply(
        {"  - name: inwink\n": "  - name: inwink\n    color: red\n", "attended: Attended": "attended: X"}
    ).errors
    assert [error.path for error in errors] == ["sources[0].color", "links[0].statuses.attended"]


def test_two_campaigns_of_one_name_are_listed(apply: Apply, salesforce: SimulatorServer) -> None:
    other = salesforce.org.put_row("Campaign", values={"Name": "salon 2026", "IsActive": False})
    errors = apply().errors
    assert [(error.line, error.path) for error in errors] == [(12, "links[0].campaign")]
    assert other in errors[0].message
    assert campaign_id_of(salesforce) in errors[0].message


def test_a_required_field_that_nothing_fills_is_named(apply: Apply, salesforce: SimulatorServer) -> None:
    salesforce.org.override({"required_fields": {"Lead": ["Website"]}})
    errors = apply().errors
    assert [error.path for error in errors] == ["links[0].mappings"]
    assert "Lead.Website is required" in errors[0].message
    assert counts(apply({"{name: Salon 2026}": "{name: Salon 2026}\n    create: contact"})) == (3, 0, 0)


def test_a_default_mapping_that_does_not_work_can_be_switched_off(apply: Apply, salesforce: SimulatorServer) -> None:
    salesforce.org.override({"hidden_fields": {"Contact": ["Title"]}})
    errors = apply().errors
    assert [error.path for error in errors] == ["links[0].mappings"]
    assert "{object: contact, field: Title, source: position, enabled: false}" in errors[0].message
    off = "mappings:\n      - {object: contact, field: Title, source: position, enabled: false}"
    assert counts(apply({"mappings:": off})) == (3, 0, 0)


def test_short_ids_are_stored_long(apply: Apply, salesforce: SimulatorServer) -> None:
    campaign_id = campaign_id_of(salesforce)
    apply({"{name: Salon 2026}": f"{{id: {campaign_id[:15]}}}"})
    assert link().campaign_id == campaign_id
    assert counts(apply({"{name: Salon 2026}": f"{{id: {campaign_id[:15]}}}"})) == (0, 0, 3)


def test_omitted_keys_stay_and_null_resets(apply: Apply) -> None:
    apply({"    org: Acme\n": "    org: Acme\n    name: Salon\n    closes_after_days: 5\n    create: nobody\n"})
    apply()
    assert (link().event_name, link().closes_after_days, link().create_as) == ("Salon", 5, "nobody")
    result = apply({"    org: Acme\n": "    org: Acme\n    closes_after_days: null\n    create: null\n"})
    assert counts(result) == (0, 1, 2)
    assert (link().event_name, link().closes_after_days, link().create_as) == ("Salon", 30, "lead")
    assert dict(result.diff[0].changes) == {"closes_after_days": (5, 30), "create": ("nobody", "lead")}


def test_sub_keys_stay_or_reset_one_by_one(apply: Apply) -> None:
    apply({"attended: Attended\n": "attended: Attended\n      refused: Declined\n    placeholders: {company: none}\n"})
    apply()
    assert link().status_refused == "Declined"
    assert link().placeholders == {"company": "none", "last_name": "[not provided]"}
    apply({"attended: Attended\n": "attended: Attended\n      refused: null\n    placeholders: {company: null}\n"})
    assert link().status_refused == ""
    assert link().placeholders["company"] == "[not provided]"


def test_other_credentials_are_an_update_and_the_same_are_not(apply: Apply, salesforce: SimulatorServer) -> None:
    apply()
    token = SalesforceOrg.objects.get().access_token.reveal()
    apps = salesforce.org.accounts.apps
    apps["simulator-client"] = replace(apps["simulator-client"], client_secret="renewed")
    result = apply(environ={**ENVIRON, "SF_CLIENT_SECRET": "renewed"})
    assert counts(result) == (0, 1, 2)
    assert dict(result.diff[0].changes) == {"client_secret": ("(secret)", "(secret)")}
    org = SalesforceOrg.objects.get()
    assert org.client_secret.reveal() == "renewed"
    assert org.access_token.reveal() not in {token, ""}


def test_listed_mappings_replace_the_list(apply: Apply) -> None:
    apply()
    kept = link().mappings.get(field="Dietary__c").pk
    title = "mappings:\n      - {source: position, object: contact, field: title, mode: if_empty}"
    result = apply({"mappings:": title, "source: fields.dietary": "source: fields.diet"})
    assert counts(result) == (0, 1, 2)
    assert result.diff[0].changes["mappings"] == (
        ["contact.Title ← position (overwrite)", "campaign_member.Dietary__c ← fields.dietary (overwrite)"],
        ["contact.Title ← position (if_empty)", "campaign_member.Dietary__c ← fields.diet (overwrite)"],
    )
    rows = {(m.object, m.field): (m.pk, m.source, m.mode) for m in link().mappings.all()}
    assert len(rows) == 10
    assert rows["campaign_member", "Dietary__c"] == (kept, "fields.diet", "overwrite")
    assert rows["contact", "Title"][1:] == ("position", "if_empty")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("attended: Attended", "attended: Attended\n      refused: Declined"),
        ("    org: Acme\n", "    org: Acme\n    update_existing: true\n"),
        ("    org: Acme\n", "    org: Acme\n    never_downgrade: false\n"),
        ("source: fields.dietary", "source: fields.diet"),
    ],
)
def test_a_change_of_what_is_sent_enqueues_everybody_as_backfill(apply: Apply, before: str, after: str) -> None:
    apply()
    entry = OutboxEntryFactory.create(link=link(), state=EntryState.SYNCED.value, priority=2)
    assert counts(apply({before: after})) == (0, 1, 2)
    entry.refresh_from_db()
    assert (entry.state, entry.generation, entry.priority) == ("pending", 2, OutboxEntry.Priorities.BACKFILL)
    assert link().config_version == 2


def test_a_new_label_for_a_state_changes_what_is_shown(apply: Apply) -> None:
    apply()
    entry = OutboxEntryFactory.create(
        link=link(), participant_state="refused", states_seen=["registered", "refused"], target_state="registered"
    )
    apply({"attended: Attended": "attended: Attended\n      refused: Declined"})
    entry.refresh_from_db()
    assert entry.target_state == "refused"


@pytest.mark.parametrize("line", ["name: Other", "closes_after_days: 3", "state: paused"])
def test_a_change_of_nothing_that_is_sent_enqueues_nobody(apply: Apply, line: str) -> None:
    apply()
    entry = OutboxEntryFactory.create(link=link(), state=EntryState.SYNCED.value)
    assert counts(apply({"    org: Acme\n": f"    org: Acme\n    {line}\n"})) == (0, 1, 2)
    entry.refresh_from_db()
    assert (entry.state, entry.generation, link().config_version) == ("synced", 1, 1)


def test_another_campaign_voids_what_was_known_of_the_old_one(apply: Apply, salesforce: SimulatorServer) -> None:
    apply()
    other = salesforce.org.put_row("Campaign", values={"Name": "Salon bis", "IsActive": True})
    for label in ("Registered", "Attended"):
        salesforce.org.put_row("CampaignMemberStatus", values={"CampaignId": other, "Label": label})
    entry = OutboxEntryFactory.create(
        link=link(), state=EntryState.SYNCED.value, member_id="00v000000000001AAA", sent_hash="x"
    )
    assert counts(apply({"Salon 2026": "Salon bis"})) == (0, 1, 2)
    entry.refresh_from_db()
    assert (link().campaign_id, entry.member_id, entry.sent_hash, entry.state) == (other, "", "", "pending")


def test_a_paused_link_is_paused_by_hand_and_goes_on(apply: Apply) -> None:
    apply({"    org: Acme\n": "    org: Acme\n    state: paused\n"})
    assert (link().state, link().pause_kind) == ("paused", "manual")
    assert counts(apply()) == (0, 0, 3)
    apply({"    org: Acme\n": "    org: Acme\n    state: active\n"})
    assert (link().state, link().pause_kind) == ("active", "")


def test_applying_tries_a_link_again_that_waits_to_be_mended(apply: Apply) -> None:
    apply()
    CampaignLink.objects.update(pause_kind="configuration", pause_code="label_gone", pause_reason="gone")
    assert counts(apply()) == (0, 0, 3)
    assert (link().pause_kind, link().pause_reason) == ("", "")


def test_confirmed_visibility_sends_those_who_waited_for_it(apply: Apply) -> None:
    apply()
    held = {"state": EntryState.LEFT_OUT.value, "reason": "visibility_not_confirmed"}
    waiting = OutboxEntryFactory.create(link=link(), **held)
    other = OutboxEntryFactory.create(link=link(), state=EntryState.LEFT_OUT.value, reason="no_match")
    assert counts(apply({"client_id:": "visibility_confirmed: true\n    client_id:"})) == (0, 1, 2)
    waiting.refresh_from_db()
    other.refresh_from_db()
    assert (waiting.state, other.state) == ("pending", "left_out")


def test_wrong_credentials_leave_the_stored_ones_working(apply: Apply) -> None:
    apply()
    errors = apply(environ={**ENVIRON, "SF_CLIENT_SECRET": "wrong"}).errors
    assert [error.path for error in errors] == ["orgs[0]"]
    assert "wrong" not in errors[0].message.replace("is wrong", "")
    org = SalesforceOrg.objects.get()
    assert (org.client_secret.reveal(), org.state) == ("simulator-secret", "connected")


def test_new_credentials_connect_an_organisation_that_waited(apply: Apply) -> None:
    apply()
    SalesforceOrg.objects.update(
        state="reconnect_needed", state_reason="x", client_secret=Secret.conceal("old"), access_token=""
    )
    assert counts(apply()) == (0, 1, 2)
    assert (SalesforceOrg.objects.get().state, SalesforceOrg.objects.get().state_reason) == ("connected", "")


def test_credentials_of_another_organisation_are_refused(apply: Apply) -> None:
    apply()
    SalesforceOrg.objects.update(organization_id="00D000000000001AAA", client_id="old")
    errors = apply().errors
    assert [error.path for error in errors] == ["orgs[0]"]
    assert "00D000000000001AAA" in errors[0].message


def test_a_salesforce_that_does_not_answer_is_named(apply: Apply, salesforce: SimulatorServer) -> None:
    salesforce.stop()
    errors = apply().errors
    assert [(error.line, error.path) for error in errors] == [(2, "orgs[0]")]
    assert "no_connection" in errors[0].message
    assert "--offline" in errors[0].message


def test_offline_asks_nobody_and_takes_ids() -> None:
    assert counts(apply_config(offline_text(), offline=True, environ=ENVIRON)) == (3, 0, 0)
    made = link()
    assert (made.campaign_id, made.starts_at) == ("701000000000001AAA", None)
    assert not SalesforceSchema.objects.exists()
    assert counts(apply_config(offline_text(), offline=True, environ=ENVIRON)) == (0, 0, 3)


def test_offline_takes_no_name_even_of_a_linked_campaign(apply: Apply) -> None:
    apply()
    (error,) = apply(offline=True).errors
    assert (error.line, error.path) == (12, "links[0].campaign.name")
    assert "only be given by its id" in error.message
    assert counts(apply({"{name: Salon 2026}": f"{{id: {link().campaign_id}}}"}, offline=True)) == (0, 0, 3)
    assert link().starts_at is not None


def test_a_link_can_use_an_organisation_that_is_not_in_the_file(apply: Apply) -> None:
    apply()
    text = f"links:\n  - event: {EVENT}\n    ambiguous: most_recent\n"
    assert counts(apply_config(text, environ={})) == (0, 1, 0)
    assert link().ambiguous == "most_recent"


def test_what_waited_for_a_link_is_asked_to_move(
    apply: Apply, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    from django_q.models import OrmQ

    UnlinkedEventFactory.create(event_id=EVENT, event_name="Salon heard of")
    with django_capture_on_commit_callbacks(execute=True):
        apply()
    assert [task.func() for task in OrmQ.objects.all()] == ["connector.tasks.move"]
    assert link().event_name == "Salon heard of"


def test_the_export_changes_nothing_when_it_is_applied(apply: Apply) -> None:
    more = "update_existing: true\n    match: lead_then_contact\n    placeholders: {company: null}\n"
    apply(
        {
            "    org: Acme\n": f"    org: Acme\n    {more}",
            "    secrets": "    bearer_tokens: [token-of-twenty-characters]\n    secrets",
        }
    )
    text = export_config()
    assert counts(apply_config(text, environ={})) == (0, 0, 3)
    assert "simulator-secret" not in text
    assert SECRET not in text
    assert "# client_secret: {env: ACME_CLIENT_SECRET}" in text
    assert "# secrets: [{env: INWINK_SECRET}]" in text


def test_how_people_are_created_comes_back_as_it_was_written(apply: Apply, salesforce: SimulatorServer) -> None:
    sales = requests.get(f"{salesforce.url}/_simulator/state?sobjects=User", timeout=10).json()["User"][1]["Id"]
    more = f"create: contact\n    new_owner: {sales[:15]}\n    contact_account: by_domain\n"
    apply({"    org: Acme\n": f"    org: Acme\n    {more}"})
    stored = link()
    assert (stored.new_owner, stored.contact_account, stored.record_types) == (sales, "by_domain", {})
    assert counts(apply_config(export_config(), environ={})) == (0, 0, 3)


@pytest.mark.parametrize(
    ("line", "path", "words"),
    [
        ("new_owner: 005000000000009AAA", "links[0].new_owner", "There is no user"),
        ("new_owner: 00G000000000009", "links[0].new_owner", "There is no queue"),
        ("record_types: {lead: Visitor}", "links[0].record_types.lead", "may give no Lead the record type Visitor"),
    ],
)
def test_what_salesforce_does_not_know_about_new_people_is_named(
    apply: Apply, line: str, path: str, words: str
) -> None:
    [error] = apply({"    org: Acme\n": f"    org: Acme\n    {line}\n"}).errors
    assert error.path == path
    assert words in error.message
    assert not CampaignLink.objects.exists()


def test_filter_consent_and_marketing_come_back_as_they_were_written(apply: Apply) -> None:
    more = (
        "only: [{source: category, in: [Visitor, true]}, {source: fields.vip, not_in: [7]}]\n"
        "    exclude_email_domains: ['@Acme.example', '*.corp.example']\n"
        "    consent: {source: fields.optin, when_no: nothing}\n"
    )
    apply({"    org: Acme\n": f"    org: Acme\n    {more}", "Dietary__c": "Dietary__c\n        marketing: true"})
    stored = link()
    assert stored.only == [{"source": "category", "in": ["Visitor", "true"]}, {"source": "fields.vip", "not_in": ["7"]}]
    assert stored.exclude_email_domains == ["acme.example", "*.corp.example"]
    assert stored.consent == {"source": "fields.optin", "when_no": "nothing"}
    assert list(FieldMapping.objects.filter(marketing=True).values_list("field", flat=True)) == ["Dietary__c"]
    assert counts(apply_config(export_config(), environ={})) == (0, 0, 3)


def test_the_export_makes_the_same_elsewhere_once_the_secrets_are_given(apply: Apply) -> None:
    apply({"    org: Acme\n": "    org: Acme\n    create: nobody\n"})
    text = export_config()
    before = list(FieldMapping.objects.values("object", "field", "source", "mode", "position"))
    source_id = WebhookSource.objects.get().pk
    for model in (CampaignLink, SalesforceOrg, WebhookSource):
        model.objects.all().delete()
    text = text.replace("# client_secret", "client_secret").replace("# secrets", "secrets")
    environ = {"ACME_CLIENT_SECRET": "simulator-secret", "INWINK_SECRET": SECRET}
    assert counts(apply_config(text, environ=environ)) == (3, 0, 0)
    assert list(FieldMapping.objects.values("object", "field", "source", "mode", "position")) == before
    assert (WebhookSource.objects.get().pk, link().create_as) == (source_id, "nobody")


def test_an_organisation_is_not_touched_when_the_file_does_not_name_it(apply: Apply) -> None:
    other = SalesforceOrgFactory.create(name="Elsewhere")
    apply()
    other.refresh_from_db()
    assert (other.name, other.state) == ("Elsewhere", "connected")


def test_a_malformed_key_does_not_hide_what_salesforce_lacks(apply: Apply) -> None:
    edits = {"    org: Acme\n": "    org: Acme\n    crete: lead\n", "attended: Attended": "attended: Came"}
    errors = apply({**edits, "Dietary__c": "Dietry__c"}).errors
    assert [error.path for error in errors] == [
        "links[0].crete", "links[0].statuses.attended", "links[0].mappings[0].field",
    ]  # fmt: skip


MATCH = """    match_emails: {contact: [Email, Work_Email__c]}
    match_key: {source: inwink.id, contact: inwink_id__C, lead: Inwink_Id__c}
"""


def with_match(lines: str = MATCH) -> dict[str, str]:
    """Return the edit that adds the fields by which people are searched."""
    return {"    statuses:\n": f"{lines}    statuses:\n"}


def add_work_email(salesforce: SimulatorServer, **field: object) -> None:
    """Give Contacts a second email field."""
    added = {"name": "Work_Email__c", "type": "email", "length": 80, **field}
    salesforce.org.change_settings({"custom_fields": {"Contact": [added]}})


def test_fields_that_recognise_people_survive_export_and_import(apply: Apply, salesforce: SimulatorServer) -> None:
    add_work_email(salesforce)
    assert counts(apply(with_match())) == (3, 0, 0)
    stored = link()
    assert stored.match_emails == {"contact": ["Email", "Work_Email__c"], "lead": ["Email"]}
    assert stored.match_key == {"source": "inwink.id", "contact": "inwink_id__C", "lead": "Inwink_Id__c"}

    assert counts(apply_config(export_config(), environ=ENVIRON)) == (0, 0, 3)
    assert counts(apply(with_match("    match_emails: null\n    match_key: null\n"))) == (0, 1, 2)
    assert (link().match_emails, link().match_key) == ({"contact": ["Email"], "lead": ["Email"]}, None)


def test_other_fields_send_everybody_again_as_backfill(apply: Apply, salesforce: SimulatorServer) -> None:
    apply()
    entry = OutboxEntryFactory.create(link=link(), state=EntryState.SYNCED.value)
    add_work_email(salesforce)

    apply(with_match())

    entry.refresh_from_db()
    assert (entry.state, entry.priority, link().config_version) == ("pending", 2, 2)


@pytest.mark.parametrize(
    ("field", "lines", "path", "words"),
    [
        ({"type": "string"}, MATCH, "match_emails.contact", "a text that is an External ID"),
        ({}, MATCH.replace("Work_Email__c", "Work_Mail__c"), "match_emails.contact", "Did you mean Work_Email__c?"),
        ({}, MATCH.replace("Inwink_Id__c", "Title"), "match_key.lead", "Tick “External ID” and “Unique”"),
        ({}, MATCH.replace("lead: Inwink_Id__c", "lead: Email"), "match_key.lead", "a key needs a text field"),
    ],
)
def test_salesforce_tells_which_fields_cannot_recognise_people(
    apply: Apply, salesforce: SimulatorServer, field: dict[str, str], lines: str, path: str, words: str
) -> None:
    add_work_email(salesforce, **field)
    error, *_also = apply(with_match(lines)).errors  # a key that is mapped too is named as well
    assert error.path == f"links[0].{path}"
    assert words in error.message


def test_the_key_field_may_not_be_mapped_too(apply: Apply, salesforce: SimulatorServer) -> None:
    add_work_email(salesforce)
    mapped = "      - {source: inwink.id, object: lead, field: Inwink_Id__c}\n"
    [error] = apply({**with_match(), "mappings:\n": f"mappings:\n{mapped}"}).errors
    assert (error.path, "remove its mapping" in error.message) == ("links[0].mappings[0].field", True)
