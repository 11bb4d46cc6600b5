"""Ids of 15 characters become those of 18 that Salesforce itself would send."""

import pytest

from connector.salesforce.ids import id_18, is_id


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # pairs of the kind that Salesforce's own pages print
        ("001000000000001", "001000000000001AAA"),
        ("00DU0000000Kwch", "00DU0000000KwchMAC"),
        ("005U0000005akrE", "005U0000005akrEIAQ"),
        ("005U0000005akrEIAQ", "005U0000005akrEIAQ"),
    ],
)
def test_id_is_completed(given: str, expected: str) -> None:
    assert id_18(given) == expected


@pytest.mark.parametrize("text", ["", "701", "7010000000000010", "70100000000000/", "00100000000000é"])
def test_other_texts_are_no_ids(text: str) -> None:
    assert not is_id(text)
    with pytest.raises(ValueError, match="not a Salesforce id"):
        id_18(text)
