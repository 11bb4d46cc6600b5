"""Answer Prometheus: gauges read from the database, so every web process gives the same answer."""

from collections.abc import Callable, Iterable
from hmac import compare_digest

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from connector import conf
from connector.pipeline.status import Status, take_status


class StatusCollector(Collector):
    """Turn a snapshot into gauges."""

    def __init__(self, take: Callable[[], Status]) -> None:
        """Keep `take`, which is called once for each scrape."""
        self.take = take

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Yield every gauge; names and labels are part of the product's outside."""
        now = self.take()
        yield _counts("connector_entries", "Participants in the outbox", ("state", now.entries))
        yield _counts("connector_attempts_last_hour", "Sync attempts", ("outcome", now.attempts_last_hour))
        yield _counts("connector_messages_last_hour", "Webhook messages", ("status", now.messages_last_hour))
        yield GaugeMetricFamily(
            "connector_unlinked_participants", "Participants of events without a link", now.unlinked_participants
        )
        yield GaugeMetricFamily("connector_queued_tasks", "Background tasks that wait", now.queued_tasks)
        yield GaugeMetricFamily("connector_alerts_unsent", "Alerts whose mail could not be sent", now.alerts_unsent)
        yield GaugeMetricFamily(
            "connector_oldest_due_seconds", "Wait of the oldest due live change", now.oldest_due_seconds
        )
        if now.heartbeat_seconds is not None:
            yield GaugeMetricFamily(
                "connector_worker_heartbeat_seconds", "Since a worker's last sign of life", now.heartbeat_seconds
            )
        used = {usage.org: usage.used for usage in now.api_usage if usage.used is not None}
        limit = {usage.org: usage.limit for usage in now.api_usage if usage.limit is not None}
        yield _counts("connector_api_calls_used", "Daily API calls of the organisation, used", ("org", used))
        yield _counts("connector_api_calls_limit", "Daily API calls of the organisation, allowed", ("org", limit))


def _counts(name: str, documentation: str, by_label: tuple[str, dict[str, int]]) -> GaugeMetricFamily:
    label, counts = by_label
    family = GaugeMetricFamily(name, documentation, labels=[label])
    for value, count in sorted(counts.items()):
        family.add_metric([value], count)
    return family


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the metrics as text to whoever sends METRICS_TOKEN as bearer token; 404 while no token is set."""
    token = conf.metrics_token()
    if not token:
        return HttpResponse("METRICS_TOKEN is not set.\n", status=404, content_type="text/plain")
    sent = request.headers.get("Authorization", "")
    if not compare_digest(sent.encode(), f"Bearer {token}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry(auto_describe=False)
    registry.register(StatusCollector(lambda: take_status(timezone.now())))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
