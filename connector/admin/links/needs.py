"""What needs a person now: one line a thing, the most urgent first, each with where it is settled."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from connector.admin.frame.explain import explain_code, explain_link
from connector.admin.frame.onlooker import may_see_people
from connector.admin.frame.pausing import may_pause
from connector.admin.frame.spans import span_words
from connector.admin.inwink.event_filter import inbox_url
from connector.admin.links.no_shows import may_mark_no_shows
from connector.admin.links.watched import Watched
from connector.models import CampaignLink, SalesforceOrg
from connector.pipeline.outbox.storage import STORAGE_FULL
from connector.pipeline.waits import is_stopped, must_reconnect


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that somebody should look at."""

    colour: str
    """`bad` where people are not in Salesforce because of it, else `warn`."""
    text: str
    url: str = ""
    action: str = ""
    """Words of the link to `url`."""
    detail: str = ""
    post_url: str = ""
    """Where a button leads that settles it at once; `url` is the page beside it."""
    post_action: str = ""
    about: str = ""
    """What it is about, in a list of several things."""
    about_url: str = ""
    is_of_org: bool = False
    """Whether it is the organisation that needs it, and so every link of it."""


def needs_of(request: HttpRequest, one: Watched) -> list[Need]:
    """Return what a link needs; no query beside that of the permissions."""
    return [
        *_blocked(one),
        *_resting(request, one),
        *_without_room(request, one),
        *_people(request, one),
        *_silence(request, one),
        *_left_out(request, one),
        *_after(request, one),
    ]


def _blocked(one: Watched) -> Iterator[Need]:
    link = one.link
    if link.state != CampaignLink.LinkState.ACTIVE:
        return
    words = explain_link(link)
    if not words:
        return
    if must_reconnect(link.org):
        url = reverse("admin:connector_salesforceorg_change", args=[link.org_id])
        yield Need("bad", words, url, gettext("Open the organisation"), is_of_org=True)
    elif is_stopped(link):
        url = reverse("admin:connector_campaignlink_change", args=[link.pk])
        yield Need("bad", words, url, gettext("Open the settings"))
    else:
        yield Need("warn", words, is_of_org=not link.pause_kind)


def _resting(request: HttpRequest, one: Watched) -> Iterator[Need]:
    """Say that people wait for a link that somebody paused: the longer it rests, the more of them there are."""
    count = one.standing.total.waiting + one.received.unmoved
    if one.link.state != CampaignLink.LinkState.PAUSED or not count:
        return
    text = ngettext("%(count)s participant waits until the link is resumed",
                    "%(count)s participants wait until the link is resumed", count)  # fmt: skip
    resume_url = f"{reverse('admin:connector_campaignlink_state', args=[one.link.pk])}?to=resume"
    yield Need(
        "bad" if one.is_running else "warn",
        text % {"count": count},
        detail=gettext("A person paused it. Nothing is lost."),
        post_url=resume_url if may_pause(request) else "",
        post_action=gettext("Resume"),
    )


def _without_room(request: HttpRequest, one: Watched) -> Iterator[Need]:
    """Say how many wait for storage in Salesforce; where nothing is sent at all, that is said instead."""
    count = one.standing.without_room
    if not count or one.link.state != CampaignLink.LinkState.ACTIVE:
        return
    text = ngettext("Salesforce has no storage left: %(count)s participant waits for room",
                    "Salesforce has no storage left: %(count)s participants wait for room", count)  # fmt: skip
    may_look = request.user.has_perm("connector.view_outboxentry")
    url = f"{reverse('admin:connector_outboxentry_problems')}?link={one.link.pk}" if may_look else ""
    yield Need("bad", text % {"count": count}, url, gettext("See why"), explain_code(STORAGE_FULL).next_step)


def _people(request: HttpRequest, one: Watched) -> Iterator[Need]:
    if not request.user.has_perm("connector.view_outboxentry"):
        return
    failed, held = one.standing.total.failed, one.standing.total.needs_answer
    if failed:
        text = ngettext("%(count)s participant failed", "%(count)s participants failed", failed)
        url = f"{reverse('admin:connector_outboxentry_problems')}?link={one.link.pk}"
        yield Need("bad", text % {"count": failed}, url, gettext("See why"))
    if held:
        text = ngettext("%(count)s participant needs an answer", "%(count)s participants need an answer", held)
        url = f"{reverse('admin:connector_outboxentry_answers')}?link={one.link.pk}"
        yield Need("warn", text % {"count": held}, url if may_see_people() else "", gettext("Answer"))


def _silence(request: HttpRequest, one: Watched) -> Iterator[Need]:
    if not one.is_silent:
        return
    span = span_words(one.now - one.silent_since)
    text = gettext("The event is running and inwink has sent nothing for %(span)s") % {"span": span}
    detail = gettext("Is the webhook still on in inwink? Its export can be imported meanwhile: nothing is sent twice.")
    if one.last_import:
        detail += " " + gettext("The last file was imported %(ago)s.") % {"ago": one.last_import_words}
    may_look = request.user.has_perm("connector.view_webhookmessage") and may_see_people()
    url = inbox_url(one.link.inwink_event_id) if may_look else ""
    yield Need("warn", text, url, gettext("Open its messages"), detail)


def _left_out(request: HttpRequest, one: Watched) -> Iterator[Need]:
    link = one.link
    settings_url = reverse("admin:connector_campaignlink_change", args=[link.pk])
    if link.degraded_fields:
        text = gettext("These mapped fields are gone or not writable and are left out until they return:")
        yield Need("warn", f"{text} {', '.join(link.degraded_fields)}", settings_url, gettext("Open the settings"))
    if not link.org.sees_everybody:
        yield blind_need(request, link.org)


def blind_need(request: HttpRequest, org: SalesforceOrg) -> Need:
    """Say that nobody is created in an organisation whose user may not see everybody."""
    text = gettext("Nobody is created yet: it is not certain that the integration user sees all Contacts and Leads.")
    url = reverse("admin:connector_salesforceorg_change", args=[org.pk])
    may_settle = request.user.has_perm("connector.change_salesforceorg")
    action = gettext("Settle it on the organisation's page")
    return Need("warn", text, url if may_settle else "", action, is_of_org=True)


def _after(request: HttpRequest, one: Watched) -> Iterator[Need]:
    link, count = one.link, one.no_shows
    if not (count and may_mark_no_shows(request, link)):
        return
    text = ngettext(
        "The event is over: %(count)s registered participant never came",
        "The event is over: %(count)s registered participants never came",
        count,
    )
    url = reverse("admin:connector_campaignlink_no_shows", args=[link.pk])
    may_go_on = link.status_no_show or request.user.has_perm("connector.change_campaignlink")
    detail = "" if may_go_on else gettext("An administrator first chooses the status that “No show” becomes.")
    yield Need("warn", text % {"count": count}, url if may_go_on else "", gettext("Mark no-shows…"), detail)
