"""No sentence of ours stands in English on a French page, whoever stored it and when."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from connector.models import CampaignLink, Errand, OutboxEntry, SalesforceOrg, WebhookMessage
from tests.factories import CampaignLinkFactory, SalesforceOrgFactory, WebhookMessageFactory
from tests.house import House
from tests.world import World

_CATALOGUE = Path(settings.BASE_DIR) / "connector/locale/fr/LC_MESSAGES/django.po"
_NOT_READ = re.compile(
    r"<(script|style|pre|textarea)\b.*?</\1>|<section[^>]* lang=.en.*?</section>|<!--.*?-->|<[^>]+>", re.DOTALL
)
_WORDS = 4
"""Fewer in a row may stand in a name, or be the same in both languages."""
_RIGHTS = "/admin/auth/"
"""Forms that list Django's permissions, whose names a migration stores in English."""


def english_sentences() -> set[str]:
    """Return the longest piece without a hole of each text that has another one in French."""
    text = _CATALOGUE.read_text()
    entries = re.findall(r'^msgid "(.+)"\n(?:msgid_plural.*\n)?msgstr(?:\[0\])? "(.*)"$', text, re.MULTILINE)
    pieces = {longest_piece(english) for english, french in entries if english != french}
    return {piece for piece in pieces if len(piece.split()) >= _WORDS}


def longest_piece(text: str) -> str:
    plain = text.replace('\\"', '"').replace("\\n", "\n")
    return max(re.split(r"%\(\w+\)s|%%|\n", plain), key=len).strip()


def store_english(house: House) -> None:
    """Let the workers store what they store in English."""
    said = "Salesforce could not be reached."
    lost = SalesforceOrgFactory.create(
        state=SalesforceOrg.State.RECONNECT_NEEDED, pause_code="log_in_needed",
        state_reason="log_in_needed: Nobody has logged in with Salesforce yet.",
    )  # fmt: skip
    CampaignLinkFactory.create(org=lost)
    CampaignLink.objects.exclude(org=lost).update(
        pause_kind="outage", pause_code="no_connection", pause_reason=said, paused_until=timezone.now()
    )
    OutboxEntry.objects.exclude(error_message="").update(error_message="Title: 218 characters, 128 fit")
    Errand.objects.filter(pk=house.rows["errand"]).update(
        state="failed", error_code="unreadable_file",
        error_message="the workbook is damaged; open it in a spreadsheet and save it again as XLSX or CSV",
    )  # fmt: skip
    refused = [{"index": 0, "errors": ["a participant must be an object", "id or email: one of them is required"]}]
    WebhookMessage.objects.filter(rejected_count__gt=0).update(answer={"rejected": refused})
    message = WebhookMessageFactory.create(
        status="rejected", answer_status=400, body="[" * 3_000,
        answer={"error": "too_deep", "detail": "nested more than 64 levels"},
    )  # fmt: skip
    house.rows["webhookmessage"] = message.pk


def pages_of(house: House) -> Iterator[tuple[str, str]]:
    """Open each page in French; return its address and the texts in it."""
    for address in (*house.pages(), *house.variants()):
        if address.startswith(_RIGHTS):
            continue
        page = house.client.get(address, headers={"accept-language": "fr"}).content.decode()
        yield address, " ".join(unescape(_NOT_READ.sub(" ", page)).split())


@pytest.mark.slow
@pytest.mark.django_db
def test_no_english_sentence_stands_on_a_french_page(world: World, admin_client: Client) -> None:
    house = House(world, admin_client)
    house.furnish(3)
    house.use()
    sentences = english_sentences()
    assert len(sentences) > 500
    store_english(house)
    found = {(sentence, address) for address, text in pages_of(house) for sentence in sentences if sentence in text}
    assert sorted(found) == []
