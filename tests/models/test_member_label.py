"""Whoever was there before the upgrade has the status that was last known, of every kind of row."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from connector.core.outcomes import EntryState
from connector.models import CampaignLink, OutboxEntry
from tests.factories import NOW, CampaignLinkFactory, OutboxEntryFactory

pytestmark = [pytest.mark.both, pytest.mark.django_db]

KEPT = {"code": "kept_manual", "kept": "Meeting booked", "state": "registered"}


@pytest.fixture
def link() -> CampaignLink:
    return CampaignLinkFactory.create(status_registered="Inscrit", status_attended="Venu")


def filled_in(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Fill the column in, two rows at a time; return it in the order of the rows."""
    migration = import_module("connector.migrations.0032_entry_member_label")
    monkeypatch.setattr(migration, "ROWS", 2)
    migration.fill_in(apps, None)
    return list(OutboxEntry.objects.order_by("pk").values_list("member_label", flat=True))


@pytest.mark.parametrize(
    ("columns", "label"),
    [
        ({"sent_label": "Inscrit", "synced_state": "registered"}, "Inscrit"),
        ({"sent_label": "Inscrit", "synced_state": "attended"}, "Venu"),
        ({"sent_label": "", "synced_state": "attended"}, "Venu"),
        ({"sent_label": "Registered", "synced_state": "registered", "state": EntryState.PENDING}, "Registered"),
        ({"sent_label": "Inscrit", "synced_state": ""}, "Inscrit"),
        ({"sent_label": "Inscrit", "synced_state": "registered", "notes": [{"code": "same_person"}, KEPT]},
         "Meeting booked"),
        ({"sent_label": "Inscrit", "synced_state": "registered", "state": EntryState.LEFT_OUT,
          "reason": "removed_by_hand"}, ""),
        ({"sent_label": "Inscrit", "synced_state": "registered", "state": EntryState.LEFT_OUT,
          "reason": "filtered"}, "Inscrit"),
        ({"member_id": "", "sent_label": "Inscrit", "synced_state": "registered"}, ""),
    ],
)  # fmt: skip
def test_the_status_follows_from_what_was_known(
    link: CampaignLink, monkeypatch: pytest.MonkeyPatch, columns: dict[str, Any], label: str
) -> None:
    known = {"state": EntryState.SYNCED, "member_id": "00v000000000001AAA", **columns}
    OutboxEntryFactory.create(link=link, **known)
    assert filled_in(monkeypatch) == [label]


def test_the_rows_of_one_member_agree_on_what_was_sent_last(
    link: CampaignLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, (member, state) in enumerate([("1", "attended"), ("1", "registered"), ("2", "registered")]):
        OutboxEntryFactory.create(
            link=link, state=EntryState.SYNCED, member_id=f"00v00000000000{member}AAA", synced_state=state,
            last_synced_at=NOW - timedelta(hours=number),
        )  # fmt: skip
    assert filled_in(monkeypatch) == ["Venu", "Venu", "Inscrit"]
