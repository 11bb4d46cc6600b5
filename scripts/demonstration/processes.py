"""Start the demonstration's processes, and let none of them outlive it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from demonstration.environment import DemoProblem

READY_SECONDS = 60
STOP_SECONDS = 12
"""What a process gets to end by itself before it is killed."""
TAIL_LINES = 15
_PR_SET_PDEATHSIG = 1
"""https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html"""


@dataclass(frozen=True, slots=True)
class Program:
    """One program to start."""

    name: str
    command: Sequence[str]
    """Arguments after the Python of this virtual environment."""
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Child:
    """A started program."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def require_alive(self) -> None:
        """Raise DemoProblem with the end of the log when the process is gone."""
        code = self.process.poll()
        if code is not None:
            raise DemoProblem(f"The {self.name} ended with code {code}. {self.last_words()}")

    def last_words(self) -> str:
        """Return the end of the log."""
        lines = self.log.read_text("utf-8", errors="replace").splitlines()[-TAIL_LINES:]
        return "\n".join([f"The end of {self.log}:", *(f"  {line}" for line in lines)])


class Processes:
    """The running programs, a context manager: whoever is still alive at its end is stopped, the youngest first."""

    def __init__(self, *, folder: Path, root: Path) -> None:
        self._folder, self._root = folder, root
        self.children: list[Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in reversed(self.children):
            _stop(child.process)

    def start(self, program: Program) -> Child:
        """Start a program in a process group of its own; its output goes to its log."""
        log = self._folder / f"{program.name.replace(' ', '-')}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, *program.command],
                cwd=self._root,
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the demonstration alone, which then stops its children
                preexec_fn=_end_with(os.getpid()),  # safe: this process has one thread
            )
        child = Child(program.name, process, log)
        self.children.append(child)
        return child


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask to end, wait, then kill whatever is left of the group."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    with contextlib.suppress(ProcessLookupError):  # the usual case: the group is empty
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _end_with(parent: int) -> Callable[[], None] | None:
    """Return what a child does before it becomes its program: on Linux, ask to be ended when the parent dies."""
    if not sys.platform.startswith("linux"):
        return None
    return partial(_ask_for_end, ctypes.CDLL(None), parent)


def _ask_for_end(libc: ctypes.CDLL, parent: int) -> None:
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def wait_for(child: Child, is_ready: Callable[[], bool]) -> None:
    """Wait until a child is ready. Raises DemoProblem when it ends, or takes too long."""
    deadline = time.monotonic() + READY_SECONDS
    while not is_ready():
        child.require_alive()
        if time.monotonic() > deadline:
            raise DemoProblem(f"The {child.name} is not ready after {READY_SECONDS} s. {child.last_words()}")
        time.sleep(0.1)


def free_port() -> int:
    """Return a port of this machine that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def is_port_free(port: int) -> bool:
    """Say whether a port can be listened on."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
