"""A preview of a link as lines that add up, each with what it means."""

from dataclasses import dataclass

from django.utils.translation import gettext

from connector.admin.frame.explain import explain_code, reason_label
from connector.admin.frame.labels import REASON_LABELS
from connector.core.advice import Advice
from connector.models import CampaignLink
from connector.pipeline.preview_waiting import WaitingPreview


@dataclass(frozen=True, slots=True)
class Line:
    """One count."""

    count: int
    text: str
    colour: str
    """good, busy, warn, bad or none, beside the words."""
    parts: list[tuple[str, int]]
    """[(why, participants)]"""


@dataclass(frozen=True, slots=True)
class ShownPreview:
    """Everything that a page shows of a preview."""

    lines: list[Line]
    labels: list[tuple[str, int]]
    """[(status written, people)]"""
    problem: Advice | None


def show_preview(preview: WaitingPreview, *, creates: str) -> ShownPreview:
    """Return the lines of a preview; those that count nobody are left away, but for the first."""
    new = gettext("new Leads are created and join the campaign")
    if creates == CampaignLink.Create.CONTACT:
        new = gettext("new Contacts are created and join the campaign")
    lines = [
        Line(preview.new_people, new, "good", []),
        Line(preview.new_members, gettext("people of Salesforce join the campaign"), "good", []),
        Line(preview.updated, gettext("members of the campaign are changed"), "busy", []),
        Line(preview.unchanged, gettext("members of the campaign stay as they are"), "", []),
        Line(preview.same_person, gettext("participants are the same person as another one"), "", []),
        _stopped(preview.needs_answer, gettext("need an answer of yours"), "warn"),
        _stopped(preview.left_out, gettext("are left out by rule"), ""),
        _stopped(preview.blocked, gettext("would fail"), "bad"),
    ]
    problem = explain_code(preview.problem_code) if preview.problem_code else None
    return ShownPreview([line for line in lines if line.count] or lines[:1], list(preview.labels.items()), problem)


def _stopped(reasons: dict[str, int], text: str, colour: str) -> Line:
    return Line(sum(reasons.values()), text, colour, [(_name(code), count) for code, count in reasons.items()])


def _name(code: str) -> str:
    return reason_label(code) if code in REASON_LABELS else explain_code(code).what
