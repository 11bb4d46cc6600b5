"""What a record holds from us, also where it went on in another one (rules 2.7 and 5.1)."""

from typing import Any

import pytest

from connector.core.planning.sent import sent_to_record, sent_values
from tests.core.cases import CONTACT, LEAD, contact, lead, minute, ref, row, schema, spec

L1, L2, C1 = ref(LEAD, 1), ref(LEAD, 2), ref(CONTACT, 1)
LEADS = schema("Lead", spec("Title"), spec("Company"))
CONTACTS = schema("Contact", spec("Title"))


def test_what_was_sent_last_counts() -> None:
    older = row(2, sent_values={"Lead.Title": "A", "Lead.Company": "X"}, last_synced_at=minute(1))
    newer = row(1, sent_values={"Lead.Title": "B"}, last_synced_at=minute(2))
    never = row(3, sent_values={"Lead.Title": "C"})
    assert sent_values([newer, never, older]) == {"Lead.Title": "B", "Lead.Company": "X"}


@pytest.mark.parametrize(
    ("sent", "held", "carried"),
    [
        pytest.param({"Lead.Title": "CTO"}, {"Title": "CTO"}, {"Title": "CTO"}, id="came along"),
        pytest.param({"Lead.Title": "CTO"}, {"Title": "Boss"}, {"Title": "CTO"}, id="a colleague chose another value"),
        pytest.param({"Lead.Title": "CTO"}, {"Title": None}, {}, id="did not come along"),
        pytest.param({"Lead.Title": None}, {"Title": None}, {"Title": None}, id="a blank of ours came along"),
        pytest.param({}, {"Title": "Boss"}, {}, id="never written"),
        pytest.param({"Lead.Gone__c": "x"}, {}, {}, id="no such field any more"),
        pytest.param({"CampaignMember.Title": "x"}, {"Title": "x"}, {}, id="a field of the member"),
    ],
)
def test_what_was_written_goes_on_in_a_merged_record(
    sent: dict[str, Any], held: dict[str, Any], carried: dict[str, Any]
) -> None:
    entry = row(1, person=L1, sent_values=sent)
    found = sent_to_record(lead(2, values=held), [entry], earlier={L1, L2}, schema=LEADS)
    assert found == ({f"Lead.{name}": value for name, value in carried.items()}, carried)


def test_what_was_written_goes_on_in_the_contact_of_a_lead() -> None:
    entry = row(1, person=L1, sent_values={"Lead.Title": "CTO", "Lead.Company": "Acme"})
    found = sent_to_record(contact(1, values={"Title": "CTO"}), [entry], earlier={L1, C1}, schema=CONTACTS)
    assert found == ({"Contact.Title": "CTO"}, {"Title": "CTO"})


@pytest.mark.parametrize(
    ("held", "expected"),
    [("own", ({"Lead.Title": "own"}, {})), ("theirs", ({"Lead.Title": "theirs"}, {"Title": "theirs"})),
     ("Boss", ({"Lead.Title": "own"}, {}))],
)  # fmt: skip
def test_of_two_records_that_were_written_the_value_that_is_there_counts(held: str, expected: object) -> None:
    rows = [
        row(1, person=L2, sent_values={"Lead.Title": "own"}),
        row(2, person=L1, sent_values={"Lead.Title": "theirs"}),
    ]
    assert sent_to_record(lead(2, values={"Title": held}), rows, earlier={L1, L2}, schema=LEADS) == expected


def test_another_record_says_nothing() -> None:
    """Who moved to a record that has the new address was not written there (rule 2.5)."""
    entry = row(1, person=L1, sent_values={"Lead.Title": "CTO"})
    assert sent_to_record(lead(2, values={"Title": "CTO"}), [entry], earlier=set(), schema=LEADS) == ({}, {})
