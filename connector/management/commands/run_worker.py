"""Run background workers that look after themselves."""

from typing import Any

from django.core.management.base import CommandParser

from connector.management.base import EXIT_DONE, EXIT_FOUND_PROBLEMS, ConnectorCommand, Report
from connector.management.supervisor import GRACE_SECONDS, Patience, run_supervised


class Command(ConnectorCommand):
    """A supervised pool of workers."""

    help = (
        "Run a pool of workers (Q_WORKERS) that is started anew when it dies or stands still. Waits for the database "
        "and its migrations. Run as many as you like, on as many hosts as you like, on one PostgreSQL. SIGTERM and "
        "SIGINT let running tasks finish; a second one, or the end of --grace, cuts them off: exit code 1, nothing is "
        "lost. If the command itself is killed, its workers end within seconds."
    )
    example = "python manage.py run_worker"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the grace period."""
        parser.add_argument(
            "--grace",
            type=float,
            metavar="SECONDS",
            default=GRACE_SECONDS,
            help="How long running tasks may take to finish when the worker is stopped (default: %(default)s).",
        )

    def report(self, **options: Any) -> Report:
        """Work until stopped."""
        is_clean = run_supervised(Patience(grace=options["grace"]))
        text = "Worker stopped." if is_clean else "Worker stopped; running tasks were cut off and will be taken up."
        return Report(text, {"ok": True}, exit_code=EXIT_DONE if is_clean else EXIT_FOUND_PROBLEMS)
