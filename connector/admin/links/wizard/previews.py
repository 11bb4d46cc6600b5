"""A preview of a link as lines that add up, each with what it means and whom it counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from connector.admin.frame.explain import explain_code, reason_label
from connector.admin.frame.labels import REASON_LABELS
from connector.admin.frame.names import full_name
from connector.admin.frame.onlooker import may_see_people
from connector.core.advice.explain import Advice
from connector.models import CampaignLink, UnlinkedParticipant
from connector.pipeline.previews.waiting import WaitingPreview


@dataclass(frozen=True, slots=True)
class Who:
    """People behind a count; nobody is named for whoever may not see people."""

    names: tuple[str, ...] = ()
    more: int = 0
    """Those who are not named."""


@dataclass(frozen=True, slots=True)
class Part:
    """One reason of a count."""

    why: str
    count: int
    who: Who


@dataclass(frozen=True, slots=True)
class Line:
    """One count."""

    count: int
    text: str
    colour: str
    """good, busy, warn, bad or none, beside the words."""
    parts: list[Part]
    who: Who = field(default_factory=Who)


@dataclass(frozen=True, slots=True)
class ShownPreview:
    """Everything that a page shows of a preview."""

    lines: list[Line]
    labels: list[tuple[str, int]]
    """[(status written, people)]"""
    problem: Advice | None


def name_people(preview: WaitingPreview) -> dict[int, str]:
    """Return {row: name and email} of the people behind the counts, for whoever may see people; one query at most."""
    ids = {pk for group in preview.who.values() for pk in group} if may_see_people() else set()
    if not ids:
        return {}
    rows = UnlinkedParticipant.objects.filter(pk__in=ids).values_list("pk", "payload", "participant_key")
    return {pk: _name_of(payload, key) for pk, payload, key in rows}


def _name_of(payload: Mapping[str, Any], key: str) -> str:
    name = full_name(payload)
    email = str(payload.get("email") or "")
    return f"{name} ({email})" if name and email else name or email or key


def show_preview(preview: WaitingPreview, *, creates: str, names: Mapping[int, str]) -> ShownPreview:
    """Return the lines of a preview; those that count nobody are left away, but for the first."""
    new = gettext("new Leads are created and join the campaign")
    if creates == CampaignLink.Create.CONTACT:
        new = gettext("new Contacts are created and join the campaign")
    words = {
        "new_people": (new, "good"),
        "new_members": (gettext("people of Salesforce join the campaign"), "good"),
        "updated": (gettext("members of the campaign are changed"), "busy"),
        "unchanged": (gettext("members of the campaign stay as they are"), ""),
        "same_person": (gettext("participants are the same person as another one"), ""),
        "needs_answer": (gettext("need an answer of yours"), "warn"),
        "left_out": (gettext("are left out by rule"), ""),
        "blocked": (gettext("would fail"), "bad"),
    }
    lines = [_line(preview, name, words=one, names=names) for name, one in words.items()]
    problem = explain_code(preview.problem_code) if preview.problem_code else None
    return ShownPreview([line for line in lines if line.count] or lines[:1], list(preview.labels.items()), problem)


def _line(preview: WaitingPreview, name: str, *, words: tuple[str, str], names: Mapping[int, str]) -> Line:
    text, colour = words
    counted: int | dict[str, int] = getattr(preview, name)
    if isinstance(counted, int):
        return Line(counted, text, colour, [], _who(preview, name, count=counted, names=names))
    parts = [
        Part(_name(code), count, _who(preview, f"{name}.{code}", count=count, names=names))
        for code, count in counted.items()
    ]
    return Line(sum(counted.values()), text, colour, parts)


def _who(preview: WaitingPreview, group: str, *, count: int, names: Mapping[int, str]) -> Who:
    found = tuple(names[pk] for pk in preview.who.get(group, ()) if pk in names)
    return Who(found, count - len(found)) if found else Who()


def _name(code: str) -> str:
    return reason_label(code) if code in REASON_LABELS else explain_code(code).what
