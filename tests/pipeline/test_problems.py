"""What went wrong is grouped by its cause, in few queries."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connector.core.outcomes import EntryState, Reason
from connector.models import CampaignLink, Errand, OutboxEntry, SalesforceOrg, WebhookMessage
from connector.pipeline.errands import sending
from connector.pipeline.errands.start import Started
from connector.pipeline.problems import (
    GROUPS_SHOWN,
    PEOPLE_SHOWN,
    Cause,
    count_waiting_for_people,
    find_problems,
    find_rejections,
    is_set_up_awaited,
)
from tests.factories import (
    NOW,
    CampaignLinkFactory,
    OutboxEntryFactory,
    SalesforceOrgFactory,
    WebhookMessageFactory,
    WebhookSourceFactory,
)

pytestmark = pytest.mark.django_db


def fail(link: CampaignLink, code: str, text: str, *, count: int = 1) -> list[OutboxEntry]:
    """Make participants that Salesforce refused."""
    return OutboxEntryFactory.create_batch(
        count, link=link, state=EntryState.FAILED, reason=Reason.REFUSED_BY_SALESFORCE, error_code=code,
        error_message=text,
    )  # fmt: skip


def test_failures_are_grouped_by_link_and_cause_the_largest_first() -> None:
    salon, forum = CampaignLinkFactory.create_batch(2)
    rule = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    people = fail(salon, rule, "A region is needed.", count=6)
    fail(salon, rule, "The phone is needed.", count=2)
    fail(forum, rule, "A region is needed.")
    OutboxEntryFactory.create(link=salon, state=EntryState.SYNCED)

    found = find_problems()

    assert [(group.cause.link_id, group.count) for group in found.failed] == [(salon.pk, 8), (forum.pk, 1)]
    largest = found.failed[0]
    assert largest.texts == (("A region is needed.", 6), ("The phone is needed.", 2))
    assert [entry.pk for entry in largest.people] == [entry.pk for entry in people[:PEOPLE_SHOWN]]
    assert largest.since == NOW
    assert found.failed_count == 9


def test_every_shown_cause_names_people_however_many_causes_there_are() -> None:
    salon = CampaignLinkFactory.create()
    for number in range(2 * GROUPS_SHOWN + 1):
        fail(salon, f"CODE_{number:03}", "", count=PEOPLE_SHOWN)
    fail(salon, "ZULU", "", count=PEOPLE_SHOWN + 1)

    shown = find_problems().failed

    assert len(shown) == GROUPS_SHOWN
    assert shown[0].cause.code == "ZULU"
    assert {len(group.people) for group in shown} == {PEOPLE_SHOWN}


def test_one_event_alone_shows_its_own_causes() -> None:
    salon, forum = CampaignLinkFactory.create_batch(2)
    fail(salon, "STRING_TOO_LONG", "")
    fail(forum, "STRING_TOO_LONG", "")

    assert [group.cause.link_id for group in find_problems(forum.pk).failed] == [forum.pk]


def test_those_that_are_tried_again_stand_apart() -> None:
    entry = OutboxEntryFactory.create(
        state=EntryState.RETRYING, error_code="UNABLE_TO_LOCK_ROW", available_at=NOW + timedelta(minutes=5)
    )

    found = find_problems()

    assert found.failed == ()
    [group] = found.retrying
    assert (group.cause, group.due_at) == (
        Cause(entry.link_id, "retrying", "", "UNABLE_TO_LOCK_ROW"), NOW + timedelta(minutes=5),
    )  # fmt: skip


def test_links_that_wait_for_their_set_up_are_named_with_the_people_behind_them() -> None:
    assert not is_set_up_awaited()
    gone = CampaignLinkFactory.create(pause_kind="configuration", pause_code="label_gone")
    OutboxEntryFactory.create_batch(2, link=gone)
    signed_out = SalesforceOrgFactory.create(state=SalesforceOrg.State.RECONNECT_NEEDED)
    stopped = CampaignLinkFactory.create(org=signed_out)
    CampaignLinkFactory.create(pause_kind="outage")
    CampaignLinkFactory.create(org=signed_out, state=CampaignLink.LinkState.CLOSED)

    assert [(one.link, one.count) for one in find_problems().waiting] == [(gone, 2), (stopped, 0)]
    assert is_set_up_awaited()


def test_links_that_leave_out_fields_are_named_unless_they_are_closed() -> None:
    degraded = CampaignLinkFactory.create(degraded_fields=["Contact.Title"])
    CampaignLinkFactory.create(degraded_fields=["Contact.Title"], state=CampaignLink.LinkState.CLOSED)

    assert find_problems().degraded == (degraded,)


def test_refused_messages_are_grouped_without_the_values_that_were_refused() -> None:
    source = WebhookSourceFactory.create(name="inwink")
    now = timezone.now()
    answer = {"rejected": [{"index": 0, "errors": ["registration: cannot read “ada@example.org”"]}]}
    for hours in (30, 2):
        WebhookMessageFactory.create(
            source=source, received_at=now - timedelta(hours=hours), status="accepted", rejected_count=1, answer=answer
        )
    WebhookMessageFactory.create(source=source, received_at=now - timedelta(days=9), status="rejected",
                                 answer={"error": "invalid_json"})  # fmt: skip

    [found] = find_rejections(now)

    assert (found.source_name, found.error, found.count) == ("inwink", "registration", 2)
    assert found.last_at == now - timedelta(hours=2)
    assert found.last_message_id == WebhookMessage.objects.order_by("-received_at")[0].pk


def test_the_badges_count_people_in_one_query(django_assert_num_queries: object) -> None:
    fail(CampaignLinkFactory.create(), "STRING_TOO_LONG", "", count=3)
    OutboxEntryFactory.create(state=EntryState.NEEDS_ANSWER, reason=Reason.NO_EMAIL)
    OutboxEntryFactory.create(state=EntryState.LEFT_OUT, reason=Reason.NO_MATCH)
    with django_assert_num_queries(1):  # type: ignore[operator]  # pytest-django's fixture
        assert count_waiting_for_people() == {"failed": 3, "needs_answer": 1}


def test_the_causes_take_as_many_queries_for_many_as_for_one(django_assert_num_queries: object) -> None:
    for number in range(8):
        fail(CampaignLinkFactory.create(), f"CODE_{number}", "Text", count=3)
    with django_assert_num_queries(4):  # type: ignore[operator]  # pytest-django's fixture
        find_problems()


def test_a_small_group_is_sent_again_at_once_and_only_once() -> None:
    link = CampaignLinkFactory.create()
    fail(link, "STRING_TOO_LONG", "", count=2)
    [other] = fail(link, "DUPLICATES_DETECTED", "")
    cause = Cause(link.pk, "failed", Reason.REFUSED_BY_SALESFORCE, "STRING_TOO_LONG")

    assert sending.resend_cause(cause, link, requested_by="olga") == 2
    assert sending.resend_cause(cause, link, requested_by="olga") == 0

    assert OutboxEntry.objects.get(pk=other.pk).state == EntryState.FAILED
    assert OutboxEntry.objects.filter(state=EntryState.PENDING, requested_by="olga").count() == 2


def test_a_large_group_is_left_to_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "AT_ONCE", 1)
    link = CampaignLinkFactory.create()
    fail(link, "STRING_TOO_LONG", "", count=2)
    cause = Cause(link.pk, "failed", Reason.REFUSED_BY_SALESFORCE, "STRING_TOO_LONG")

    begun = sending.resend_cause(cause, link, requested_by="olga")
    again = sending.resend_cause(cause, link, requested_by="olga")

    errand = Errand.objects.get()
    assert (begun, again) == (Started(errand, is_new=True), Started(errand, is_new=False))
    assert (errand.kind, errand.requested_by, errand.terms["code"]) == (Errand.Kind.RESYNC, "olga", "STRING_TOO_LONG")
