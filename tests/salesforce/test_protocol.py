"""The package against the local Salesforce: the real protocol over real HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from connector.core.errors import ErrorKind
from connector.salesforce.auth import AuthFlow, Credentials, Terms, Token, request_token
from connector.salesforce.composite import (
    CollectionCreate,
    CollectionUpdate,
    Query,
    Reference,
    Subrequest,
    contains_reference,
)
from connector.salesforce.errors import LimitReached, RemoteUnavailable, RequestRefused, SignInFailed
from connector.salesforce.gateway import Gateway
from connector.salesforce.records import Usage
from connector.salesforce.soql import (
    campaign_by_id,
    campaign_by_name,
    campaign_search,
    encode_query,
    labels_query,
    members_query,
    pack_keys,
    person_query,
    records_query,
)
from simulator.server import SimulatorServer
from tests.salesforce.conftest import LOCAL

PERSON_FIELDS = ["Id", "Email", "LastName"]
MEMBER_FIELDS = ["Id", "Status", "HasResponded"]
TYPED = [
    "o'neil@example.org",
    "a+b@example.org",
    "a&b@example.org",
    "100%@example.org",
    "back\\slash@example.org",
    "@{labels.records[0].Label}@example.org",
    "zoë.李@example.org",
    'quo"te@example.org',
    "under_score@example.org",
    "a=b#c;d?e/f@example.org",
]


@pytest.fixture
def salesforce() -> Iterator[SimulatorServer]:
    with SimulatorServer() as server:
        yield server


TERMS = Terms(hosts=LOCAL, timeout_seconds=5, now=datetime(2026, 3, 1, tzinfo=UTC))


def credentials(url: str, **changes: str) -> Credentials:
    values = {"client_id": "simulator-client", "client_secret": "simulator-secret", **changes}
    return Credentials(flow=AuthFlow.CLIENT_CREDENTIALS, login_url=url, **values)


def sign_in(salesforce: SimulatorServer) -> Token:
    return request_token(credentials(salesforce.url), TERMS)


@pytest.fixture
def gateway(salesforce: SimulatorServer) -> Iterator[Gateway]:
    made = Gateway(
        sign_in(salesforce),
        api_version="64.0",
        hosts=LOCAL,
        timeout_seconds=5,
        renew=lambda _: sign_in(salesforce),
    )
    yield made
    made.close()


@pytest.fixture
def campaign_id(gateway: Gateway) -> str:
    """The one campaign of the default seed; what it cost to find is not counted."""
    (campaign,) = gateway.query(campaign_by_name("salon 2026"))
    gateway.calls = 0
    return str(campaign["Id"])


def control(salesforce: SimulatorServer, path: str, body: object) -> Any:
    answer = requests.post(f"{salesforce.url}/_simulator/{path}", json=body, timeout=5)
    answer.raise_for_status()
    return answer.json()


def counted(salesforce: SimulatorServer) -> int:
    return int(requests.get(f"{salesforce.url}/_simulator/calls", timeout=5).json()["api_calls"])


def lead(**values: object) -> dict[str, object]:
    return {"attributes": {"type": "Lead"}, "Company": "Acme", **values}


def people(campaign_id: str, keys: list[str], *, sobject: str = "Lead") -> str:
    return person_query(
        sobject,
        fields=PERSON_FIELDS,
        key_fields=["Email"],
        keys=keys,
        campaign_id=campaign_id,
        member_fields=MEMBER_FIELDS,
    )


def test_sign_in_tells_whose_token_it_is(salesforce: SimulatorServer) -> None:
    token = sign_in(salesforce)
    assert token.instance_url == salesforce.url
    assert token.organization_id.startswith("00D")
    assert token.user_id.startswith("005")
    assert len(token.organization_id) == len(token.user_id) == 18
    assert abs(datetime.now(UTC) - token.issued_at) < timedelta(minutes=1)


def test_sign_in_by_password(salesforce: SimulatorServer) -> None:
    given = Credentials(
        flow=AuthFlow.PASSWORD,
        login_url=salesforce.url,
        client_id="simulator-client",
        client_secret="simulator-secret",
        username="integration@simulator.example",
        password="simulator-password",
        security_token="token",
    )
    assert request_token(given, TERMS).user_id == sign_in(salesforce).user_id


def test_wrong_secret(salesforce: SimulatorServer) -> None:
    with pytest.raises(SignInFailed) as caught:
        request_token(credentials(salesforce.url, client_secret="wrong"), TERMS)
    assert caught.value.http_status == 400
    assert "wrong" not in str(caught.value)


def test_one_call_reads_people_memberships_and_labels(
    salesforce: SimulatorServer, gateway: Gateway, campaign_id: str
) -> None:
    contact, label, unknown = gateway.composite(
        [
            Query("contacts", people(campaign_id, ["camille.martin@acme.example"], sobject="Contact")),
            Query("labels", labels_query(campaign_id)),
            Query("leads", people(campaign_id, ["nobody@example.org"])),
        ]
    )
    assert [record["LastName"] for record in contact.records] == ["Martin"]
    assert gateway.all_children(contact.records[0], "CampaignMembers") == []
    assert [record["Label"] for record in label.records] == ["Sent", "Registered", "Attended", "Declined", "No show"]
    assert (unknown.records, unknown.next_url, unknown.total_size, unknown.error) == ((), None, 0, None)
    assert gateway.calls == 1


def test_people_and_members_are_written_and_read_back(gateway: Gateway, campaign_id: str) -> None:
    headers = {"Sforce-Duplicate-Rule-Header": "allowSave=true", "Sforce-Auto-Assign": "FALSE"}
    (created,) = gateway.composite(
        [CollectionCreate("leads", [lead(LastName="Un", Email="un@example.org"), lead(FirstName="Deux")], headers)]
    )
    good, bad = created.rows
    assert good.success
    assert good.id is not None
    assert [(error.code, error.kind, error.fields) for error in bad.errors] == [
        ("REQUIRED_FIELD_MISSING", ErrorKind.PERMANENT, ("LastName",))
    ]
    member = {"attributes": {"type": "CampaignMember"}, "CampaignId": campaign_id, "LeadId": good.id}
    added, again = (
        gateway.composite([CollectionCreate("members", [{**member, "Status": status}])])[0].rows[0]
        for status in ("Registered", "Attended")
    )
    assert added.success
    assert [error.kind for error in again.errors] == [ErrorKind.ALREADY_MEMBER]
    update = {"attributes": {"type": "CampaignMember"}, "id": added.id, "Status": "Attended"}
    assert gateway.composite([CollectionUpdate("members", [update])])[0].rows[0].success
    (read,) = gateway.query(people(campaign_id, ["un@example.org"]))
    (found,) = gateway.all_children(read, "CampaignMembers")
    assert (found["Id"], found["Status"], found["HasResponded"]) == (added.id, "Attended", True)
    assert len(gateway.query(members_query(campaign_id, [good.id], fields=["Id"], key_field="LeadId"))) == 1
    assert len(gateway.query(members_query(campaign_id, fields=["Id"]))) == 1


def test_status_by_reference_to_its_label(gateway: Gateway, campaign_id: str) -> None:
    (lead_row,) = gateway.query(
        records_query("Lead", fields=["Id"], ids=["louis.bernard@example.com"], key_field="Email")
    )
    member = {
        "attributes": {"type": "CampaignMember"},
        "CampaignId": campaign_id,
        "LeadId": lead_row["Id"],
        "Status": Reference("@{labels.records[1].Label}"),
    }
    calls: list[Subrequest] = [Query("labels", labels_query(campaign_id)), CollectionCreate("members", [member])]
    assert gateway.composite(calls)[1].rows[0].success
    (stored,) = gateway.query(members_query(campaign_id, fields=["Status"]))
    assert stored["Status"] == "Registered"


@pytest.mark.parametrize("email", TYPED)
def test_what_was_typed_is_found_as_it_was_typed(salesforce: SimulatorServer, gateway: Gateway, email: str) -> None:
    control(salesforce, "rows", {"sobject": "Lead", "records": [{"LastName": "Typed", "Company": "A", "Email": email}]})
    (campaign,) = gateway.query(campaign_by_name("Salon 2026"))
    found = gateway.query(people(campaign["Id"], ["someone@example.org", email, "else@example.org"]))
    assert [record["Email"] for record in found] == [email.lower()]


def test_typed_reference_is_written_as_text(salesforce: SimulatorServer, gateway: Gateway) -> None:
    record = lead(LastName="@{labels.records[0].Label}", Email="ref@example.org")
    assert contains_reference(record)
    with pytest.raises(ValueError, match="read as a reference"):
        gateway.composite([CollectionCreate("leads", [record])])
    (result,) = gateway.write_collection("POST", [record], {"Sforce-Auto-Assign": "FALSE"})
    assert result.success
    renamed = {"attributes": {"type": "Lead"}, "id": result.id, "FirstName": "@{x} & 'co' 100% \\"}
    assert gateway.write_collection("PATCH", [renamed], {})[0].success
    (stored,) = gateway.query(
        records_query("Lead", fields=["FirstName", "LastName"], ids=["ref@example.org"], key_field="Email")
    )
    assert (stored["FirstName"], stored["LastName"]) == ("@{x} & 'co' 100% \\", "@{labels.records[0].Label}")
    assert gateway.calls == counted(salesforce) == 3


def test_thousand_people_are_read_in_five_queries_of_one_call(
    salesforce: SimulatorServer, gateway: Gateway, campaign_id: str
) -> None:
    emails = [f"firstnam{number:04}@organisation.fr" for number in range(1000)]
    rows = [{"LastName": "Many", "Company": "A", "Email": email} for email in emails]
    control(salesforce, "rows", {"sobject": "Lead", "records": rows})
    packs = pack_keys(emails, base_query_length=len(encode_query(people(campaign_id, []))))
    assert len(packs) <= 5
    answers = gateway.composite([Query(f"q{n}", people(campaign_id, pack)) for n, pack in enumerate(packs)])
    assert sorted(record["Email"] for answer in answers for record in answer.records) == emails
    assert gateway.calls == 1


def test_pages_and_child_pages_are_followed(salesforce: SimulatorServer, gateway: Gateway, campaign_id: str) -> None:
    rows = [{"LastName": f"P{number}", "Company": "A", "Email": "same@example.org"} for number in range(7)]
    ids = control(salesforce, "rows", {"sobject": "Lead", "records": rows})["ids"]
    members = [{"CampaignId": campaign_id, "LeadId": one, "Status": "Registered"} for one in ids]
    control(salesforce, "rows", {"sobject": "CampaignMember", "records": members})
    control(salesforce, "settings", {"page_size": 3})
    found = gateway.query(people(campaign_id, ["same@example.org"]))
    assert sorted(record["LastName"] for record in found) == [f"P{number}" for number in range(7)]
    assert gateway.calls == 3
    control(salesforce, "settings", {"child_page_size": 2})
    soql = "SELECT Id,(SELECT Id FROM CampaignMembers) FROM Campaign"  # nothing here comes from outside
    (campaign,) = gateway.query(soql)
    assert len(gateway.all_children(campaign, "CampaignMembers")) == 7


def test_campaign_search(gateway: Gateway, campaign_id: str) -> None:
    assert [row["Id"] for row in gateway.query(campaign_search("salon", 20))] == [campaign_id]
    assert gateway.query(campaign_search("%", 20)) == []
    assert [row["Name"] for row in gateway.query(campaign_by_id(campaign_id))] == ["Salon 2026"]


@pytest.mark.parametrize("sobject", ["Contact", "Lead", "CampaignMember", "Campaign", "Account"])
def test_describe(gateway: Gateway, sobject: str) -> None:
    schema = gateway.describe(sobject)
    assert schema is not None
    assert schema.name == sobject
    assert schema.fields["Id"].type == "id"
    assert gateway.calls == 1


def test_describe_of_lead_says_what_creating_needs(gateway: Gateway) -> None:
    schema = gateway.describe("Lead")
    assert schema is not None
    required = {field.name for field in schema.fields.values() if field.is_required_on_create}
    assert {"LastName", "Company"} <= required
    track = schema.fields["Track__c"]
    assert (track.is_restricted_picklist, track.choices[0].value) == (True, "Data track")
    assert gateway.describe("Lead", if_modified_since=datetime.now(UTC) + timedelta(hours=1)) is None


def test_unknown_object_and_field(gateway: Gateway) -> None:
    with pytest.raises(RequestRefused) as no_object:
        gateway.describe("Nothing__c")
    assert no_object.value.http_status == 404
    with pytest.raises(RequestRefused) as no_field:
        gateway.query(records_query("Lead", fields=["Nothing__c"], ids=["x"]))
    assert (no_field.value.code, no_field.value.kind) == ("INVALID_FIELD", ErrorKind.FIELD_GONE)


def test_usage_of_headers_and_limits(salesforce: SimulatorServer, gateway: Gateway, campaign_id: str) -> None:
    asked = gateway.limits()
    assert asked.limit == 100_000
    assert isinstance(gateway.usage, Usage)
    assert gateway.usage.used == counted(salesforce)


def test_expired_session_is_renewed(salesforce: SimulatorServer, gateway: Gateway, campaign_id: str) -> None:
    old = gateway.token
    control(salesforce, "calls/reset", {})
    control(salesforce, "sessions/expire", {})
    (created,) = gateway.composite([CollectionCreate("leads", [lead(LastName="Once", Email="once@example.org")])])
    assert created.rows[0].success
    assert gateway.token.access_token != old.access_token
    assert gateway.calls == counted(salesforce) == 1


@pytest.mark.parametrize(("limit", "is_daily"), [("daily", True), ("concurrent", False)])
def test_limit(salesforce: SimulatorServer, gateway: Gateway, limit: str, is_daily: bool) -> None:
    control(salesforce, "faults", {"action": {"limit": limit}})
    with pytest.raises(LimitReached) as caught:
        gateway.limits()
    assert caught.value.is_daily is is_daily


@pytest.mark.parametrize(
    ("action", "was_written"),
    [({"close_after": True}, True), ({"close_before": True}, False), ({"status": 503, "body": "<html>"}, False)],
)
def test_lost_answer_to_a_write_is_unclear_whether_it_was_done_or_not(
    salesforce: SimulatorServer, gateway: Gateway, action: dict[str, object], was_written: bool
) -> None:
    control(salesforce, "faults", {"match": {"kind": "composite"}, "action": action})
    with pytest.raises(RemoteUnavailable) as caught:
        gateway.composite([CollectionCreate("leads", [lead(LastName="Lost", Email="lost@example.org")])])
    assert caught.value.write_unclear
    found = gateway.query(records_query("Lead", fields=["Id"], ids=["lost@example.org"], key_field="Email"))
    assert len(found) == int(was_written)


def test_late_answer(salesforce: SimulatorServer) -> None:
    late = Gateway(
        sign_in(salesforce), api_version="64.0", hosts=LOCAL, timeout_seconds=0.3, renew=lambda _: sign_in(salesforce)
    )
    control(salesforce, "faults", {"action": {"delay_ms": 1500}})
    with pytest.raises(RemoteUnavailable) as caught:
        late.composite([CollectionCreate("leads", [lead(LastName="Late", Email="late@example.org")])])
    late.close()
    assert (caught.value.code, caught.value.write_unclear, late.calls) == ("timeout", True, 1)


def test_locked_and_limited_rows(salesforce: SimulatorServer, gateway: Gateway) -> None:
    control(salesforce, "faults", {"action": {"error_code": "UNABLE_TO_LOCK_ROW", "rows": [1]}})
    records = [lead(LastName=f"L{number}") for number in range(3)]
    rows = gateway.composite([CollectionCreate("leads", records)])[0].rows
    assert [row.success for row in rows] == [True, False, True]
    assert rows[1].errors[0].kind is ErrorKind.RETRYABLE
    control(salesforce, "settings", {"max_subrequest_rows_before_limit_exception": 2})
    rows = gateway.composite([CollectionCreate("leads", records)])[0].rows
    assert {row.errors[0].kind for row in rows} == {ErrorKind.TOO_MUCH_AT_ONCE}


def test_error_texts_repeat_no_value(gateway: Gateway) -> None:
    records = [
        lead(LastName="Verylongname" * 10),
        lead(LastName="A", Email="not an address"),
        lead(LastName="B", Track__c="Secret track"),
    ]
    rows = gateway.composite([CollectionCreate("leads", records)])[0].rows
    texts = [row.errors[0].message for row in rows]
    assert [row.errors[0].code for row in rows] == [
        "STRING_TOO_LONG",
        "INVALID_EMAIL_ADDRESS",
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    ]
    assert all("[…]" in text for text in texts)
    assert not any(word in text for text in texts for word in ("Verylong", "not an address", "Secret"))
