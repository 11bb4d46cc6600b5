"""Put values back: few at once, many as an errand, a chunk of participants at a time."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from django.db import transaction

from connector.models import CampaignLink, Errand
from connector.pipeline.errands.pace import HaltedError, Pace
from connector.pipeline.errands.start import Order, Started, start_once
from connector.pipeline.put_back.now import put_back
from connector.pipeline.put_back.run import WAIT_SECONDS, Job, Request, Tally, open_run, put_back_chunks
from connector.pipeline.put_back.selection import Selection, links_of, traces_by_participant

AT_ONCE = 200
"""Participants whose values are put back while the person who asked waits; more are left to the workers."""
_NOTHING: Mapping[str, Any] = {"after": 0, "restored": 0, "failed": 0, "kept": {}, "api_calls": 0}


def start_put_back(selection: Selection, request: Request) -> Tally | list[Started]:
    """Put back at once where few participants are concerned; else leave it to the workers, an errand for each link.

    Asked twice, the errands that are open come back.
    """
    links = links_of(selection)
    if sum(len(traces_by_participant(selection, link)) for link in links) <= AT_ONCE:
        return put_back(selection, request)
    terms = {"selection": selection.as_json(), "reason": request.reason}
    return [start_once(Order(Errand.Kind.PUT_BACK, requested_by=request.by, link=link, terms=terms)) for link in links]


def put_back_again(errand: Errand, pace: Pace) -> Mapping[str, Any] | None:
    """Put a chunk or more back; `terms` hold {"selection": as `Selection`, "reason"}.

    `position` holds {"after": the last participant that is done}, and what the result holds: {"restored", "failed",
    "kept": {why: values}, "api_calls"}. Raises HaltedError where Salesforce, or a worker, is in the way.
    """
    job = _job_of(errand, errand.event_link(), pace)
    for done in put_back_chunks(job):
        if done.tally.stop_code:
            raise HaltedError(done.tally.stop_code, done.tally.stop_message)
        if pace.is_over:
            return None
    return {name: value for name, value in {**_NOTHING, **errand.position}.items() if name != "after"}


def _job_of(errand: Errand, link: CampaignLink, pace: Pace) -> Job:
    selection = Selection(**errand.terms["selection"])
    if errand.total_count is None:
        pace.expect(len(traces_by_participant(selection, link)))
    job = Job(
        link=link,
        selection=selection,
        request=Request(by=errand.requested_by, reason=errand.terms["reason"], wait_seconds=WAIT_SECONDS),
        run=errand.run,
        entry_count=errand.total_count or 0,
        after=errand.position.get("after", 0),
        keep=partial(_keep, errand, pace),
    )
    if errand.run is None:
        with transaction.atomic():
            errand.run = open_run(job)
            errand.save(update_fields=["run"])
    return replace(job, run=errand.run)


def _keep(errand: Errand, pace: Pace, tally: Tally, after: int) -> None:
    said = {**_NOTHING, **errand.position}
    kept = Counter(said["kept"]) + Counter({why.value: count for why, count in tally.kept.items()})
    position = {
        "after": after,
        "restored": said["restored"] + tally.restored,
        "failed": said["failed"] + tally.failed,
        "kept": dict(kept),
        "api_calls": said["api_calls"] + tally.api_calls,
    }
    pace.keep(0 if tally.stop_code else tally.participants, position=position)
