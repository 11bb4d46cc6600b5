"""Answer participants that need an answer: candidates side by side, or one of the other answers."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from connector.admin.frame.keys import asked_in
from connector.admin.frame.labels import ANSWERS_TO, labelled
from connector.core.outcomes import Reason
from connector.core.schema import PersonType
from connector.models import OutboxEntry
from connector.pipeline import answers
from connector.pipeline.answering import Asked, Decision, answer_entries
from connector.pipeline.answers import AnswerKind, picked_record

MAY_ANSWER = "connector.answer_campaignlink"
BY_ID = "by_id"
"""The option of choosing a record that is no candidate, by its id."""

_TYPE_OF_PREFIX = {"003": PersonType.CONTACT, "00Q": PersonType.LEAD}
"""https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_concepts.htm"""

_Words = tuple[str | Promise, str | Promise]
"""(name of an answer, what it does)"""

_OPTIONS: dict[AnswerKind, _Words] = {
    AnswerKind.SAME_PERSON: (
        _("Both are the same person"),
        _(
            "They stand for one member of the campaign, with the higher status. Name and values that come from us "
            "become those of the newer registration; taking the answer back later does not restore them."
        ),
    ),
    AnswerKind.CREATE: (
        _("Create this person"),
        _("A new person is created in Salesforce, unless somebody there has both this email and this name."),
    ),
    AnswerKind.RELEASE: (_("Release this participant"), _("What inwink says is right: it is sent.")),
    AnswerKind.DISCARD: (
        _("Drop the check-in or held message"),
        _("Only that message is wrong; everything known before stays."),
    ),
    AnswerKind.LEAVE_OUT: (
        _("Leave this participant out"),
        _("Nothing is sent while this question stands. It can be taken back."),
    ),
}
"""{answer: words}, in the order shown after the candidates"""

_OPTIONS_OF: dict[tuple[Reason, AnswerKind], _Words] = {
    (Reason.NO_EMAIL, AnswerKind.CREATE): (
        ANSWERS_TO["no_email", "create"],
        _("A new person is created in Salesforce, with the name and the company that inwink has."),
    ),
    (Reason.TEST_SCAN, AnswerKind.RELEASE): (
        ANSWERS_TO["test_scan", "accept"],
        _("The person was really there: the check-in is sent to the campaign."),
    ),
    (Reason.TEST_SCAN, AnswerKind.DISCARD): (
        ANSWERS_TO["test_scan", "discard"],
        _("The check-in is dropped; the registration is sent. A later check-in counts."),
    ),
    (Reason.LOOKS_ANONYMISED, AnswerKind.RELEASE): (
        ANSWERS_TO["looks_anonymised", "accept"],
        _("The change is real: its values replace the former ones, in Salesforce too where the mappings say so."),
    ),
    (Reason.LOOKS_ANONYMISED, AnswerKind.DISCARD): (
        ANSWERS_TO["looks_anonymised", "discard"],
        _("The message is dropped; the person stays in Salesforce as before."),
    ),
}
"""Clearer words where the question is known."""


def option_words(reason: Reason, kind: AnswerKind) -> _Words:
    """Return the name of an answer to a question, and what it does to the person."""
    return _OPTIONS_OF.get((reason, kind), _OPTIONS[kind])


def kinds_of(reason: Reason) -> list[AnswerKind]:
    """Return the answers to a question that name no record, in the order shown."""
    allowed = answers.allowed_answers(reason)
    return [kind for kind in _OPTIONS if kind in allowed]


def can_be_found(reason: Reason) -> bool:
    """Say whether a record of Salesforce answers a question."""
    return AnswerKind.PICK in answers.allowed_answers(reason)


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen."""

    value: str
    title: str
    details: tuple[str, ...]
    record_id: str = ""
    """Of a candidate."""
    url: str = ""
    """Of a candidate, in Salesforce."""


def may_answer(request: HttpRequest) -> bool:
    """Whether the person may answer for participants."""
    return request.user.has_perm(MAY_ANSWER)


