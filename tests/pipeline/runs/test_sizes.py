"""How many rows go into a collection and a call (rule 7.1)."""

import pytest

from connector.pipeline.runs.sizes import MAX_CALL_ROWS, Sizes, keep_sizes, sizes_of
from connector.salesforce.composite import MAX_ROWS
from tests.factories import SalesforceOrgFactory


def test_nothing_is_limited_before_anything_was_too_much() -> None:
    sizes = Sizes()

    assert (sizes.of_collection(["Lead"]), sizes.of_call()) == (MAX_ROWS, MAX_CALL_ROWS)
    assert sizes.grown() == {}


def test_a_collection_is_as_small_as_the_tightest_of_its_objects() -> None:
    sizes = Sizes({"Lead": 50, "Contact": 80})

    assert sizes.of_collection(["Contact", "Lead"]) == 50
    assert sizes.of_collection(["CampaignMember"]) == MAX_ROWS


def test_what_was_too_much_is_halved_and_does_not_grow_in_the_same_run() -> None:
    sizes = Sizes()
    sizes.note_too_much(["Lead"], rows=200)
    sizes.note_too_much(["Lead"], rows=100)
    sizes.note_well(["Lead"], rows=50)

    assert sizes.of_collection(["Lead"]) == 50
    assert sizes.grown() == {"Lead": 50}


def test_a_single_row_is_never_halved_to_nothing() -> None:
    sizes = Sizes()
    sizes.note_too_much(["Lead"], rows=1)
    sizes.note_call_refused(rows=1)

    assert (sizes.of_collection(["Lead"]), sizes.of_call()) == (1, 1)


@pytest.mark.parametrize(
    ("known", "rows", "grown"),
    [
        (50, 50, {"Lead": 62}),
        (50, 49, {"Lead": 50}),
        (1, 1, {"Lead": 2}),
        (180, 180, {}),
    ],
)
def test_a_size_that_was_used_to_the_full_grows_by_a_quarter(known: int, rows: int, grown: dict[str, int]) -> None:
    sizes = Sizes({"Lead": known})
    sizes.note_well(["Lead"], rows=rows)

    assert sizes.grown() == grown


@pytest.mark.parametrize(
    ("rows", "seconds", "next_rows", "stored"),
    [
        (1000, 60.0, 500, {"call": 500}),
        (1000, 29.0, 1000, {}),
        (1, 90.0, MAX_CALL_ROWS, {}),
    ],
)
def test_a_call_is_sized_by_what_the_last_one_took(
    rows: int, seconds: float, next_rows: int, stored: dict[str, int]
) -> None:
    sizes = Sizes()
    sizes.note_call(rows=rows, seconds=seconds)

    assert (sizes.of_call(), sizes.grown()) == (next_rows, stored)


def test_a_call_that_was_quick_lets_the_next_run_have_more() -> None:
    sizes = Sizes({"call": 400})
    sizes.note_call(rows=400, seconds=10.0)

    assert sizes.grown() == {"call": 500}


@pytest.mark.django_db
def test_what_was_learned_is_kept_with_the_organisation() -> None:
    org = SalesforceOrgFactory.create(working_sizes={"Lead": 100, "odd": "x"})
    sizes = sizes_of(org)
    sizes.note_too_much(["CampaignMember"], rows=200)
    keep_sizes(org, sizes)
    org.refresh_from_db()

    assert org.working_sizes == {"Lead": 100, "CampaignMember": 100}
