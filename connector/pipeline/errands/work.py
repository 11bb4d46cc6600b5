"""Carry an errand forward by one slice."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone

from connector.inwink.export_file import UnreadableFile
from connector.models import Errand
from connector.pipeline.errands import importing, previewing, putting_back, reconciling, replaying, sending
from connector.pipeline.errands.export import ExportGoneError
from connector.pipeline.errands.pace import HaltedError, Pace, StoppedError, at_work
from connector.pipeline.errands.start import close_runs, end_errands, queue
from connector.pipeline.heartbeat import beat
from connector.pipeline.stops import STOPS, explain_stop

logger = logging.getLogger(__name__)

UNREADABLE_FILE = "unreadable_file"
FILE_GONE = "file_gone"
INTERNAL = "internal"

Slice = Callable[[Errand, Pace], Mapping[str, Any] | None]
"""Does a slice and returns the result, or keeps `position` and returns None where more is left."""

_SLICES: Mapping[str, Slice] = {
    Errand.Kind.CHECK_IMPORT: importing.check_import,
    Errand.Kind.IMPORT: importing.import_export,
    Errand.Kind.RECONCILE: reconciling.compare,
    Errand.Kind.MEND: reconciling.mend_differences,
    Errand.Kind.RESYNC: sending.send_again,
    Errand.Kind.REPLAY: replaying.replay_again,
    Errand.Kind.PREVIEW: previewing.look_at_everybody,
    Errand.Kind.PUT_BACK: putting_back.put_back_again,
}


def carry_out(errand_id: int) -> None:
    """Do one slice, and queue the next where something is left. Call outside a transaction.

    A second task for an errand that is at work does nothing. What is unexpected ends the errand as failed and is
    raised again, so that it stands among the failed tasks too.
    """
    beat()
    waiting = Errand.objects.filter(pk=errand_id, state=Errand.ErrandState.WAITING)
    if not waiting.update(state=Errand.ErrandState.RUNNING, beat_at=timezone.now()):
        return
    errand = Errand.objects.select_related("link__org", "export", "run").get(pk=errand_id)
    pace = Pace(errand)
    has_ended = False
    try:
        has_ended = _do_slice(errand, pace)
    finally:
        if not has_ended:
            _end(errand, Errand.ErrandState.FAILED, error_code=INTERNAL)
        close_runs([errand_id])  # one that was opened after a person had stopped it


def _do_slice(errand: Errand, pace: Pace) -> bool:
    """Do a slice; what is expected to go wrong becomes the errand's end. True always: nothing unexpected happened."""
    try:
        result = _SLICES[errand.kind](errand, pace)
        pace.write()
    except StoppedError:
        return True
    except UnreadableFile as exc:
        _end(errand, Errand.ErrandState.FAILED, error_code=UNREADABLE_FILE, error_message=exc.detail[:500])
    except ExportGoneError:
        _end(errand, Errand.ErrandState.FAILED, error_code=FILE_GONE)
    except HaltedError as exc:
        _end(errand, Errand.ErrandState.FAILED, error_code=exc.code[:80], error_message=exc.message[:500])
    except STOPS as exc:
        code, message = explain_stop(exc)
        _end(errand, Errand.ErrandState.FAILED, error_code=code, error_message=message[:500])
    else:
        _go_on(errand, result)
    return True


def _go_on(errand: Errand, result: Mapping[str, Any] | None) -> None:
    if result is not None:
        _end(errand, Errand.ErrandState.DONE, result=dict(result))
        return
    is_waiting = at_work(errand).update(
        state=Errand.ErrandState.WAITING, position=errand.position, beat_at=timezone.now()
    )
    if is_waiting:
        queue(errand)


def _end(errand: Errand, state: Errand.ErrandState, **columns: Any) -> None:
    end_errands(at_work(errand), state, **columns)
    logger.info("errand ended", extra={"errand_id": errand.pk, "kind": errand.kind, "state": state.value})
