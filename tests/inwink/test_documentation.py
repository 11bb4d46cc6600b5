"""The page for senders says what the code does: its tables are complete and its program is believed."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from connector.inwink.aliases import ALIASES, HEADINGS
from connector.inwink.payload import read_body, read_participant
from connector.inwink.reading import CAME_WORDS, NOT_CAME_WORDS, REGISTRATION_WORDS
from connector.inwink.signature import check_signature, new_secret

PAGE = (Path(__file__).parents[2] / "docs" / "inwink-webhook.md").read_text(encoding="utf-8")


class Receiver(HTTPServer):
    """A server on a free port that keeps the last request."""

    headers: dict[str, str]
    body: bytes


class Keep(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.headers = dict(self.headers.items())
        self.server.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(202)
        self.end_headers()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(("127.0.0.1", 0), Keep) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_every_key_stands_on_the_page() -> None:
    cells = {cell for line in PAGE.splitlines() if line.startswith("|") for cell in re.findall(r"`([^`:]+)", line)}
    assert {alias for aliases in ALIASES.values() for alias in aliases} - cells == set()


def test_every_heading_stands_on_the_page() -> None:
    rows = [line.strip("| ").split(" | ") for line in PAGE.split("further headings")[1].splitlines()]
    cells = {text.strip().casefold() for row in rows if len(row) == 2 for text in row[1].split(",")}
    assert {heading.casefold() for headings in HEADINGS.values() for heading in headings} - cells == set()


def test_every_word_stands_on_the_page() -> None:
    tables = "\n".join(line for line in PAGE.splitlines() if line.startswith("|"))
    texts = [text.strip('"') for text in re.findall(r"`([^`]+)`", tables)]
    said = {form.casefold() for text in texts for form in (text.replace("(e)", ""), text.replace("(e)", "e"))}
    words = [*CAME_WORDS, *NOT_CAME_WORDS, *(word for words in REGISTRATION_WORDS.values() for word in words)]
    assert {word.casefold() for word in words} - said == set()


def test_the_signing_program_is_believed(receiver: Receiver) -> None:
    program = PAGE.split("```python\n")[1].split("```")[0]
    local = re.sub(r"https://connector\.example\.org", f"http://127.0.0.1:{receiver.server_port}", program)
    secret = new_secret()
    environment = {**os.environ, "INWINK_WEBHOOK_SECRET": secret}
    subprocess.run([sys.executable, "-c", local], check=True, env=environment, capture_output=True, timeout=30)
    now = datetime.now(tz=UTC)
    assert check_signature(receiver.body, headers=receiver.headers, secrets=[secret], now=now) is None
    assert read_participant(read_body(receiver.body)[0]).key == "6f1d"
