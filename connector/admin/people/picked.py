"""Name the record that an answer picked: what it was called then, and its id."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from connector.admin.frame.labels import labelled
from connector.models import PersonChoice


def choice_words(choice: PersonChoice) -> dict[str, str]:
    """Return {record, record_id} of a record that was chosen for an email."""
    return _picked_words(choice.person_type, choice.person_id, name=choice.person_name)


def answer_words(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return {record, record_id} of a stored answer; of a correction the reason that was given."""
    person_id = str(answer.get("person_id") or "")
    if not person_id:
        return {"record": str(answer.get("why") or ""), "record_id": ""}
    return _picked_words(str(answer.get("person_type") or ""), person_id, name=str(answer.get("person_name") or ""))


def _picked_words(person_type: str, person_id: str, *, name: str) -> dict[str, str]:
    kind = gettext(person_type) if person_type else ""
    return {"record": labelled(kind, name) if name else kind, "record_id": person_id}
