"""The texts for a Salesforce administrator and an integrator, in both languages, with our addresses filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, override

from connector.addresses import callback_url, webhook_address
from connector.core.trial import TRIAL_EVENT_ID
from connector.models import Invitation


@dataclass(frozen=True, slots=True)
class Letter:
    """One text, ready to be copied."""

    language: str
    name: str
    """Of the language, in itself."""
    text: str


_NAMES = {"en": "English", "fr": "Français"}


def letters(request: HttpRequest, invitation: Invitation, *, link: str) -> Sequence[Letter]:
    """Write the letter in each language, the reader's own first; `link` is "" where it was shown already."""
    context: dict[str, Any] = {
        "invitation": invitation,
        "callback_url": callback_url(request),
        "address": webhook_address(request, invitation.source) if invitation.source else "",
        "trial_event": TRIAL_EVENT_ID,
    }
    codes = sorted(_NAMES, key=lambda code: code != get_language())
    return [_letter(code, kind=invitation.kind, context=context, link=link) for code in codes]


def _letter(language: str, *, kind: str, context: dict[str, Any], link: str) -> Letter:
    with override(language):
        until = date_format(localtime(context["invitation"].expires_at), "j F Y, H:i")
        shown = link or gettext("(the link that was shown when this text was made)")
        template = f"admin/connector/invitation/{kind}.{language}.txt"
        text = render_to_string(template, {**context, "shown_link": shown, "until": until})
    return Letter(language, _NAMES[language], text.strip())
