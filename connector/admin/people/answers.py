"""Answer participants that need an answer: candidates side by side, or one of the other answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connector.core.outcomes import Reason
from connector.core.schema import PersonType
from connector.models import OutboxEntry
from connector.pipeline import answers
from connector.pipeline.answers import AnswerKind

MAY_ANSWER = "connector.answer_campaignlink"
BY_ID = "by_id"
"""The option of choosing a record that is no candidate, by its id."""

_TYPE_OF_PREFIX = {"003": PersonType.CONTACT, "00Q": PersonType.LEAD}
"""https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_concepts.htm"""

_OPTIONS: dict[AnswerKind, tuple[str | Promise, str | Promise]] = {
    AnswerKind.SAME_PERSON: (
        _("Both are the same person"),
        _("They stand for one member of the campaign, with the higher status."),
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
"""{answer: (name, what it does)}, in the order shown after the candidates"""

_CARRY_OUT: dict[AnswerKind, Callable[[OutboxEntry, str], bool]] = {
    AnswerKind.SAME_PERSON: answers.same_person,
    AnswerKind.CREATE: answers.create_person,
    AnswerKind.RELEASE: answers.release,
    AnswerKind.DISCARD: answers.discard,
    AnswerKind.LEAVE_OUT: answers.leave_out,
}


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen."""

    value: str
    title: str
    details: tuple[str, ...]


def may_answer(request: HttpRequest) -> bool:
    """Whether the person may answer for participants."""
    return request.user.has_perm(MAY_ANSWER)


class AnswerForm(forms.Form):
    """One choice among the candidates and the other answers that the reason allows."""

    answer = forms.ChoiceField(
        error_messages={"required": _("Choose an answer."), "invalid_choice": _("Choose again.")}
    )
    record_id = forms.CharField(required=False, max_length=18, strip=True)

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
        person_type = _TYPE_OF_PREFIX.get(record_id[:3])
        if person_type is None or len(record_id) not in {15, 18} or not record_id.isalnum():
            text = gettext("Give the id of a Contact (it begins with 003) or of a Lead (00Q).")
            self.add_error("record_id", text)
            return cleaned
        cleaned["answer"] = f"pick:{person_type.value}:{record_id}"
        return cleaned


def options_for(entry: OutboxEntry) -> list[Option]:
    """Return the answers that a participant can get now: candidates first."""
    if not entry.reason:
        return []
    allowed = answers.allowed_answers(Reason(entry.reason))
    others = [
        Option(kind.value, str(title), (str(does),)) for kind, (title, does) in _OPTIONS.items() if kind in allowed
    ]
    if AnswerKind.PICK not in allowed:
        return others
    by_id = Option(
        BY_ID, gettext("Pick a record that you know"), (gettext("Its id stands in its address in Salesforce."),)
    )
    return [*(_candidate(candidate) for candidate in entry.candidates), by_id, *others]


def _candidate(candidate: dict[str, Any]) -> Option:
    active_at = parse_datetime(str(candidate.get("last_activity_at") or ""))
    details = [
        str(candidate.get("company") or ""),
        gettext("last activity %(day)s") % {"day": date_format(active_at)} if active_at else "",
        str(candidate["id"]),
    ]
    return Option(
        value=f"pick:{candidate['type']}:{candidate['id']}",
        title=f"{gettext(candidate['type'])}: {candidate.get('name') or '–'}",
        details=tuple(detail for detail in details if detail),
    )


def give_answer(request: HttpRequest, entry: OutboxEntry, *, form: AnswerForm) -> None:
    """Carry out the chosen answer and say so; an answer that comes twice or too late changes nothing."""
    by = request.user.get_username()
    kind, _colon, record = form.cleaned_data["answer"].partition(":")
    try:
        if kind == AnswerKind.PICK:
            person_type, _colon, person_id = record.partition(":")
            is_given = answers.pick_person(entry, person_type, person_id, by)
        else:
            is_given = _CARRY_OUT[AnswerKind(kind)](entry, by)
    except answers.AnswerNotAllowedError:
        is_given = False
    if is_given:
        messages.success(request, gettext("Your answer is kept and carried out. It can be taken back."))
    else:
        messages.warning(request, gettext("Nothing was changed: this participant no longer waits for that answer."))


def take_back_answer(request: HttpRequest, entry: OutboxEntry) -> None:
    """Forget what was answered and say so."""
    if answers.take_back(entry, request.user.get_username()):
        messages.success(request, gettext("The answer is taken back; the rules decide again."))
    else:
        messages.info(request, gettext("There was no answer to take back."))
