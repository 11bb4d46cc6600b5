"""Follow each thing that needs a person from when it is noticed until it is settled; nothing is sent here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.models import Alert
from connector.pipeline.alerts.needs import Key, key_of


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a thing must last before somebody is told, and be over before it counts as settled.

    What comes back within `calm` is the same thing: no second mail.
    """

    patience: timedelta
    calm: timedelta


PACES: Mapping[str, Pace] = {
    Alert.Kind.RECONNECT: Pace(timedelta(0), timedelta(minutes=15)),
    # Tried again every ten minutes; a status that is being renamed is back within two.
    Alert.Kind.STOPPED: Pace(timedelta(minutes=2), timedelta(minutes=15)),
    Alert.Kind.NO_ROOM: Pace(timedelta(minutes=2), timedelta(minutes=15)),
    # A small event that sends every forty minutes is one silence, not ten.
    Alert.Kind.SILENT: Pace(timedelta(0), timedelta(hours=1)),
    # At the edge of a limit calls come and go for hours.
    Alert.Kind.DAILY_LIMIT: Pace(timedelta(0), timedelta(hours=2)),
    Alert.Kind.BUDGET: Pace(timedelta(minutes=10), timedelta(hours=2)),
    Alert.Kind.FAILURES: Pace(timedelta(minutes=2), timedelta(minutes=15)),
}


def follow(keys: Collection[Key], *, now: datetime) -> None:
    """Note what is new, what is gone and what came back; safe beside another process that does the same."""
    known = {key_of(alert): alert for alert in Alert.objects.all()}
    new = [
        Alert(kind=kind, org_id=org_id, link_id=link_id, began_at=now, try_at=now)
        for kind, org_id, link_id in keys
        if (kind, org_id, link_id) not in known
    ]
    if new:
        Alert.objects.bulk_create(new, ignore_conflicts=True)
    back = [alert.pk for key, alert in known.items() if key in keys and alert.gone_at]
    gone = [alert.pk for key, alert in known.items() if key not in keys and not alert.gone_at]
    if back:
        Alert.objects.filter(pk__in=back).update(gone_at=None)
    if gone:
        Alert.objects.filter(pk__in=gone, gone_at=None).update(gone_at=now)


def to_tell(*, now: datetime) -> list[Alert]:
    """Return what lasts long enough and nobody was told of yet."""
    untold = Alert.objects.filter(told_at=None, gone_at=None, try_at__lte=now).order_by("pk")
    return [alert for alert in untold if alert.began_at + PACES[alert.kind].patience <= now]


def to_settle(*, now: datetime) -> list[Alert]:
    """Return what people were told of and is over for good; what passed before anybody knew is forgotten."""
    over = Alert.objects.filter(gone_at__isnull=False, try_at__lte=now).select_related("org", "link").order_by("pk")
    calm = [alert for alert in over if alert.gone_at and alert.gone_at + PACES[alert.kind].calm <= now]
    unknown = [alert.pk for alert in calm if alert.told_at is None]
    if unknown:
        Alert.objects.filter(pk__in=unknown, told_at=None).delete()
    return [alert for alert in calm if alert.told_at is not None]
