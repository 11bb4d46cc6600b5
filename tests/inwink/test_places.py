"""Participants and their keys are found on their lines, however the JSON is laid out."""

import json

import pytest

from connector.inwink.places import Place, find_places

ONE = '{\n  "id": "a",\n  "email": "x"\n}'


def test_one_object_begins_on_its_line() -> None:
    assert find_places("\n" + ONE) == [Place(2, {"id": 3, "email": 4})]


def test_a_list_has_one_place_an_item() -> None:
    text = '[\n  {"id": "a", "fields": {"x": [1, {"y": 2}]}},\n  7,\n\n  {"id":\n "b"}\n]'
    assert find_places(text) == [Place(2, {"id": 2, "fields": 2}), Place(3, {}), Place(5, {"id": 5})]


def test_the_list_of_participants_is_found_behind_other_keys() -> None:
    text = '{"sent": {"participants": 1},\n "participants": [\n{"id": "}]\\"{"},\n{"id": 2}]\n, "more": []}'
    assert find_places(text) == [Place(3, {"id": 3}), Place(4, {"id": 4})]


@pytest.mark.parametrize("text", ["[]", '{"participants": [ ]}', " [\n] "])
def test_an_empty_list_has_no_places(text: str) -> None:
    assert find_places(text) == []


@pytest.mark.parametrize("indent", [None, 0, 1, 4])
def test_there_are_as_many_places_as_participants(indent: int | None) -> None:
    value = [{"id": number, "fields": {"a": [[], {}, "]"]}} for number in range(20)]
    assert len(find_places(json.dumps(value, indent=indent))) == 20
