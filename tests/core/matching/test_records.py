"""Where merged and converted records lead (rules 2.3 and 2.7)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core.rows import PersonRecord, PersonRef
from tests.core.cases import CONTACT, LEAD, contact, lead, read, ref


@pytest.mark.parametrize(
    ("found", "start", "end", "missing"),
    [
        pytest.param([contact(1)], ref(CONTACT, 1), ref(CONTACT, 1), set(), id="a living record is itself"),
        pytest.param([], ref(CONTACT, 1), None, {ref(CONTACT, 1)}, id="a record that was not read must be read"),
        pytest.param([contact(1, is_deleted=True)], ref(CONTACT, 1), None, set(), id="deleted without a master: gone"),
        pytest.param([contact(1, is_deleted=True, master_id=ref(CONTACT, 2).id)], ref(CONTACT, 1), None,
                     {ref(CONTACT, 2)}, id="merged: the master must be read"),
        pytest.param([contact(1, is_deleted=True, master_id=ref(CONTACT, 2).id), contact(2)], ref(CONTACT, 1),
                     ref(CONTACT, 2), set(), id="merged: the master"),
        pytest.param([lead(1, is_converted=True, converted_contact_id=ref(CONTACT, 2).id), contact(2)], ref(LEAD, 1),
                     ref(CONTACT, 2), set(), id="converted: the contact"),
        pytest.param([lead(1, is_converted=True)], ref(LEAD, 1), None, set(), id="converted, no contact: gone"),
        pytest.param([lead(1, is_deleted=True, master_id=ref(LEAD, 2).id),
                      lead(2, is_converted=True, converted_contact_id=ref(CONTACT, 3).id),
                      contact(3, is_deleted=True, master_id=ref(CONTACT, 4).id), contact(4)], ref(LEAD, 1),
                     ref(CONTACT, 4), set(), id="merged, converted, then merged again"),
        pytest.param([contact(1, is_deleted=True, master_id=ref(CONTACT, 1).id)], ref(CONTACT, 1), None, set(),
                     id="its own master: gone"),
    ],
)  # fmt: skip
def test_follow(found: list[PersonRecord], start: PersonRef, end: PersonRef | None, missing: set[PersonRef]) -> None:
    records = read(*found)
    reached = records.follow(start)
    assert (reached.ref if reached else None) == end
    assert records.missing_refs([start]) == missing


def test_a_long_chain_of_merges_is_followed_to_its_end() -> None:
    chain = [contact(n, is_deleted=True, master_id=ref(CONTACT, n + 1).id) for n in range(1, 30)]
    assert read(*chain, contact(30)).follow(ref(CONTACT, 1)) == contact(30)


def test_only_living_records_are_found_by_email_in_the_order_of_their_ids() -> None:
    records = read(lead(2), contact(9), contact(3), contact(4, is_deleted=True), contact(5, email="b@example.org"))
    assert records.with_email("ada@example.org") == [contact(3), contact(9), lead(2)]
    assert records.with_email("") == []


def test_the_first_reading_of_an_id_counts() -> None:
    assert read(contact(1, first_name="Ada"), contact(1, first_name="Bob")).follow(ref(CONTACT, 1)) == contact(1)


@settings(max_examples=60, deadline=None)
@given(masters=st.lists(st.integers(0, 7), min_size=8, max_size=8), deleted=st.sets(st.integers(0, 7)))
def test_following_ends_on_circles(masters: list[int], deleted: set[int]) -> None:
    records = read(
        *(contact(n, is_deleted=n in deleted, master_id=ref(CONTACT, masters[n]).id if n in deleted else "")
          for n in range(8))
    )  # fmt: skip
    for number in range(8):
        reached = records.follow(ref(CONTACT, number))
        assert reached is None or not reached.is_deleted
        assert (reached is not None) or number in deleted
