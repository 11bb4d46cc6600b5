"""Try a webhook source: send a test message through the real webhook, and see how a pasted message is read."""

import json
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext
from unfold.widgets import TEXTAREA_CLASSES

from connector import conf
from connector.admin.frame.base import find_or_404, render_page
from connector.admin.frame.explain import explain_code
from connector.admin.frame.pressing import lead_to_button
from connector.admin.inwink.reading_words import has_lines, malformed_words, tried_rows
from connector.core.trial import TRIAL_EVENT_ID
from connector.models import WebhookMessage, WebhookSource
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.inbox.try_reading import MalformedBody, try_reading
from connector.pipeline.setup.trial_message import TrialMessage, trial_message

View = Callable[..., HttpResponse]


def trial_view(model_admin: Any) -> View:
    """Return the view that sends a test message of a source, by POST only."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        source = find_or_404(WebhookSource, object_id)
        if not model_admin.has_change_permission(request, source):
            raise PermissionDenied
        back_url = reverse("admin:connector_webhooksource_change", args=[source.pk])
        if request.method != "POST":
            return lead_to_button(request, back_url)
        back = HttpResponseRedirect(back_url)
        try:
            with trial_message(source, now=timezone.now()) as trial:
                answer = _post(request, source, trial)
        except WrongEncryptionKey:
            messages.error(request, explain_code("wrong_encryption_key").what)
            return back
        return _report(request, source, trial=trial, answer=answer) or back

    return view


def _post(request: HttpRequest, source: WebhookSource, trial: TrialMessage) -> HttpResponse:
    """Put a message through the webhook's own view, as if it had come by the network.

    In this process, not over the network: a server with a single worker would wait for itself, and not every server
    can reach its own public address.
    """
    path = reverse("webhook-inwink", args=[source.pk])
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(trial.body)),
        "SERVER_NAME": request.META.get("SERVER_NAME", "localhost"),
        "SERVER_PORT": request.META.get("SERVER_PORT", "80"),
        "wsgi.input": BytesIO(trial.body),
        "wsgi.url_scheme": request.scheme,
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in trial.headers.items()},
    }
    found = resolve(path)
    response: HttpResponse = found.func(WSGIRequest(environ), *found.args, **found.kwargs)
    return response


def _report(
    request: HttpRequest, source: WebhookSource, *, trial: TrialMessage, answer: HttpResponse
) -> HttpResponse | None:
    """Say what became of the test message; lead to it in the inbox where it arrived."""
    message = WebhookMessage.objects.filter(source=source, message_id=trial.message_id).first()
    if answer.status_code != 202 or message is None:
        messages.error(request, _refusal_words(answer.status_code))
        return None
    text = gettext("The test message arrived in the inbox and stopped there. Nothing was sent to Salesforce.")
    messages.success(request, text)
    return HttpResponseRedirect(reverse("admin:connector_webhookmessage_change", args=[message.pk]))


def _refusal_words(status: int) -> str:
    known = {
        401: gettext("The test message was refused: this source has no secret. Make one first."),
        404: gettext("The test message was refused: this source is switched off. Tick “active” and save first."),
        429: gettext("The test message was refused: too many messages of this source in a short time. Wait a minute."),
        503: gettext("The test message could not be stored now. Try again in a minute."),
    }
    other = gettext("The webhook answered %(status)s to the test message.") % {"status": status}
    return known.get(status, other)


def reading_view(model_admin: Any) -> View:
    """Return the view that shows how a pasted message would be read; it writes nothing, whatever the method."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        source = find_or_404(WebhookSource, object_id)
        if not model_admin.has_change_permission(request, source):
            raise PermissionDenied
        text = request.POST.get("payload", "")
        context = {
            "source": source,
            "textarea_class": " ".join(TEXTAREA_CLASSES),
            "payload": text or example_payload(),
            "found": _read(text, source) if text.strip() else None,
            "back_url": reverse("admin:connector_webhooksource_change", args=[source.pk]),
        }
        title = gettext("How is a message read?")
        template = "admin/connector/webhooksource/reading.html"
        return render_page(model_admin, request, template, title=title, context=context)

    return view


def _read(text: str, source: WebhookSource) -> Mapping[str, Any]:
    body = text.encode("utf-8", "surrogatepass")
    if len(body) > conf.webhook_max_bytes():
        return {"malformed": gettext("The message is larger than the webhook accepts (answer 413)."), "line": ""}
    try:
        tried = try_reading(body, source, now=timezone.now())
    except MalformedBody as exc:
        lines = text.splitlines()
        excerpt = lines[exc.line - 1] if 0 < exc.line <= len(lines) else ""
        return {"malformed": malformed_words(exc), "line": excerpt.strip()[:200]}
    return {
        "rows": tried_rows(tried),
        "has_lines": has_lines(text),
        "count": len(tried),
        "rejected": sum(one.participant is None for one in tried),
        "taken": sum(one.participant is not None for one in tried),
    }


def example_payload() -> str:
    """Return a message as inwink might send it, with everything that the connector understands by itself."""
    participant = {
        "id": "6f1d2c1e-93b5-4d0c-a7c4-2f3b8f9f0c11",
        "eventId": TRIAL_EVENT_ID,
        "eventName": "Salon 2026",
        "email": "ada@example.org",
        "firstName": "Ada",
        "lastName": "Lovelace",
        "position": "CTO",
        "company": "Analytical",
        "registered": True,
        "came": False,
        "updatedAt": "2026-11-23T09:30:00Z",
        "fields": {"dietary": "vegan", "optin": True},
    }
    return json.dumps({"participants": [participant]}, indent=2, ensure_ascii=False)
