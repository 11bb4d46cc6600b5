"""A long task is written before its run: whoever stops it locks both in this order, and nobody waits in a circle."""

from connector.models import SyncRun
from connector.pipeline.put_back.run import Job, Request, Tally, open_run, put_back_chunks
from connector.pipeline.put_back.selection import Selection
from tests.replaced import title
from tests.world import World


def test_a_task_is_written_before_its_run_so_that_stopping_it_is_no_deadlock(replaced: World) -> None:
    link = replaced.link_now()
    job = Job(link, Selection(run_id=SyncRun.objects.order_by("pk")[0].pk), Request(by="olga", reason="wrong column"))
    run = open_run(job)
    seen: list[tuple[int, int]] = []

    def keep(tally: Tally, after: int) -> None:
        seen.append((tally.restored, SyncRun.objects.get(pk=run.pk).updated_count))

    for _done in put_back_chunks(Job(job.link, job.selection, job.request, run=run, keep=keep)):
        assert seen == [(1, 0)]
    assert (title(replaced), SyncRun.objects.get(pk=run.pk).updated_count) == ("Student", 1)
