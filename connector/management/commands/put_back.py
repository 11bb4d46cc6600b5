"""Put logged values back."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Q

from connector.core.advice.explain import advise
from connector.core.participant import normalise_email
from connector.core.put_back import Kept
from connector.management.base import EXIT_DONE, EXIT_FOUND_PROBLEMS, CommandProblem, ConnectorCommand, Report
from connector.management.events import link_of_event
from connector.management.who import who_asks
from connector.models import OutboxEntry, SyncRun
from connector.pipeline.put_back.now import put_back
from connector.pipeline.put_back.preview import PreviewLine, PutBackPreview, UnreadableError, preview_put_back
from connector.pipeline.put_back.run import BUSY, Request, Tally
from connector.pipeline.put_back.selection import Selection

_SHOWN = 20
"""Values shown by a preview without --json."""


class Command(ConnectorCommand):
    """Exit 0 when nothing was refused, 1 when Salesforce refused something, 2 when it could not be done to its end."""

    help = (
        "Put values back that a run, a mapping or all runs of a participant wrote, where Salesforce still holds them. "
        "Nothing is deleted; what a colleague changed since is kept."
    )
    example = 'python manage.py put_back --run 4711 --preview, then with --reason "wrong column mapped"'

    def add_arguments(self, parser: CommandParser) -> None:
        """Name what is put back, and why."""
        parser.add_argument(
            "--run", type=int, metavar="N", help="everything that this run wrote (its number in the log)"
        )
        parser.add_argument(
            "--field", metavar="OBJECT.FIELD", help="with --event: what its mapping wrote to this field"
        )
        parser.add_argument("--participant", metavar="ID", help="everything written for this one, by id or by email")
        parser.add_argument("--event", metavar="ID", help="inwink's id of the event")
        parser.add_argument("--preview", action="store_true", help="show old and new values, write nothing")
        parser.add_argument("--reason", default="", help="why; kept in the log, needed unless --preview")

    def report(self, **options: Any) -> Report:
        """Preview or carry out."""
        selection = _selection(options)
        if not selection.attempts().exists():
            raise CommandProblem("The log has nothing that was written there.")
        if not options["preview"] and not options["reason"].strip():
            raise CommandProblem("Say why with --reason; it is kept in the log with your name.")
        try:
            if options["preview"]:
                return _preview_report(preview_put_back(selection))
            request = Request(by=who_asks(), reason=options["reason"].strip())
            with self.progress_bar(total=None, unit="participants", is_quiet=options["json"]) as bar:
                return _report(put_back(selection, request, on_chunk=bar.update))
        except UnreadableError as exc:
            raise CommandProblem(f"Salesforce could not be read: {exc}. Nothing was written.") from exc


def _selection(options: Mapping[str, Any]) -> Selection:
    given = [name for name in ("run", "field", "participant") if options[name] is not None]
    if len(given) != 1 or (given == ["run"] and options["event"]):
        raise CommandProblem("Name one thing: --run N, or --event ID --field OBJECT.FIELD, or --participant ID.")
    if given == ["run"]:
        if not SyncRun.objects.filter(pk=options["run"]).exists():
            raise CommandProblem(f"There is no run {options['run']}.")
        return Selection(run_id=options["run"])
    if given == ["participant"]:
        return Selection(entry_ids=_entry_ids(options["participant"], event_id=options["event"]))
    if not options["event"] or "." not in options["field"]:
        raise CommandProblem("--field is written like Contact.Title and needs --event.")
    return Selection(link_id=link_of_event(options["event"]).pk, path=options["field"])


def _entry_ids(participant: str, *, event_id: str | None) -> tuple[int, ...]:
    email = normalise_email(participant)
    entries = OutboxEntry.objects.filter(Q(participant_key=participant) | Q(email_key=email) & ~Q(email_key=""))
    if event_id:
        entries = entries.filter(link=link_of_event(event_id))
    ids = tuple(entries.order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise CommandProblem("There is no such participant.")
    return ids


def _preview_report(preview: PutBackPreview) -> Report:
    kept = {why.value: count for why, count in preview.kept().items()}
    values = {
        "restored": preview.restored,
        "kept": sum(kept.values()),
        "failed": 0,
        "kept_by_reason": kept,
        "participants": preview.participants,
        "values": [_line(line) for line in preview.lines],
    }
    changes = [line for line in preview.lines if line.kept is None]
    lines = [f"{line.participant_key}  {line.path}: {line.current!r} -> {line.value!r}" for line in changes[:_SHOWN]]
    lines += [f"… and {len(changes) - _SHOWN:,} more; --json has them all"] if len(changes) > _SHOWN else []
    lines.append(f"{preview.restored:,} values of {preview.participants:,} participants would be put back.")
    return Report("\n".join([*lines, *_say_kept(kept), "Nothing was written."]), values)


def _line(line: PreviewLine) -> dict[str, Any]:
    kept = line.kept.value if line.kept is not None else ""
    return {
        "participant": line.participant_key,
        "field": line.path,
        "current": line.current,
        "value": line.value,
        "kept": kept,
    }


def _report(tally: Tally) -> Report:
    kept = {why.value: count for why, count in tally.kept.items() if count}
    if tally.stop_code:
        raise CommandProblem(_say_stop(tally))
    values = {
        "restored": tally.restored,
        "kept": sum(kept.values()),
        "failed": tally.failed,
        "kept_by_reason": kept,
        "participants": tally.participants,
        "runs": tally.run_ids,
        "api_calls": tally.api_calls,
    }
    runs = f" Logged as run {', '.join(map(str, tally.run_ids))}." if tally.run_ids else ""
    lines = [f"{tally.restored:,} values put back, {tally.failed:,} refused by Salesforce.{runs}", *_say_kept(kept)]
    return Report("\n".join(lines), values, exit_code=EXIT_FOUND_PROBLEMS if tally.failed else EXIT_DONE)


def _say_stop(tally: Tally) -> str:
    why = advise(BUSY, language="en").what if tally.stop_code == BUSY else f"{tally.stop_code} {tally.stop_message}"
    return f"Stopped after {tally.restored:,} values: {why.strip()} What is back stays; run it again later."


def _say_kept(kept: Mapping[str, int]) -> Iterator[str]:
    for why, count in sorted(kept.items()):
        yield f"{count:>8,}  kept: {_WHY[Kept(why)]}"


_WHY: Mapping[Kept, str] = {
    Kept.ALREADY_BACK: "Salesforce holds the earlier value",
    Kept.CHANGED_SINCE: "changed since, by a colleague or a later run",
    Kept.CREATED: "written when the record was created; nothing is deleted",
    Kept.RECORD_GONE: "the record is deleted, merged, converted or of another campaign",
    Kept.NOT_WRITABLE: "the field is gone or not writable",
    Kept.VALUE_REQUIRED: "it was empty, and Salesforce demands a value",
    Kept.LABEL_GONE: "the campaign has no such status any more",
    Kept.OPT_OUT: "an opt-out is never taken back",
    Kept.NOT_KNOWN: "the log does not say what was there before",
}
