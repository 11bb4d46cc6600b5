"""Write the mails: plain words, no name or address of a participant, and where each thing is settled."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext, override

from connector import conf
from connector.core.advice import advise
from connector.models import Alert, CampaignLink, SalesforceOrg
from connector.pipeline.alerts.needs import FAILURES, Need

SUBJECT_LENGTH = 120
"""Characters; longer subjects are cut by those who show them."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class _Part:
    title: str
    text: str
    path: str


def write_news(needs: Sequence[Need]) -> Letter:
    """Tell what needs a person; one mail for all that was noticed together."""
    with override(conf.language()):
        parts = [_news(need) for need in needs]
        subject = (
            parts[0].title
            if len(parts) == 1
            else gettext("%(count)s things need somebody: %(first)s, …")
            % {"count": len(parts), "first": parts[0].title}
        )
        end = gettext("No second mail follows about the same thing; when it is settled, you are told so.")
        return _letter(subject, parts, end)


def write_settled(alerts: Sequence[Alert]) -> Letter:
    """Tell what no longer needs anybody."""
    with override(conf.language()):
        parts = [_settled(alert) for alert in alerts]
        first = gettext("Settled: %(what)s") % {"what": parts[0].title}
        return _letter(first if len(parts) == 1 else f"{first}, …", parts, gettext("Nothing needs to be done."))


def _letter(subject: str, parts: Sequence[_Part], end: str) -> Letter:
    line = Truncator(_one_line(f"[inwink → Salesforce] {subject}")).chars(SUBJECT_LENGTH)
    return Letter(line, "\n\n".join([*(_paragraph(part) for part in parts), end, _why()]) + "\n")


def _paragraph(part: _Part) -> str:
    return "\n".join(line for line in (part.title, part.text, f"{conf.public_origin()}{part.path}") if line)


def _why() -> str:
    return gettext("You get this mail because your address is among ALERT_EMAILS of the connector.")


def _one_line(text: str) -> str:
    """Take out line breaks: the name of an event comes from outside, and a header has one line."""
    return " ".join(text.split())


def _news(need: Need) -> _Part:
    path = path_of(need.kind, org=need.org, link=need.link)
    title = _title(need) % {"name": _name(need.org, need.link), "count": need.count}
    return _Part(title, _news_text(need), path)


def _title(need: Need) -> str:
    match need.kind:
        case Alert.Kind.RECONNECT:
            return gettext("%(name)s must be reconnected")
        case Alert.Kind.DAILY_LIMIT:
            return gettext("%(name)s has no API calls left")
        case Alert.Kind.BUDGET:
            return gettext("%(name)s has used its budget of API calls, and participants wait")
        case Alert.Kind.STOPPED:
            return gettext("%(name)s has stopped: its settings must be mended")
        case Alert.Kind.SILENT:
            return gettext("%(name)s is running, and inwink has sent nothing for 30 minutes")
        case Alert.Kind.FAILURES:
            return ngettext(
                "%(name)s: %(count)s participant failed", "%(name)s: %(count)s participants failed", need.count
            )


def _news_text(need: Need) -> str:
    if need.kind is Alert.Kind.SILENT:
        return gettext(
            "Is the webhook still on in inwink? Its export can be imported meanwhile: nothing is sent twice."
        )
    if need.kind is Alert.Kind.FAILURES:
        return gettext("The page says why, whom it concerns and what to do; then they can be sent again together.")
    advice = advise(need.code, language=conf.language())
    return f"{advice.what} {advice.next_step}"


def _settled(alert: Alert) -> _Part:
    kind = Alert.Kind(alert.kind)
    values = {"name": _name(alert.org, alert.link), "count": FAILURES}
    told_at = date_format(localtime(alert.told_at), "DATETIME_FORMAT") if alert.told_at else ""
    text = gettext("You were told of it on %(at)s.") % {"at": told_at}
    return _Part(_settled_title(kind, alert) % values, text, path_of(kind, org=alert.org, link=alert.link))


def _settled_title(kind: Alert.Kind, alert: Alert) -> str:
    match kind:
        case Alert.Kind.RECONNECT:
            return gettext("%(name)s is connected again; what waited is sent by itself")
        case Alert.Kind.DAILY_LIMIT:
            return gettext("%(name)s no longer waits for API calls")
        case Alert.Kind.BUDGET:
            return gettext("%(name)s: nobody waits for the budget of API calls any more")
        case Alert.Kind.STOPPED:
            return gettext("%(name)s no longer waits for its settings")
        case Alert.Kind.SILENT:
            return _silence_ended(alert)
        case Alert.Kind.FAILURES:
            return gettext("%(name)s: fewer than %(count)s participants are failed now")


def _silence_ended(alert: Alert) -> str:
    link = alert.link
    is_over = link is None or link.state == CampaignLink.LinkState.CLOSED
    if is_over or (link is not None and link.ends_at and alert.gone_at and link.ends_at <= alert.gone_at):
        return gettext("%(name)s is over")
    return gettext("%(name)s: inwink sends again")


def _name(org: SalesforceOrg | None, link: CampaignLink | None) -> str:
    return _one_line(str(org if link is None else link))


def path_of(kind: Alert.Kind, *, org: SalesforceOrg | None, link: CampaignLink | None) -> str:
    """Return the page on which a thing is settled."""
    if link is None:
        return reverse("admin:connector_salesforceorg_change", args=[org.pk if org else 0])
    if kind is Alert.Kind.FAILURES:
        return f"{reverse('admin:connector_outboxentry_problems')}?link={link.pk}"
    return reverse("admin:connector_campaignlink_event", args=[link.pk])
