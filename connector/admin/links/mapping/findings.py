"""What a mapping would do with what was really received: problems, people concerned, choices, a live example."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext

from connector.admin.frame.onlooker import may_see_people
from connector.admin.links.mapping.form import as_text
from connector.admin.links.mapping.words import misfit_words
from connector.core.checking.link import searched_objects
from connector.core.checking.mapping import CHOICE_TYPES
from connector.core.checking.problem import Problem
from connector.core.checking.received import received_choices
from connector.core.checking.try_mapping import UNKNOWN_CHOICE, Trial, try_rule
from connector.core.convert import choose
from connector.core.planning.field_values import Context
from connector.core.planning.reach import Reach, reach_of
from connector.core.schema import FieldSpec, SObject
from connector.models import CampaignLink, FieldMapping
from connector.pipeline.policies import rule_of
from connector.pipeline.preflight.check import say
from connector.pipeline.setup.link_setup import LinkFacts
from connector.pipeline.setup.mapping_edit import check_mapping
from connector.pipeline.setup.mapping_sample import Sample

_SECTIONS = {"source": "from", "constant": "from", "values": "choices", "unknown_choice": "choices",
             "default": "choices"}  # fmt: skip
"""{key of a problem: section of the editor}; fields stand under "to", everything else under "how"."""
_HOW = frozenset({"mode", "blank", "truncate", "marketing"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about a mapping."""

    kind: str
    """bad (cannot be saved, or people would fail), warn, good or "" (worth knowing)."""
    text: str
    section: str = ""
    """Of the editor, where it can be mended."""


@dataclass(frozen=True, slots=True)
class Editing:
    """Everything that a mapping is judged by."""

    link: CampaignLink
    others: Sequence[FieldMapping]
    facts: LinkFacts
    sample: Sample

    def context(self) -> Context:
        """Return what values are converted with; the describes are empty where Salesforce cannot be asked."""
        return self.sample.context(self.facts.schemas)

    def spec_of(self, mapping: FieldMapping) -> FieldSpec | None:
        """Return the field that a mapping fills; None where it is unknown."""
        schema = self.facts.schemas.get(rule_of(mapping).sobject)
        return schema.find_field(mapping.field) if schema is not None and mapping.field else None


def problems_of(mapping: FieldMapping, editing: Editing) -> list[Problem]:
    """Return what keeps a mapping from being saved; the one check of file, admin and preflight."""
    schema_of = editing.facts.schema_of if editing.facts.is_known else None
    return check_mapping(editing.link, mapping, editing.others, schema_of=schema_of)


def problem_findings(problems: Sequence[Problem]) -> list[Finding]:
    """Say each problem, with the section in which it is mended."""
    return [Finding("bad", say(problem), _section(problem.key.partition(".")[0])) for problem in problems]


def _section(key: str) -> str:
    return _SECTIONS.get(key, "how" if key in _HOW else "to")


def value_findings(mapping: FieldMapping, editing: Editing) -> list[Finding]:
    """Say what happens to the values that were really received."""
    spec = editing.spec_of(mapping)
    if spec is None or not (mapping.source or mapping.constant is not None):
        return []
    if not editing.sample.people:
        return [
            *_policy_findings(mapping, editing),
            Finding("", gettext("No participant has come yet: nothing can be tried.")),
        ]
    reached = reached_by(mapping, editing)
    return [
        *_policy_findings(mapping, editing),
        *(_trial_findings(reached, mapping, editing) if reached else ()),
        *_unreached_findings(len(editing.sample.people) - len(reached), editing),
    ]


def reached_by(mapping: FieldMapping, editing: Editing) -> dict[int, Reach]:
    """Return {entry id: how surely} of the participants of whom the value would be sent."""
    rule, context = rule_of(mapping), editing.context()
    reaches = {entry_id: reach_of(rule, row, context) for entry_id, row in editing.sample.sent.items()}
    return {entry_id: reach for entry_id, reach in reaches.items() if reach is not Reach.NO}


