"""Put back here and now, whatever the size; a large one is better left to the workers (errands/putting_back.py)."""

from collections.abc import Callable

from connector.pipeline.put_back.run import Job, Request, Tally, run_job
from connector.pipeline.put_back.selection import Selection, links_of


def put_back(selection: Selection, request: Request, *, on_chunk: Callable[[int], object] | None = None) -> Tally:
    """Put back the values of each event after the other, until one is stopped; call outside a transaction."""
    total = Tally()
    for link in links_of(selection):
        total.add(run_job(Job(link, selection, request), on_chunk=on_chunk))
        if total.stop_code:
            break
    return total
