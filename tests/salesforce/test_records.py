"""A truncated answer never means nobody."""

import pytest

from connector.salesforce.records import QueryPage, child_records, parse_page


def test_last_page() -> None:
    raw = {"totalSize": 1, "done": True, "records": [{"Id": "a"}]}
    assert parse_page(raw) == QueryPage(({"Id": "a"},), None, 1)


def test_page_that_goes_on() -> None:
    raw = {"totalSize": 3000, "done": False, "records": [{"Id": "a"}], "nextRecordsUrl": "/services/x"}
    assert parse_page(raw).next_url == "/services/x"


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"totalSize": 2, "done": False, "records": [{"Id": "a"}]},
        {"totalSize": 2, "records": [{"Id": "a"}]},
        {"totalSize": 2, "done": True, "records": None},
        {"totalSize": 2, "done": True, "records": ["a"]},
    ],
)
def test_incomplete_page_is_an_error(raw: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="a page of a query"):
        parse_page(raw)


def test_children() -> None:
    page = {"totalSize": 1, "done": True, "records": [{"Id": "m"}]}
    assert child_records({"CampaignMembers": page}, "CampaignMembers") == ([{"Id": "m"}], None)
    assert child_records({"CampaignMembers": None}, "CampaignMembers") == ([], None)
    with pytest.raises(KeyError):
        child_records({"Id": "a"}, "CampaignMembers")
