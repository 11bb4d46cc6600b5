"""A number in an address may be anything, and leads to an empty page rather than to an error."""

import pytest
from django.test import Client

from connector.admin.frame.keys import id_in, ids_in
from tests.factories import CampaignLinkFactory

ENDLESS = "9" * 5_000
"""More digits than Python turns into a number."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12", 12), ("", None), ("-1", None), ("1.5", None), ("²", None), ("9" * 18, 10**18 - 1), ("9" * 19, None),
     (ENDLESS, None)],
)  # fmt: skip
def test_what_can_be_no_key_is_none(text: str, expected: int | None) -> None:
    assert id_in(text) == expected
    assert ids_in(["7", text]) == [7, *([expected] if expected is not None else [])]


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["9" * 25, ENDLESS])
@pytest.mark.parametrize(
    "address",
    ["campaignlink/wizard/?begin=link:{}", "campaignlink/plain/?begin=template:{}",
     "campaignlink/{link}/mappings/?participant={}", "outboxentry/problems/?link={}",
     "outboxentry/answers/?link={}"],
)  # fmt: skip
def test_a_number_without_end_in_an_address_is_no_error(admin_client: Client, address: str, number: str) -> None:
    link = CampaignLinkFactory.create()
    assert admin_client.get(f"/admin/connector/{address.format(number, link=link.pk)}").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["9" * 25, ENDLESS])
@pytest.mark.parametrize("asked", ["campaigns", "owners", "accounts"])
def test_nor_in_what_a_picker_posts(admin_client: Client, asked: str, number: str) -> None:
    answer = admin_client.post(f"/admin/connector/campaignlink/{asked}/", {"org": number, "q": "x"})
    assert answer.json()["problem"] == "Choose the Salesforce organisation first."
