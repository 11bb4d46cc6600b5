"""Whole recorded sessions of CumulusCI, replayed: the same requests must be answered in the same form.

What is replayed: every request about objects that a connector of events meets. Opportunities, events of the calendar
and bulk jobs are none of them, so the simulator has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

import pytest

from tests.simulator.client import Client
from tests.simulator.recordings import exchanges, needs_recordings, shape

pytestmark = needs_recordings

CASSETTES = (
    "TestSelect.test_select_similarity_select_and_insert_strategy",
    "TestUpdatesIntegrationTests.test_updates_task",
    "TestUpsert.test_simple_upsert__rest",
    "TestUpsert.test_upsert__rest",
    "TestUpsert.test_upsert_complex_external_id_field__rest",
    "TestUpsert.test_upsert_complex_external_id_field_rest__duplicate_error",
)
_ELSEWHERE = re.compile(r"Opportunit|\bEvent\b|/services/async/")
_OBJECTS = {"001": "Account", "003": "Contact", "00Q": "Lead"}
_ID = re.compile(r"\b(?:001|003|00Q)[0-9A-Za-z]{12}(?:[0-9A-Z]{3})?\b")
_NEEDED = {"Account": {"Name": "x"}, "Contact": {"LastName": "x"}, "Lead": {"LastName": "x", "Company": "x"}}


class Replay:
    """One session, with the simulator's ids in the place of the recorded ones."""

    def __init__(self, api: Client) -> None:
        self.api = api
        self.ids: dict[str, str] = {}

    def own_id(self, recorded: str) -> str:
        """Return the id that stands for a recorded one; a row that was there before the session is made."""
        if recorded not in self.ids:
            sobject = _OBJECTS[recorded[:3]]
            rows = {"sobject": sobject, "records": [_NEEDED[sobject]]}
            self.ids[recorded] = self.api.control("POST", "rows", rows)["ids"][0]
        return self.ids[recorded]

    def translate(self, value: Any) -> Any:
        """Put our ids in the place of the recorded ones."""
        if isinstance(value, dict):
            return {key: self.translate(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.translate(one) for one in value]
        if isinstance(value, str):
            return _ID.sub(lambda found: self.own_id(found.group()), value)
        return value

    def learn(self, recorded: Any, ours: Any) -> None:
        """Remember which of our rows a recorded answer stands for."""
        answers = recorded if isinstance(recorded, list) else [recorded]
        for one, twin in zip(answers, ours if isinstance(ours, list) else [ours], strict=False):
            if isinstance(one, dict) and isinstance(twin, dict) and one.get("id") and twin.get("id"):
                self.ids[one["id"]] = twin["id"]


def played(name: str) -> Iterator[tuple[str, str, Any, Any]]:
    """Yield (method, path with query, body, answer) of the requests that are replayed."""
    for exchange in exchanges(name):
        request, answer = exchange["request"], exchange["response"]
        path = re.sub(r"^.*/services/data/v\w+\.0/", "", request["uri"])
        if not _ELSEWHERE.search(f"{unquote_plus(request['uri'])} {request.get('body')}"):
            yield request["method"], path, request.get("body"), answer


@pytest.mark.parametrize("name", CASSETTES)
def test_a_recorded_session_is_answered_in_the_recorded_form(api: Client, name: str) -> None:
    api.settings(attributes_first=False)  # CumulusCI sends them last
    replay, count = Replay(api), 0
    for method, path, body, answer in played(name):
        body = replay.translate(body)
        ours = api.send(method, replay.translate(path), **({"json": body} if body is not None else {}))
        assert ours.status_code == answer["status"]["code"], (method, path, ours.text)
        replay.learn(answer["body"], ours.json())
        assert_same_form(ours.json(), answer["body"])
        count += 1
    assert count >= 3


def assert_same_form(ours: Any, recorded: Any) -> None:
    """Compare keys and kinds; of rows the fields, where both answers have rows."""
    if isinstance(recorded, dict) and "records" in recorded:
        assert set(ours) == set(recorded)
        if ours["records"] and recorded["records"]:
            assert list(ours["records"][0]) == list(recorded["records"][0])
            assert list(ours["records"][0]["attributes"]) == list(recorded["records"][0]["attributes"])
        return
    if isinstance(recorded, list):
        assert [shape(one) for one in ours] == [shape(one) for one in recorded]
        assert [one.get("created") for one in ours] == [one.get("created") for one in recorded]
        return
    assert shape(ours) == shape(recorded)
