"""Tell the story: start everything, let inwink speak, wait, check every record, report, and serve."""

from __future__ import annotations

import argparse
import re
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests

from demonstration import report, sender, site
from demonstration.check import deviations, expected_records, wrong_refusals
from demonstration.environment import ADMIN_NAME, DemoProblem, Folder, environment, fresh_folder, inherited, load_keys
from demonstration.processes import Child, Processes, Program, free_port, is_port_free, wait_for
from demonstration.salesforce import LocalSalesforce, act_as_colleagues, campaign_ids, members_by_person
from simulator.demo.case import FOLDER as DEMO_DATA
from simulator.demo.case import LYON
from simulator.demo.story import all_cases, deliveries

ROOT = Path(__file__).resolve().parents[2]
QUIET_SECONDS = 180
"""How long nothing may remain due; usually it is a few seconds."""
SHOWN_DEVIATIONS = 40
_LISTENING = re.compile(r"simulator listening on (http://\S+)")


def main(arguments: Sequence[str]) -> int:
    """Run the demonstration; 0 = every expected record is in Salesforce, 1 = not, 2 = it could not be run."""
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Folder(options.var.resolve())
    try:
        with fresh_folder(folder), Processes(folder=folder.runs, root=ROOT) as processes:
            return Demonstration(folder, processes, options).run()
    except DemoProblem as exc:
        print(f"\n{exc}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make demo", description="Show the connector at work against a local Salesforce.",
        epilog='Example: make demo ARGS="--once"',
    )  # fmt: skip
    parser.add_argument("--once", action="store_true", help="end after the summary instead of serving the admin")
    parser.add_argument("--port", type=int, default=0, help="port of the web server (a free one)")
    parser.add_argument("--var", type=Path, default=ROOT / "var", metavar="DIR", help="where files are kept (var)")
    parser.add_argument(
        "--drill", action="store_true",
        help="spoil two records in Salesforce before the check, which must then find them and end with 1",
    )  # fmt: skip
    return parser


