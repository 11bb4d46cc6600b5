"""Senders on the overview that are turned away."""

from collections.abc import Iterator
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from connector.admin.frame.spans import ago_words
from connector.admin.inwink.refusal_words import explain_refusal
from connector.admin.links.needs import Need
from connector.pipeline.watching.refusals import refused_sources


def refusal_needs(request: HttpRequest, *, now: datetime) -> Iterator[Need]:
    """Say which senders are refused; one query, none without the permission."""
    if not request.user.has_perm("connector.view_webhooksource"):
        return
    for source in refused_sources(now):
        advice = explain_refusal(source)
        ago = ago_words(source.last_refused_at, now=now) if source.last_refused_at else ""
        text = gettext("Requests of this sender are refused, the last one %(ago)s") % {"ago": ago}
        url = reverse("admin:connector_webhooksource_change", args=[source.pk])
        detail = f"{advice.what} {advice.next_step}" if advice else ""
        yield Need("warn", text, url, gettext("Open the source"), detail, about=str(source), about_url=url)
