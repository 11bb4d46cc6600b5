"""Print what arrived, and why the rest did not, in words."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from connector.core.advice.explain import advise
from simulator.demo.case import Case
from simulator.demo.story import CATEGORIES

WIDTH = 110
ENDS = {
    "created": "added",
    "updated": "updated",
    "left_out": "left out",
    "needs_answer": "needs an answer",
    "failed": "failed",
}
"""{how a participant ended: in words}, in the order of the summary; added: a person, a membership or both were made."""

Rows = Mapping[str, Mapping[str, Any]]
"""{participant id: what the outbox says}; see site.read_ends."""


def end_of(row: Mapping[str, Any]) -> str:
    """Return the word for how a participant ended; synced ones by whether anything was made for them."""
    if row["state"] != "synced":
        return str(row["state"])
    return "created" if row["is_created"] else "updated"


def cases_table(cases: Sequence[Case], rows: Rows) -> list[str]:
    """Return the lines of the table of all kinds of participants and how they ended."""
    kinds: dict[str, Counter[str]] = {}
    for case in cases:
        for row_id in {said["id"] for _, said in case.said}:
            end = ENDS.get(end_of(rows[row_id]), str(rows[row_id]["state"])) if row_id in rows else "turned away"
            kinds.setdefault(case.category, Counter())[end] += 1
    width = max(len(words) for words in CATEGORIES.values())
    lines = []
    for category, words in CATEGORIES.items():
        ends = kinds.get(category, Counter())
        shown = ", ".join(f"{count} {end}" if len(ends) > 1 else end for end, count in ends.most_common())
        lines.append(f"  {ends.total():>4}  {words.ljust(width)}  {shown}")
    return lines


def reasons_table(rows: Rows) -> list[str]:
    """Return the lines that say why participants were not sent, and what to do about it."""
    reasons = Counter(
        (end_of(row), row["error_code"] or row["reason"], row["error"]) for row in rows.values() if row["reason"]
    )
    lines = []
    order = list(ENDS)
    for (end, reason, error), count in sorted(reasons.items(), key=lambda item: (order.index(item[0][0]), -item[1])):
        advice = advise(reason, language="en")
        said = f" ({error})" if error else ""
        text = f"{ENDS[end].capitalize()}: {advice.what}{said} {advice.next_step}"
        lines += textwrap.wrap(text, WIDTH, initial_indent=f"  {count:>4}  ", subsequent_indent=" " * 8)
    return lines


def summary(rows: Rows, *, api_calls: int) -> str:
    """Return the last line: the participants add up to what became of them."""
    ends = Counter(end_of(row) for row in rows.values())
    return (
        f"demo: {len(rows)} participants, {ends['created']} created, {ends['updated']} updated, "
        f"{ends['left_out']} left out, {ends['needs_answer']} need an answer, {ends['failed']} failed, "
        f"{api_calls} API calls"
    )