class AnswerForm(forms.Form):
    """One choice among the candidates and the other answers that the reason allows."""

    answer = forms.ChoiceField(
        error_messages={"required": _("Choose an answer."), "invalid_choice": _("Choose again.")}
    )
    record_id = forms.CharField(required=False, max_length=18, strip=True)
    record_name = forms.CharField(required=False, max_length=255, strip=True)
    """As the page that found the record called it; only kept, to be read again."""

    def __init__(self, data: Any = None, *, entry: OutboxEntry) -> None:
        """Offer what the participant's reason allows."""
        super().__init__(data)
        self.options = options_for(entry)
        choices = [(option.value, option.title) for option in self.options]
        self.fields["answer"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField, declared above

    @property
    def has_answers(self) -> bool:
        """Whether there is anything to choose."""
        return bool(self.options)

    def clean(self) -> dict[str, Any]:
        """Demand the id where the answer is a record by its id."""
        cleaned = super().clean() or {}
        if cleaned.get("answer") != BY_ID:
            return cleaned
        record_id = cleaned.get("record_id", "")
        try:
            picked = picked_record(_TYPE_OF_PREFIX.get(record_id[:3], ""), record_id)
        except answers.AnswerNotAllowedError:
            text = gettext("Give the id of a Contact (it begins with 003) or of a Lead (00Q).")
            self.add_error("record_id", text)
            return cleaned
        cleaned["answer"] = f"pick:{picked.type.value}:{picked.id}"
        return cleaned


def options_for(entry: OutboxEntry) -> list[Option]:
    """Return the answers that a participant can get now: candidates first."""
    if not entry.reason:
        return []
    reason = Reason(entry.reason)
    words = ((kind, option_words(reason, kind)) for kind in kinds_of(reason))
    others = [Option(kind.value, str(title), (str(does),)) for kind, (title, does) in words]
    if not can_be_found(reason):
        return others
    by_id = Option(
        BY_ID, gettext("Pick a record that you know"), (gettext("Its id stands in its address in Salesforce."),)
    )
    base = entry.link.org.instance_url
    return [*(_candidate(candidate, base) for candidate in entry.candidates), by_id, *others]


def picking_words(reason: Reason) -> str:
    """Say what picking a record does to the person, and how long it is remembered; empty where none can be picked."""
    if AnswerKind.PICK not in answers.allowed_answers(reason):
        return ""
    does = gettext(
        "The record that you pick becomes a member of the campaign with this participant's status; its fields are "
        "written as the mappings of the event say."
    )
    kept = gettext("The choice holds for this participant only.")
    if reason is Reason.AMBIGUOUS:
        kept = gettext("The choice is remembered for the email, in all events of the organisation.")
    return f"{does} {kept}"


def record_url(instance_url: str, record_id: str) -> str:
    """Return the address of a record in Salesforce; empty before anybody signed in there."""
    return f"{instance_url}/{record_id}" if instance_url else ""


def _candidate(candidate: dict[str, Any], instance_url: str) -> Option:
    details = [
        " · ".join(str(candidate[key]) for key in ("title", "company") if candidate.get(key)),
        _used_words(candidate),
        gettext("already a member of this campaign") if candidate.get("is_member") else "",
        str(candidate["id"]),
    ]
    return Option(
        value=f"pick:{candidate['type']}:{candidate['id']}",
        title=labelled(gettext(candidate["type"]), candidate.get("name") or "–"),
        details=tuple(detail for detail in details if detail),
        record_id=str(candidate["id"]),
        url=record_url(instance_url, str(candidate["id"])),
    )


def _used_words(candidate: dict[str, Any]) -> str:
    """Say by which day “most recently used” goes: the last activity, of a record without any the day of its making."""
    active_at = parse_datetime(str(candidate.get("last_activity_at") or ""))
    if active_at:
        return gettext("last activity %(day)s") % {"day": date_format(active_at)}
    created_at = parse_datetime(str(candidate.get("created_at") or ""))
    words = gettext("no activity, created %(day)s")
    return words % {"day": date_format(localtime(created_at))} if created_at else gettext("no activity")


def decision_of(form: AnswerForm) -> Decision:
    """Return what a valid form says."""
    kind, _colon, record = form.cleaned_data["answer"].partition(":")
    if kind != AnswerKind.PICK:
        return Decision(AnswerKind(kind))
    person_type, _colon, person_id = record.partition(":")
    name = form.cleaned_data.get("record_name", "")
    return Decision(AnswerKind.PICK, picked=picked_record(person_type, person_id), picked_name=name)


def asked_of(request: HttpRequest, entry: OutboxEntry) -> Asked:
    """Return the question that a posted form was about, as its page showed it."""
    generation = asked_in([f"{entry.pk}:{request.POST.get('asked', '')}"])
    return Asked(generation, request.POST.get("question", ""))


def give_answer(request: HttpRequest, entry: OutboxEntry, *, form: AnswerForm) -> None:
    """Carry out the chosen answer and say so; an answer that comes twice or too late changes nothing."""
    tally = answer_entries(asked_of(request, entry), decision_of(form), by=request.user.get_username())
    if not tally.answered:
        too_late(request)
        return
    messages.success(request, gettext("Your answer is kept and carried out. It can be taken back."))
    if tally.settled:
        text = ngettext(
            "%(count)s other participant with this email is sent with the same record.",
            "%(count)s other participants with this email are sent with the same record.",
            tally.settled,
        )
        messages.info(request, text % {"count": tally.settled})


def too_late(request: HttpRequest) -> None:
    """Say that somebody else was quicker, or that the participant has another question by now."""
    text = gettext(
        "Nothing was changed: this participant waits for that answer no longer, or has changed since you saw it."
    )
    messages.warning(request, text)


def take_back_answer(request: HttpRequest, entry: OutboxEntry) -> None:
    """Forget what was answered and say so."""
    if answers.take_back(entry, request.user.get_username()):
        messages.success(request, gettext("The answer is taken back; the rules decide again."))
    else:
        messages.info(request, gettext("There was no answer to take back."))
