"""Bad configuration is named with its line and path, all of it at once, and nothing is stored."""

import pytest

from connector.models import CampaignLink, SalesforceOrg, WebhookSource
from connector.pipeline.setup.configure import Result, apply_config
from tests.factories import CampaignLinkFactory, SalesforceOrgFactory, WebhookSourceFactory
from tests.pipeline.setup.configuration import ENVIRON, SECRET, offline_text

pytestmark = pytest.mark.django_db


def apply_offline(text: str, *, environ: dict[str, str] = ENVIRON) -> Result:
    """Apply without Salesforce."""
    return apply_config(text, offline=True, environ=environ)


def found(result: Result) -> list[tuple[int, str]]:
    """Return where the errors are."""
    return [(error.line, error.path) for error in result.errors]


def nothing_stored() -> bool:
    """Say whether the database is still empty."""
    return not (SalesforceOrg.objects.exists() or WebhookSource.objects.exists() or CampaignLink.objects.exists())


DIETARY = "field: Dietary__c"
ORG = "    org: Acme\n"
CLIENT = "    client_id: simulator-client\n"
TWICE = "field: Dietary__c\n      - {source: x, object: campaign_member, field: dietary__C}"
CLEAR = "field: Dietary__c\n        mode: if_empty\n        blank: clear"
CONSTANT = "field: Dietary__c\n        constant: x"
STATUSES = "      registered: Registered\n"

CASES = [
    # (text before, text after, line, path, words of the message)
    ("login_url:", "login_ulr:", 3, "orgs[0].login_ulr", "Did you mean login_url?"),
    ("orgs:\n", "organisations: []\norgs:\n", 1, "organisations", "Unknown key organisations"),
    ("org: Acme", "org: Acmee", 11, "links[0].org", "There is no organisation Acmee. Known: Acme."),
    ("    org: Acme\n", "", 10, "links[0].org", "needs the key org"),
    ("    campaign: {id: 701000000000001AAA}\n", "", 10, "links[0].campaign", "needs the key campaign"),
    ("701000000000001AAA", "003000000000001AAA", 12, "links[0].campaign.id", "start with 701"),
    ("701000000000001AAA", "701xx", 12, "links[0].campaign.id", "not a Salesforce id of 15 or 18"),
    ("{id: 701000000000001AAA}", "{name: Salon}", 12, "links[0].campaign.name", "Offline a campaign"),
    ("{id: 701000000000001AAA}", "{}", 12, "links[0].campaign", "id or its name"),
    ("event: event-salon", "event: 2026", 10, "links[0].event", "quotes, not as 2026"),
    ("  - event: event-salon\n    org", "  - org", 10, "links[0].event", "is required here"),
    ("attended: Attended", "attended: null", 15, "links[0].statuses.attended", "attended needs a label"),
    ("registered: Registered", "registered: " + "x" * 41, 14, "links[0].statuses.registered", "Salesforce keeps 40"),
    ("attended: Attended", "atended: Attended", 15, "links[0].statuses.atended", "Did you mean attended?"),
    ("object: campaign_member", "object: member", 18, "links[0].mappings[0].object", "member is not a choice here"),
    ("        object: campaign_member\n", "", 17, "links[0].mappings[0].object", "is required here"),
    (DIETARY, "field: Dietary needs", 19, "links[0].mappings[0].field", "API name"),
    (DIETARY, "field: Status", 19, "links[0].mappings[0].field", "filled by the link itself"),
    (DIETARY, CONSTANT, 17, "links[0].mappings[0].source", "either a source or a constant"),
    (DIETARY, CLEAR, 21, "links[0].mappings[0].blank", "overwrite only"),
    (DIETARY, TWICE, 20, "links[0].mappings[1].field", "mapped twice"),
    ("source: fields.dietary", "source: firstName", 17, "links[0].mappings[0].source", "write first_name"),
    ("https://acme.my.salesforce.com", "https://acme.example.org", 3, "orgs[0].login_url", "not a Salesforce host"),
    ("https://acme.my.salesforce.com", "https://login.salesforce.com", 3, "orgs[0].login_url", "My Domain"),
    ("https://acme.my.salesforce.com", "acme.my.salesforce.com", 3, "orgs[0].login_url", "scheme and host only"),
    (CLIENT, "", 2, "orgs[0].client_id", "needs the key client_id"),
    ("{env: SF_CLIENT_SECRET}", "{env: SF_SECRET}", 5, "orgs[0].client_secret", "variable SF_SECRET is not set"),
    ("{env: SF_CLIENT_SECRET}", "12345", 5, "orgs[0].client_secret", "not as this value"),
    (CLIENT, CLIENT + "    api_budget_percent: 101\n", 5, "orgs[0].api_budget_percent", "100 or less"),
    (CLIENT, CLIENT + "    api_version: v64\n", 5, "orgs[0].api_version", '"64.0"'),
    ("[{env: WEBHOOK_SECRET}]", "[not-base-64!]", 8, "sources[0].secrets[0]", "whsec_ and base64"),
    ("[{env: WEBHOOK_SECRET}]", "[whsec_dG9vIHNob3J0]", 8, "sources[0].secrets[0]", "at least 24 bytes; here are 9"),
    ("[{env: WEBHOOK_SECRET}]", f"[{SECRET}, whsec_]", 8, "sources[0].secrets[1]", "the secret is empty"),
    ("secrets: [{env: WEBHOOK", "bearer_tokens: [{env: SF_CLIENT", 8, "sources[0].bearer_tokens[0]", "20 characters"),
    ("  - name: inwink\n", "  - name: inwink\n    id: 12-34\n", 8, "sources[0].id", "UUID"),
    ("  - name: inwink\n", "  - name: inwink\n    locale: de\n", 8, "sources[0].locale", "Write fr or en."),
    ("sources:\n", "sources: none\nother:\n", 6, "sources", "Write a list"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "line", "path", "words"), CASES, ids=[f"{c[3]}:{c[4][:20]}" for c in CASES]
)
def test_each_mistake_is_named_with_its_place(before: str, after: str, line: int, path: str, words: str) -> None:
    result = apply_offline(offline_text(replace={before: after}))
    errors = {error.path: error for error in result.errors}
    assert path in errors, result.errors
    assert errors[path].line == line
    assert words in errors[path].message
    assert nothing_stored()
    assert (result.created, result.updated, result.unchanged) == (0, 0, 0)


