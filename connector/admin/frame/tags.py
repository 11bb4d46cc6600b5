"""Coloured words for states and outcomes; the word alone says everything."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from connector.core.merging.effect import Effect
from connector.core.outcomes import EntryState, Outcome
from connector.models import CampaignLink, MessageParticipant, OutboxEntry, SalesforceOrg, SyncAttempt

_ENTRY_COLOURS = {
    EntryState.PENDING: "busy", EntryState.CLAIMED: "busy", EntryState.RETRYING: "warn", EntryState.SYNCED: "good",
    EntryState.LEFT_OUT: "", EntryState.NEEDS_ANSWER: "warn", EntryState.FAILED: "bad",
}  # fmt: skip
_OUTCOME_COLOURS = {
    Outcome.CREATED: "good", Outcome.UPDATED: "good", Outcome.UNCHANGED: "", Outcome.LEFT_OUT: "",
    Outcome.NEEDS_ANSWER: "warn", Outcome.FAILED: "bad", Outcome.RETRYING: "warn",
}  # fmt: skip
_EFFECT_COLOURS = {
    Effect.NEW: "good", Effect.CHANGED: "good", Effect.UNCHANGED: "", Effect.STALE: "", Effect.HELD: "warn",
    Effect.REJECTED: "bad", Effect.TRIAL: "busy",
}  # fmt: skip
_ORG_COLOURS = {
    SalesforceOrg.State.CONNECTED: "good", SalesforceOrg.State.PAUSED: "warn",
    SalesforceOrg.State.RECONNECT_NEEDED: "bad",
}  # fmt: skip


def tag(text: str, *, colour: str = "") -> str:
    """Return a coloured word; colours: good, busy, warn, bad, or none."""
    return format_html('<span class="cx-tag{}">{}</span>', f" cx-tag-{colour}" if colour else "", text)


def plain_time(moment: datetime) -> str:
    """Return a local time to the second, for titles that nothing else tells apart."""
    return f"{date_format(localtime(moment), 'SHORT_DATE_FORMAT')} {localtime(moment):%H:%M:%S}"


def short_time(moment: datetime | None) -> str:
    """Return a local time on one line, or a dash."""
    if moment is None:
        return "–"
    return format_html('<span class="cx-nowrap">{}</span>', date_format(localtime(moment), "SHORT_DATETIME_FORMAT"))


def effect_tag(participant: MessageParticipant) -> str:
    """Return what became of one participant of a message."""
    return tag(participant.get_effect_display(), colour=_EFFECT_COLOURS[Effect(participant.effect)])


def entry_tag(entry: OutboxEntry) -> str:
    """Return the state of a participant."""
    return tag(entry.get_state_display(), colour=_ENTRY_COLOURS[EntryState(entry.state)])


def outcome_tag(attempt: SyncAttempt) -> str:
    """Return how an attempt ended."""
    return tag(attempt.get_outcome_display(), colour=_OUTCOME_COLOURS[Outcome(attempt.outcome)])


def org_tag(org: SalesforceOrg) -> str:
    """Return the state of an organisation."""
    if org.state == SalesforceOrg.State.RECONNECT_NEEDED and not org.organization_id:
        return tag(_("Not connected yet"), colour="bad")
    return tag(org.get_state_display(), colour=_ORG_COLOURS[SalesforceOrg.State(org.state)])


def link_tag(link: CampaignLink) -> str:
    """Return what a link does now, its organisation's state included."""
    if link.state == CampaignLink.LinkState.CLOSED:
        return tag(link.get_state_display())
    if link.state == CampaignLink.LinkState.PAUSED:
        return tag(link.get_state_display(), colour="warn")
    if link.pause_kind == CampaignLink.PauseKind.CONFIGURATION:
        return tag(_("Waits for you"), colour="bad")
    if link.pause_kind or link.org.state != SalesforceOrg.State.CONNECTED:
        return tag(_("Waits for Salesforce"), colour="warn")
    return tag(link.get_state_display(), colour="good")
