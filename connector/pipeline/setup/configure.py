"""Apply a configuration file in three steps: read it, look things up in Salesforce, store everything or nothing."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from connector.core.checking.missing_labels import missing_labels
from connector.pipeline.setup.configure_apply import store_plans
from connector.pipeline.setup.configure_lookup import (
    Found,
    look_up,
    make_wanted_statuses,
    resolve_offline,
    will_need_log_in,
)
from connector.pipeline.setup.configure_plan import Plan
from connector.pipeline.setup.configure_read import Reading, read_config
from connector.pipeline.setup.configure_yaml import ConfigError


@dataclass(frozen=True, slots=True)
class Difference:
    """What the file changes about one organisation, source or link, or creates in a campaign."""

    what: str
    """`link a2c9…`"""
    is_new: bool
    changes: Mapping[str, tuple[Any, Any]]
    """{key: (before, after)}; secrets are not shown."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a file; with any error nothing was stored."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: tuple[ConfigError, ...] = ()
    diff: tuple[Difference, ...] = field(default=())
    log_ins: tuple[str, ...] = ()
    """Organisations that are connected only when somebody logs in to them."""


def apply_config(
    text: str, *, dry_run: bool = False, offline: bool = False, environ: Mapping[str, str] | None = None, by: str = ""
) -> Result:
    """Make organisations, sources and links as a file says; what it does not name stays.

    Idempotent: the same file again changes nothing. `offline` does not ask Salesforce and takes campaigns by id only;
    `dry_run` stops before anything is stored. `environ` is where {env: VAR} is looked up; None: the process's own.
    `by` is who applies it, for the history.
    Call outside a transaction.
    """
    reading = read_config(text, environ=os.environ if environ is None else environ)
    with ExitStack() as stack:
        found = resolve_offline(reading) if offline else look_up(reading, stack)
        if reading.errors:
            return Result(errors=_in_order(reading))
        result = _count(reading, found)
        if dry_run:
            return result
        make_wanted_statuses(reading, found.values())
    if reading.errors:
        return Result(errors=_in_order(reading))
    try:
        store_plans(reading, found, now=timezone.now(), by=by)
    except IntegrityError:
        message = "Somebody changed the same organisation, source or link at this moment. Apply the file again."
        return Result(errors=(ConfigError(0, "", message),))
    return result


def _in_order(reading: Reading) -> tuple[ConfigError, ...]:
    return tuple(sorted(reading.errors, key=lambda error: (error.line, error.path)))


def _count(reading: Reading, found: Mapping[str, Found]) -> Result:
    plans = list(_plans(reading))
    differences = [Difference(what, plan.is_new, dict(plan.changes)) for what, plan in plans if plan.is_changed]
    return Result(
        created=sum(plan.is_new for _, plan in plans),
        updated=sum(plan.is_changed and not plan.is_new for _, plan in plans),
        unchanged=sum(not plan.is_changed for _, plan in plans),
        log_ins=tuple(plan.row.name for plan in reading.orgs if will_need_log_in(plan.row, plan)),
        diff=(*differences, *_new_statuses(found)),
    )


def _new_statuses(found: Mapping[str, Found]) -> Iterator[Difference]:
    """Tell which member statuses are made in Salesforce; they count as no object of ours."""
    for read in found.values():
        for campaign_id, statuses in read.wanted_statuses.items():
            wanted = missing_labels(statuses, [label.label for label in read.labels[campaign_id]])
            responded = {
                label: (None, "responded" if has_responded else None) for label, has_responded in wanted.items()
            }
            yield Difference(f"member statuses of campaign {campaign_id} in Salesforce", True, responded)


def _plans(reading: Reading) -> Iterator[tuple[str, Plan[Any, Any]]]:
    yield from ((f"organisation {plan.section.name}", plan) for plan in reading.orgs)
    yield from ((f"source {plan.section.name}", plan) for plan in reading.sources)
    yield from ((f"link {plan.section.event}", plan) for plan in reading.links)