LINK_CASES = [
    # (line added at line 12, line and path of the error, words of the message)
    ("colour: red", 12, "links[0].colour", "Known here: event, name"),
    ("create: leed", 12, "links[0].create", "Did you mean lead? Write lead, contact or nobody"),
    ("update_existing: perhaps", 12, "links[0].update_existing", "true or false"),
    ("closes_after_days: -1", 12, "links[0].closes_after_days", "0 or more"),
    ("starts_at: tomorrow", 12, "links[0].starts_at", "2026-11-23T09:00:00+01:00"),
    ("starts_at: 0001-01-01", 12, "links[0].starts_at", "year is not between 1900 and 2999"),
    ("create_for: [registred]", 12, "links[0].create_for[0]", "Did you mean registered?"),
    ("match: contact_only", 10, "links[0].create", "may not be created"),
    ("new_owner: sales", 12, "links[0].new_owner", "integration_user, assignment_rules, or the id of a user"),
    ("new_owner: 001000000000001AAA", 12, "links[0].new_owner", "it starts with 005"),
    ("new_owner: 00G000000000001\n    create: contact", 12, "links[0].new_owner", "not Contacts"),
    ("contact_account: by_name", 12, "links[0].contact_account", "none, by_company, by_domain, or the id"),
    ("record_types: {leads: x}", 12, "links[0].record_types.leads", "Did you mean lead?"),
    ("record_types: {campaign_member: Guest}", 12, "links[0].record_types.campaign_member", "their campaign"),
    ("starts_at: 2026-02-02\n    ends_at: 2026-02-01", 13, "links[0].ends_at", "before the start"),
]


