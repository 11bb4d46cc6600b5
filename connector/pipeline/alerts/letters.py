"""Write the mails: plain words, no name or address of a participant, and where each thing is settled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext_lazy, override
from django.utils.translation import gettext_lazy as _

from connector import conf
from connector.core.advice.explain import advise
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


@dataclass(frozen=True, slots=True)
class _Words:
    news: str | Promise
    """With %(name)s and, where people are counted, %(count)s."""
    settled: str | Promise
    text: str | Promise = ""
    """What to do; "" where a code says it."""


_WORDS: Mapping[Alert.Kind, _Words] = {
    Alert.Kind.RECONNECT: _Words(
        _("%(name)s must be reconnected"),
        _("%(name)s is connected again; what waited is sent by itself"),
    ),
    Alert.Kind.DAILY_LIMIT: _Words(
        _("%(name)s has no API calls left"),
        _("%(name)s no longer waits for API calls"),
    ),
    Alert.Kind.BUDGET: _Words(
        _("%(name)s has used its budget of API calls, and participants wait"),
        _("%(name)s: nobody waits for the budget of API calls any more"),
    ),
    Alert.Kind.STOPPED: _Words(
        _("%(name)s has stopped: its settings must be mended"),
        _("%(name)s no longer waits for its settings"),
    ),
    Alert.Kind.NO_ROOM: _Words(
        ngettext_lazy(
            "%(name)s: %(count)s participant waits because Salesforce has no storage left",
            "%(name)s: %(count)s participants wait because Salesforce has no storage left",
            "count",
        ),
        _("%(name)s: nobody waits for storage in Salesforce any more"),
    ),
    Alert.Kind.SILENT: _Words(
        _("%(name)s is running, and inwink has sent nothing for 30 minutes"),
        _("%(name)s: inwink sends again"),
        _("Is the webhook still on in inwink? Its export can be imported meanwhile: nothing is sent twice."),
    ),
    Alert.Kind.FAILURES: _Words(
        ngettext_lazy("%(name)s: %(count)s participant failed", "%(name)s: %(count)s participants failed", "count"),
        _("%(name)s: fewer than %(count)s participants are failed now"),
        _("The page says why, whom it concerns and what to do; then they can be sent again together."),
    ),
}
"""Of everything that can need somebody: what the mail says when it begins, and when it is settled."""


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
    title = _WORDS[need.kind].news % {"name": _name(need.org, need.link), "count": need.count}
    return _Part(title, _news_text(need), path)


def _news_text(need: Need) -> str:
    text = _WORDS[need.kind].text
    if text:
        return str(text)
    advice = advise(need.code, language=conf.language())
    return f"{advice.what} {advice.next_step}"


def _settled(alert: Alert) -> _Part:
    kind = Alert.Kind(alert.kind)
    values = {"name": _name(alert.org, alert.link), "count": FAILURES}
    told_at = date_format(localtime(alert.told_at), "DATETIME_FORMAT") if alert.told_at else ""
    text = gettext("You were told of it on %(at)s.") % {"at": told_at}
    return _Part(_settled_title(kind, alert) % values, text, path_of(kind, org=alert.org, link=alert.link))


def _settled_title(kind: Alert.Kind, alert: Alert) -> str | Promise:
    if kind is Alert.Kind.SILENT and _is_over(alert):
        return gettext("%(name)s is over")
    return _WORDS[kind].settled


def _is_over(alert: Alert) -> bool:
    """Say whether an event fell silent because it is over."""
    link = alert.link
    if link is None or link.state == CampaignLink.LinkState.CLOSED:
        return True
    return bool(link.ends_at and alert.gone_at and link.ends_at <= alert.gone_at)


def _name(org: SalesforceOrg | None, link: CampaignLink | None) -> str:
    return _one_line(str(org if link is None else link))


def path_of(kind: Alert.Kind, *, org: SalesforceOrg | None, link: CampaignLink | None) -> str:
    """Return the page on which a thing is settled."""
    if link is None:
        return reverse("admin:connector_salesforceorg_change", args=[org.pk if org else 0])
    if kind is Alert.Kind.FAILURES:
        return f"{reverse('admin:connector_outboxentry_problems')}?link={link.pk}"
    return reverse("admin:connector_campaignlink_event", args=[link.pk])
