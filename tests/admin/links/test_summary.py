"""The settings of a link are said in words."""

import pytest

from connector.admin.links.summary import summarise
from connector.models import CampaignLink


@pytest.mark.parametrize(
    ("only", "words"),
    [
        ([], "everybody"),
        ([{"source": "category", "in": ["VIP", "Press"]}], "category is one of: VIP, Press"),
        ([{"source": "category", "in": ["VIP"], "not_in": ["Staff"]}],
         "category is one of: VIP; category is none of: Staff"),
    ],
)  # fmt: skip
def test_a_condition_is_said_with_its_own_values(only: list[dict[str, object]], words: str) -> None:
    [who] = [part for part in summarise(CampaignLink(only=only), []) if part.step == "who"]
    assert ("Only participants of whom", words) in who.facts