@pytest.mark.parametrize(("added", "line", "path", "words"), LINK_CASES)
def test_each_mistake_of_a_link_is_named_with_its_place(added: str, line: int, path: str, words: str) -> None:
    errors = apply_offline(offline_text(replace={ORG: f"{ORG}    {added}\n"})).errors
    assert [(error.line, error.path) for error in errors] == [(line, path)]
    assert words in errors[0].message
    assert nothing_stored()


MATCH_FIELDS = [
    ("match_emails: {contact: [Work_Email__c]}", "match_emails.contact", "Email must be in the list"),
    ("match_emails: {lead: [Email, email]}", "match_emails.lead", "twice"),
    ("match_emails: {lead: [Email, A__c, B__c, C__c, D__c, E__c]}", "match_emails.lead", "At most 5"),
    ("match_emails: {lead: [Email, Work Email]}", "match_emails.lead", "no API name"),
    ("match_emails: {lead: Email}", "match_emails.lead", "Write a list"),
    ("match_key: {contact: Inwink_Id__c}", "match_key.source", "required"),
    ("match_key: {source: inwink.id}", "match_key", "of Contacts, of Leads, or of both"),
    ("match_key: {source: email, lead: Inwink_Id__c}", "match_key.source", "does not tell people apart"),
    ("match_key: {source: event.id, lead: Inwink_Id__c}", "match_key.source", "does not tell people apart"),
    ("match_key: {source: inwink.ids, lead: Inwink_Id__c}", "match_key.source", "write inwink.id"),
    ("match_key: {source: inwink.id, lead: Inwink Id}", "match_key.lead", "no API name"),
]


@pytest.mark.parametrize(("line", "key", "words"), MATCH_FIELDS)
def test_fields_that_cannot_recognise_people_are_named_with_their_place(line: str, key: str, words: str) -> None:
    [error] = apply_offline(offline_text(replace={ORG: f"{ORG}    {line}\n"})).errors
    assert (error.line, error.path) == (12, f"links[0].{key}")
    assert words in error.message


FILTERS = [
    ("only: [{source: category}]", "only[0]", "Give the values"),
    ("only: [{source: category, in: []}]", "only[0].in", "at least one value"),
    ("only: [{source: category, in: [A]}, {source: inwink.stat, in: [B]}]", "only[1].source", "write inwink.state"),
    ("exclude_email_domains: [acme.example, 'ada@acme.example']", "exclude_email_domains[1]", "write example.com"),
    ("consent: {source: inwink.optin}", "consent.source", "not a source"),
    ("consent: {source: fields.optin, when_no: never}", "consent.when_no", "membership_only"),
]


@pytest.mark.parametrize(("line", "key", "words"), FILTERS)
def test_a_filter_that_cannot_be_meant_is_named_with_its_place(line: str, key: str, words: str) -> None:
    [error] = apply_offline(offline_text(replace={ORG: f"{ORG}    {line}\n"})).errors
    assert (error.line, error.path) == (12, f"links[0].{key}")
    assert words in error.message


def test_what_a_person_is_found_by_cannot_be_marketing() -> None:
    text = offline_text(
        replace={DIETARY: f"{DIETARY}\n      - {{source: email, object: lead, field: Email, marketing: true}}"}
    )
    assert found(apply_offline(text)) == [(20, "links[0].mappings[1].marketing")]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = offline_text(
        replace={"login_url:": "login_ulr:", "WEBHOOK_SECRET": "NOT_SET", STATUSES: "", DIETARY: "field: Status"}
    )
    places = found(apply_offline(text))
    assert places == [(3, "orgs[0].login_ulr"), (8, "sources[0].secrets[0]"), (18, "links[0].mappings[0].field")]