class Demonstration:
    """One run; the steps share what was started."""

    def __init__(self, folder: Folder, processes: Processes, options: argparse.Namespace) -> None:
        self._folder, self._processes, self._options = folder, processes, options
        self.keys = load_keys(folder.keys)
        self._started = time.monotonic()
        self.web_url = ""
        self._rejected = 0
        self._people: list[str] = []

    def run(self) -> int:
        """Tell the whole story and return the exit code."""
        cases = all_cases()
        salesforce = self._start_everything()
        before = salesforce.state()
        self._tell(salesforce)
        if self._options.drill:
            _spoil(salesforce)
        rows = site.read_ends()
        ends = {key: (row["state"], row["reason"]) for key, row in rows.items()}
        wrong = deviations(cases, before=before, after=salesforce.state(), ends=ends)
        wrong += wrong_refusals(cases, rejected=self._rejected)
        self._report(rows, wrong)
        print(f"\nAdmin: {self.web_url}/admin/  user {ADMIN_NAME}, password {self.keys['DEMO_ADMIN_PASSWORD']}")
        print(f"One user of each role, with the same password: {', '.join(self._people)}")
        summary = report.summary(rows, api_calls=salesforce.api_calls())
        if self._options.once:
            print(summary, flush=True)
            return int(bool(wrong))
        print(f"{summary}\nPress Ctrl-C to end.", flush=True)
        return self.serve(int(bool(wrong)))

    def _tell(self, salesforce: LocalSalesforce) -> None:
        """Let inwink and the colleagues speak and act, each after everything before was sent."""
        self._speak(0)
        self._wait()
        acts = act_as_colleagues(salesforce, all_cases())
        self._say(f"Colleagues in Salesforce changed or removed {acts} members by hand.")
        self._speak(1)
        self._wait()
        self._say(f"{site.unlinked_participants()} participants wait for an event that nobody has linked. Linking it.")
        site.run_command("apply_config", str(DEMO_DATA / "config-later.yaml"))
        self._wait()

    def _start_everything(self) -> LocalSalesforce:
        folder = self._folder.runs
        salesforce = self._start_salesforce()
        settings = environment(self._folder, self.keys, salesforce_url=salesforce.url)
        site.set_up_django(settings, log=folder / "demo.log")
        site.run_command("migrate", "--verbosity", "0")
        site.create_admin(self.keys["DEMO_ADMIN_PASSWORD"])
        site.run_command("setup_schedules")
        site.run_command("setup_roles")
        self._people = site.create_people_of_each_role(self.keys["DEMO_ADMIN_PASSWORD"])
        site.run_command("apply_config", str(DEMO_DATA / "config.yaml"))
        self._say("Database made, organisation connected, the first event linked to its campaign.")
        self._start_web(settings)
        self._processes.start(Program("worker", ["manage.py", "run_worker"], settings))
        self._say(f"Web server and worker run; their logs are in {folder}.")
        return salesforce

    def _start_salesforce(self) -> LocalSalesforce:
        command = ["-m", "simulator", "--port", "0", "--quiet", "--seed", str(DEMO_DATA / "org.json")]
        child = self._processes.start(Program("simulator", command, inherited() | {"PYTHONUNBUFFERED": "1"}))
        wait_for(child, lambda: _LISTENING.search(child.log.read_text("utf-8")) is not None)
        found = _LISTENING.search(child.log.read_text("utf-8"))
        assert found is not None  # noqa: S101 - it was just waited for
        self._say(f"A local Salesforce listens on {found[1]}.")
        return LocalSalesforce(found[1])

    def _start_web(self, settings: dict[str, str]) -> Child:
        port = self._options.port or free_port()
        if not is_port_free(port):
            raise DemoProblem(f"Port {port} is taken. Choose another one, or none: --port takes a free one by itself.")
        self.web_url = f"http://127.0.0.1:{port}"
        command = ["-m", "granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "1",
                   "--host", "127.0.0.1", "--port", str(port), "project.wsgi:application"]  # fmt: skip
        child = self._processes.start(Program("web server", command, settings))
        wait_for(child, self._is_web_up)
        return child

    def _is_web_up(self) -> bool:
        try:
            return requests.get(f"{self.web_url}/healthz", timeout=5).ok
        except requests.ConnectionError:
            return False

    def _speak(self, wave: int) -> None:
        url, secret = self.web_url + site.webhook_path(), self.keys["DEMO_WEBHOOK_SECRET"]
        sent = deliveries(wave)
        answers = sender.send(sent, url=url, secret=secret)
        counted = sender.count(answers)
        self._rejected += counted["rejected"]
        counts = ", ".join(f"{count} {word}" for word, count in counted.items() if count)
        self._say(f"inwink sent {len(sent)} messages: {counts}.")

    def _wait(self) -> None:
        """Wait until nothing is due. Raises DemoProblem when a process ends or it takes too long."""
        deadline = time.monotonic() + QUIET_SECONDS
        while not site.is_quiet():
            for child in self._processes.children:
                child.require_alive()
            if time.monotonic() > deadline:
                logs = "\n".join(child.last_words() for child in self._processes.children if child.name == "worker")
                raise DemoProblem(f"Participants still wait after {QUIET_SECONDS} s.\n{site.describe_wait()}\n{logs}")
            time.sleep(0.2)
        self._say("Nothing is due any more.")

    def _report(self, rows: report.Rows, wrong: Sequence[str]) -> None:
        cases = all_cases()
        print("\nWho they were and what became of them")
        print("\n".join(report.cases_table(cases, rows)))
        print("\nWhy the others were not sent, and what to do")
        print("\n".join(report.reasons_table(rows)))
        expected = expected_records(cases)
        if not wrong:
            print(f"\nEach of {expected} expected records is in Salesforce; nothing else was made or touched.")
            return
        print(f"\n{len(wrong)} deviations from what must be in Salesforce:")
        print("\n".join(f"  - {sentence}" for sentence in wrong[:SHOWN_DEVIATIONS]))

    def serve(self, code: int) -> int:
        """Keep everything at work until Ctrl-C, and return `code`."""
        try:
            while True:
                for child in self._processes.children:
                    child.require_alive()
                time.sleep(1)
        except KeyboardInterrupt:
            print("\nStopping …", flush=True)
            return code

    def _say(self, text: str) -> None:
        print(f"[{time.monotonic() - self._started:5.1f} s] {text}", flush=True)


def _spoil(salesforce: LocalSalesforce) -> None:
    """Take one member away and change another person's name, so that the check has something to find."""
    state = salesforce.state()
    members: list[dict[str, Any]] = sum(members_by_person(state, campaign_ids(state)[LYON]).values(), [])
    salesforce.remove(members[0]["Id"])
    salesforce.change("Lead", state["Lead"][0]["Id"], LastName="Spoilt")
