"""Read the cases of docs/specification.md: one line of a table is one case, in the words explained there."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

SPECIFICATION = Path(__file__).resolve().parents[2] / "docs" / "specification.md"

ORGANISATION = "Organisation: "
"""How a section begins the line that says in which organisation its cases are played."""
COLUMNS = ("Before", "Link", "What happens", "Afterwards", "Outcome")


class UnreadableCaseError(ValueError):
    """A cell that says something this reader does not know."""


@dataclass(frozen=True)
class Record:
    """A Contact or Lead as a cell names it."""

    kind: str
    """Contact or Lead."""
    name: str
    """The letter, "Contact"/"Lead" where it has none; "new Contact"/"new Lead" for one that is made by the sync."""
    fields: Mapping[str, str] = field(default_factory=dict)
    converted_into: str = ""
    """The name of a contact, "nobody" where that was deleted, "" for what was not converted."""
    label: str = ""
    """The member's status; "" where the record is no member."""
    member_fields: Mapping[str, str] = field(default_factory=dict)
    is_person_account: bool = False
    """A Contact that is a Person Account."""


@dataclass(frozen=True)
class Case:
    """One line of a table."""

    number: int
    line: int
    chapter: str
    organisation: tuple[str, ...]
    """What the section says about the organisation; empty for one as it is delivered."""
    before: tuple[Record, ...]
    policy: Mapping[str, str]
    steps: tuple[str, ...]
    after: tuple[Record, ...]
    outcomes: tuple[str, ...]
    """One a participant: "created", "left out: no_match", "unchanged, note kept_manual"."""

    @property
    def where(self) -> str:
        """Where the case stands, for a message."""
        return f"docs/specification.md:{self.line} (case {self.number})"


def read_cases(text: str) -> list[Case]:
    """Return every case of the document in its order. Raises UnreadableCaseError with the line."""
    cases: list[Case] = []
    for place, cells in _rows(text):
        try:
            cases.append(replace(_read_case(cells), number=len(cases) + 1, **place))
        except UnreadableCaseError as exc:
            raise UnreadableCaseError(f"line {place['line']}: {exc}") from exc
    return cases


def _rows(text: str) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Yield where each line of the tables with our columns stands, and its cells."""
    chapter, is_ours = "", False
    organisation: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("## "):
            chapter = line.removeprefix("## ").strip()
        if line.startswith("#"):
            organisation = ()
        if line.startswith(ORGANISATION):
            organisation = _split(line.removeprefix(ORGANISATION).rstrip(". "), ";")
        if not line.startswith("|"):
            is_ours = False
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if tuple(cells) == COLUMNS:
            is_ours = True
        elif is_ours and not set("".join(cells)) <= set("-: "):
            yield {"line": number, "chapter": chapter, "organisation": organisation}, cells


def _read_case(cells: Sequence[str]) -> Case:
    if len(cells) != len(COLUMNS):
        raise UnreadableCaseError(f"{len(cells)} cells instead of {len(COLUMNS)}")
    before, policy, steps, after, outcomes = cells
    return Case(
        number=0,
        line=0,
        chapter="",
        organisation=(),
        before=read_records(before),
        policy=_read_policy(policy),
        steps=_split(steps, "→"),
        after=read_records(after),
        outcomes=_split(outcomes, ";"),
    )


def read_records(cell: str) -> tuple[Record, ...]:
    """Return the records that a cell names."""
    return () if cell == "nobody" else tuple(_read_record(text) for text in _split(cell, ";"))


_RECORD = re.compile(
    r"(?P<new>new )?(?P<kind>contact|lead|person account)(?: (?P<letter>[A-Z0-9]))?(?: \((?P<fields>[^)]*)\))?"
    r"(?:, member (?P<label>[^(]+?)(?: \((?P<member_fields>[^)]*)\))?)?"
)


def _read_record(text: str) -> Record:
    found = _RECORD.fullmatch(text)
    if found is None:
        raise UnreadableCaseError(f"no record: {text!r}")
    is_person_account = found["kind"] == "person account"
    kind = "Contact" if is_person_account else found["kind"].capitalize()
    items = _split(found["fields"] or "", ",")
    into = [item.removeprefix("converted into ") for item in items if item.startswith("converted into ")]
    return Record(
        kind=kind,
        name=_name_of(kind, letter=found["letter"] or "", is_new=bool(found["new"])),
        fields=read_values([item for item in items if not item.startswith("converted into ")]),
        converted_into=into[0].capitalize() if into else "",
        label=found["label"] or "",
        member_fields=read_values(_split(found["member_fields"] or "", ",")),
        is_person_account=is_person_account,
    )


def _name_of(kind: str, *, letter: str, is_new: bool) -> str:
    """Return "Contact", "A", "new Lead" or "new Lead 2"."""
    return f"new {kind} {letter}".strip() if is_new else letter or kind


def read_values(items: Sequence[str]) -> dict[str, str]:
    """Return {name: value} of items like "Title=Boss"; "Title=" is an empty value."""
    return dict(_read_pair(item, "=") for item in items)


def _read_pair(text: str, sign: str) -> tuple[str, str]:
    name, found, value = text.partition(sign)
    if not found:
        raise UnreadableCaseError(f"no {sign!r} in {text!r}")
    return name.strip(), value.strip()


def _read_policy(cell: str) -> dict[str, str]:
    return {} if cell == "as delivered" else dict(_read_pair(item, ":") for item in _split(cell, ";"))


def _split(text: str, sign: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(sign)) if text.strip() else ()
