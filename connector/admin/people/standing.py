"""Say in plain words where one participant stands: in inwink, in Salesforce, and what waits."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from connector.admin.frame.explain import name_end
from connector.admin.frame.labels import STATE_LABELS
from connector.admin.frame.onlooker import person_word
from connector.core.outcomes import EntryState
from connector.core.state import State
from connector.models import OutboxEntry
from connector.pipeline.watching.members import member_label


def standing_words(entry: OutboxEntry) -> str:
    """Return three short sentences; no query where the link and the same person are at hand."""
    return " ".join([_in_inwink(entry), _in_salesforce(entry), _what_waits(entry)])


def _in_inwink(entry: OutboxEntry) -> str:
    state = {"state": STATE_LABELS[entry.participant_state]}
    since = entry.attended_at if entry.participant_state == State.ATTENDED else entry.changed_at
    if since is None:
        return gettext("In inwink: %(state)s.") % state
    return gettext("In inwink: %(state)s (since %(time)s).") % {**state, "time": _time(since)}


def _in_salesforce(entry: OutboxEntry) -> str:
    if entry.same_person_of is not None:
        text = gettext("In Salesforce: the same person as %(other)s, with one campaign member for both.")
        return text % {"other": person_word("", entry.same_person_of.participant_key)}
    campaign = entry.link.campaign_name or entry.link.campaign_id
    if not entry.member_id:
        return gettext("In Salesforce: not in the campaign %(campaign)s.") % {"campaign": campaign}
    words = {"label": member_label(entry) or "–", "campaign": campaign}
    if entry.last_synced_at is None:
        return gettext("In Salesforce: member “%(label)s” of the campaign %(campaign)s.") % words
    text = gettext("In Salesforce: member “%(label)s” of the campaign %(campaign)s (last compared on %(time)s).")
    return text % {**words, "time": _time(entry.last_synced_at)}


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