def _trial_findings(reached: Mapping[int, Reach], mapping: FieldMapping, editing: Editing) -> list[Finding]:
    trial = _try(mapping, editing, reached)
    if not trial.filled:
        return [Finding("warn", gettext("None of the participants for whom it would be sent has a value."), "from")]
    if not trial.misfits:
        text = ngettext("The value of %(count)s participant fits.", "The values of all %(count)s participants fit.",
                        trial.filled)  # fmt: skip
        return [Finding("good", text % {"count": trial.filled})]
    certain = _try(mapping, editing, [entry_id for entry_id, reach in reached.items() if reach is Reach.YES])
    spec = editing.spec_of(mapping)
    found = []
    for misfit in trial.misfits:
        is_certain = any((one.code, one.count) == (misfit.code, misfit.count) for one in certain.misfits)
        kind, text = misfit_words(misfit, mapping=mapping, length=spec.length if spec else 0, is_certain=is_certain)
        if misfit.code == UNKNOWN_CHOICE:
            text = f"{text} {_name_choices(trial)}"
        found.append(Finding(kind, text, "choices" if misfit.code == UNKNOWN_CHOICE else "from"))
    return found


def _try(mapping: FieldMapping, editing: Editing, entry_ids: Iterable[int]) -> Trial:
    people = [editing.sample.people[entry_id] for entry_id in entry_ids]
    return try_rule(rule_of(mapping), people, editing.context())


def _unreached_findings(count: int, editing: Editing) -> list[Finding]:
    """Say of how many it is not sent, for whom no value is judged."""
    if not count:
        return []
    if count == len(editing.sample.people):
        text = gettext("It would be sent for none of the participants looked at: they are left out, wait for an "
                       "answer, or keep what Salesforce holds.")  # fmt: skip
        return [Finding("", text)]
    text = ngettext(
        "%(count)s participant is not concerned: left out, waiting for an answer, or keeping what Salesforce holds.",
        "%(count)s participants are not concerned: left out, waiting for an answer, or keeping what Salesforce holds.",
        count,
    )
    return [Finding("", text % {"count": count})]


def _name_choices(trial: Trial) -> str:
    if not may_see_people():
        return ""
    shown = " · ".join(f"{choice} ({count})" for choice, count in trial.unknown[:8])
    return gettext("Not in the list: %(choices)s") % {"choices": shown}


def _policy_findings(mapping: FieldMapping, editing: Editing) -> list[Finding]:
    link, sobject = editing.link, rule_of(mapping).sobject
    if sobject is SObject.CAMPAIGN_MEMBER:
        return []
    if sobject not in searched_objects(link.match):
        return [Finding("warn", gettext("This link does not search this object: the mapping does nothing."))]
    if not link.update_existing:
        text = gettext("People who are in Salesforce already keep their value: this link does not update them.")
        return [Finding("", text)]
    return []


# choices


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One choice of inwink beside one of Salesforce."""

    key: str
    """As it is stored in the table."""
    count: int
    """Participants who chose it; 0 where it only stands in the table."""
    wanted: str
    """What the table says, "" where it says nothing."""
    by_itself: str
    """The choice that is found without the table, "" where none is."""

    @property
    def is_unknown(self) -> bool:
        """Whether nobody knows what to do with it."""
        return not self.wanted and not self.by_itself


def value_rows(mapping: FieldMapping, editing: Editing) -> list[ValueRow]:
    """Return the choices received, the most frequent first, then those that only stand in the table."""
    spec, language = editing.spec_of(mapping), editing.sample.language
    values: Mapping[str, Any] = mapping.values or {}
    rows: dict[str, ValueRow] = {}
    if spec is not None and mapping.source:
        people = editing.sample.people.values()
        for choice in received_choices(mapping.source, people, spec=spec, language=language):
            key = _stored_key(values, choice.spellings)
            by_itself = _found_alone(spec, choice.spellings, language=language)
            before = rows[key].count if key in rows else 0  # one line of the table may name several spellings
            rows[key] = ValueRow(key, before + choice.count, as_text(values.get(key)), by_itself)
    unseen = (ValueRow(key, 0, as_text(value), "") for key, value in values.items() if key not in rows)
    return [*rows.values(), *unseen]


def _found_alone(spec: FieldSpec, spellings: Sequence[str], *, language: str) -> str:
    """Return what a choice becomes without the table."""
    if spec.type not in CHOICE_TYPES:
        return spellings[0]
    found = (choose([text], spec=spec, values={}, language=language) for text in spellings)
    return next((one[0] for one in found if one), "")


def _stored_key(values: Mapping[str, Any], spellings: Sequence[str]) -> str:
    folded = {key.casefold(): key for key in values}
    return next((folded[text.casefold()] for text in spellings if text.casefold() in folded), spellings[0])