def test_a_value_from_the_environment_is_never_shown() -> None:
    text = offline_text(replace={"    org: Acme\n": "    org: Acme\n    create: {env: CREATE}\n"})
    result = apply_offline(text, environ={**ENVIRON, "CREATE": "very-private"})
    assert "very-private" not in str(result)
    assert "the value of CREATE is not a choice here" in result.errors[0].message


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("orgs: [\n", 2, "not YAML"),
        ("orgs:\n  - name: A\n    locale: x\n    locale: y\n", 4, "stands here twice"),
        ("orgs:\n\t- name: A\n", 2, "not YAML"),
        ("- a\n", 1, "must be a mapping"),
        ("", 1, "must be a mapping"),
        ("a: 1\n---\nb: 1\n", 2, "not YAML"),
        ("orgs: &a [*a]\n", 1, "contains itself"),
        ("orgs: &a\n  <<: *a\n", 2, "contains itself"),
        ("orgs: *a\n", 1, "used before"),
        ("orgs: " + "[" * 5000 + "]" * 5000, 1, "nested too deeply"),
        ("orgs:\n  " + "- " * 5000 + "x", 2, "nested too deeply"),
        ("orgs: !!binary aGVsbG8=\n", 1, "not used here"),
    ],
)
def test_a_file_that_is_no_configuration_is_named_with_its_line(text: str, line: int, words: str) -> None:
    errors = apply_offline(text).errors
    assert any(error.line == line and words in error.message for error in errors), errors


def test_aliases_that_multiply_are_refused_before_they_are_built() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 5)]
    errors = apply_offline("\n".join(lines)).errors
    assert [(error.line, error.path) for error in errors] == [(5, "a4[7]")]
    assert "stand for more than 100000 values" in errors[0].message


def test_a_chain_of_aliases_cannot_be_deep_either() -> None:
    lines = ["a0: &a0 {name: x}", *(f"a{n}: &a{n} {{<<: *a{n - 1}}}" for n in range(1, 3000))]
    assert found(apply_offline("\n".join(lines))) == [(20, "a19.<<")]


def test_aliases_of_a_bearable_size_are_taken() -> None:
    text = offline_text(replace={"{id: 701000000000001AAA}": "&campaign {id: 701000000000001AAA}"})
    text = text.replace("    statuses:\n", "    statuses: &statuses\n")
    text += "  - {event: other, org: Acme, campaign: {<<: *campaign, id: '701000000000002AAA'}, statuses: *statuses}\n"
    assert apply_offline(text).created == 4


def test_a_campaign_serves_one_event() -> None:
    twice = offline_text() + "  - {event: other, org: Acme, campaign: {id: '701000000000001'}}\n"
    assert (20, "links[1].campaign") in found(apply_offline(twice))
    org = SalesforceOrgFactory.create(name="Acme")
    CampaignLinkFactory.create(org=org, campaign_id="701000000000001AAA", inwink_event_id="elsewhere")
    result = apply_offline(offline_text())
    assert found(result) == [(12, "links[0].campaign")]
    assert "elsewhere" in result.errors[0].message


def test_names_stand_once_in_a_file() -> None:
    text = offline_text(replace={"sources:\n": "  - {name: Acme}\nsources:\n  - {name: inwink}\n"})
    text += "  - {event: event-salon}\n"
    places = [path for _, path in found(apply_offline(text))]
    assert places == ["orgs[1].name", "sources[1].name", "links[1].event"]


def test_the_id_of_a_source_cannot_change() -> None:
    source = WebhookSourceFactory.create(name="inwink")
    text = "sources:\n  - name: inwink\n    id: 0b0e4a0c-1111-4222-8333-444455556666\n"
    result = apply_offline(text)
    assert found(result) == [(3, "sources[0].id")]
    assert str(source.pk) in result.errors[0].message


def test_what_only_follows_from_a_mistake_is_not_told() -> None:
    text = offline_text(replace={"login_url:": "login_ulr:", "org: Acme": "orgg: Acme", "campaign:": "campain:"})
    places = [path for _, path in found(apply_offline(text))]
    assert places == ["orgs[0].login_ulr", "links[0].orgg", "links[0].campain"]


def test_a_malformed_value_hides_no_other_mistake_of_its_section() -> None:
    added = "create: leed\n    colour: red\n    match: contact_only\n    only: [{source: x, inn: [y]}]\n"
    text = offline_text(
        replace={ORG: f"{ORG}    {added}", "attended: Attended": "attended: null", DIETARY: "field: Status"}
    )
    places = [path for _, path in found(apply_offline(text))]
    assert places == [
        "links[0].create", "links[0].colour", "links[0].only[0]", "links[0].only[0].inn", "links[0].statuses.attended",
        "links[0].mappings[0].field",
    ]  # fmt: skip
