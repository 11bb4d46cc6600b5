"""Say in plain words where one participant stands: in inwink, in Salesforce, and what waits."""

from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from connector.admin.frame.explain import name_end
from connector.admin.frame.labels import STATE_LABELS
from connector.admin.frame.onlooker import person_word
from connector.core.outcomes import EntryState, Reason
from connector.core.state import State
from connector.models import OutboxEntry
from connector.pipeline.outbox.lasting import no_show_mark


def standing_words(entry: OutboxEntry) -> str:
    """Return three or four short sentences; no query where the link and the same person are at hand."""
    said = [_in_inwink(entry), _marked(entry), _in_salesforce(entry), _what_waits(entry)]
    return " ".join(sentence for sentence in said if sentence)


def _in_inwink(entry: OutboxEntry) -> str:
    state = {"state": STATE_LABELS[entry.participant_state]}
    since = entry.attended_at if entry.participant_state == State.ATTENDED else entry.changed_at
    if since is None:
        return gettext("In inwink: %(state)s.") % state
    return gettext("In inwink: %(state)s (since %(time)s).") % {**state, "time": _time(since)}


def _marked(entry: OutboxEntry) -> str:
    """Say that the status is that of a no-show because somebody marked it, "" where it is another."""
    if entry.target_state != State.NO_SHOW:
        return ""
    mark = no_show_mark(entry)
    at = parse_datetime(str(mark["at"])) if mark else None
    if mark is None or at is None:
        return gettext("Marked as no-show after the event.")
    return gettext("Marked as no-show by %(who)s on %(time)s.") % {"who": mark["by"] or "–", "time": _time(at)}


def _in_salesforce(entry: OutboxEntry) -> str:
    campaign = entry.link.campaign_name or entry.link.campaign_id
    if not entry.member_label:
        return _not_in_campaign(entry, campaign)
    words = {"label": entry.member_label, "campaign": campaign}
    if entry.same_person_of is not None:
        text = gettext("In Salesforce: the same person as %(other)s, with one campaign member “%(label)s” for both.")
        return text % {**words, "other": person_word("", entry.same_person_of.participant_key)}
    if entry.last_synced_at is None:
        return gettext("In Salesforce: member “%(label)s” of the campaign %(campaign)s.") % words
    text = gettext("In Salesforce: member “%(label)s” of the campaign %(campaign)s (last compared on %(time)s).")
    return text % {**words, "time": _time(entry.last_synced_at)}


def _not_in_campaign(entry: OutboxEntry, campaign: str) -> str:
    """Say that somebody is no member, or none any more."""
    words = {"campaign": campaign}
    if entry.reason == Reason.REMOVED_BY_HAND:
        text = gettext("In Salesforce: no longer in the campaign %(campaign)s, a colleague removed this person.")
        return text % words
    if entry.member_id and entry.synced_state:
        return gettext("In Salesforce: no longer in the campaign %(campaign)s.") % words
    return gettext("In Salesforce: not in the campaign %(campaign)s.") % words


def _what_waits(entry: OutboxEntry) -> str:
    reason = {"reason": name_end(reason=entry.reason, error_code=entry.error_code)}
    ends = {
        EntryState.SYNCED: gettext("Nothing waits."),
        EntryState.NEEDS_ANSWER: gettext("Nothing is sent until somebody answers: %(reason)s."),
        EntryState.LEFT_OUT: gettext("Left out, nothing is written: %(reason)s."),
        EntryState.FAILED: gettext("The last attempt failed, and nothing is tried again by itself: %(reason)s."),
    }
    if entry.state in ends:
        return ends[EntryState(entry.state)] % reason
    if entry.dirty_since is None:
        return gettext("Waits to be sent.")
    return gettext("A change of %(time)s waits to be sent.") % {"time": _time(entry.dirty_since)}


def _time(moment: datetime) -> str:
    return date_format(localtime(moment), "SHORT_DATETIME_FORMAT")
