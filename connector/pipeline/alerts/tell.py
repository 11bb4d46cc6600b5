"""Send the mails. A mail that cannot be sent is tried again and stops nothing."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPResponseException

from django.core.mail import send_mail

from connector import conf
from connector.models import Alert
from connector.pipeline.alerts.follow import follow, to_settle, to_tell
from connector.pipeline.alerts.letters import Letter, write_news, write_settled
from connector.pipeline.alerts.needs import find_needs, key_of

logger = logging.getLogger(__name__)

RETRY_EVERY = timedelta(minutes=5)
"""How soon a mail that could not be sent, or whose sender was killed, is tried again."""
NO_MAIL_SERVER = "EMAIL_URL is not set"


def tell_people(now: datetime) -> None:
    """Send at most one mail about what needs somebody and one about what is settled; nothing without ALERT_EMAILS.

    Call outside a transaction: it speaks SMTP.
    """
    if not conf.alert_emails():
        return
    needs = find_needs(now)
    follow(needs.keys(), now=now)
    news = [alert for alert in _take(to_tell(now=now), now=now) if key_of(alert) in needs]
    if news and _send(write_news([needs[key_of(alert)] for alert in news]), news):
        Alert.objects.filter(pk__in=_ids(news)).update(told_at=now, error="")
    settled = _take(to_settle(now=now), now=now)
    if settled and _send(write_settled(settled), settled):
        Alert.objects.filter(pk__in=_ids(settled)).delete()


def last_error() -> str:
    """Return what keeps mails from being sent, "" where nothing does; one query, none without ALERT_EMAILS."""
    if not conf.alert_emails():
        return ""
    failed = Alert.objects.exclude(error="").order_by("-try_at").values_list("error", flat=True)
    return failed.first() or ""


def _take(alerts: Sequence[Alert], *, now: datetime) -> list[Alert]:
    """Return those whose mail is ours to send: no other process tries before RETRY_EVERY is over."""
    return [
        alert
        for alert in alerts
        if Alert.objects.filter(pk=alert.pk, try_at=alert.try_at).update(try_at=now + RETRY_EVERY)
    ]


def _send(letter: Letter, alerts: Sequence[Alert]) -> bool:
    """Send a mail to everybody; where that fails, keep why, without what the server said: it may name people."""
    error = "" if conf.can_send_mail() else NO_MAIL_SERVER
    try:
        if not error:
            send_mail(letter.subject, letter.text, None, list(conf.alert_emails()))
    except SMTPResponseException as exc:
        error = f"{type(exc).__name__} {exc.smtp_code}"
    except (OSError, ValueError) as exc:
        error = type(exc).__name__
    if error:
        Alert.objects.filter(pk__in=_ids(alerts)).update(error=error)
        logger.warning("alert_not_sent", extra={"alert_ids": _ids(alerts), "error": error})
        return False
    logger.info("alert_sent", extra={"alert_ids": _ids(alerts)})
    return True


def _ids(alerts: Sequence[Alert]) -> list[int]:
    return [alert.pk for alert in alerts]
