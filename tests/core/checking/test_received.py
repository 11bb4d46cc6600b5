"""What was received is summed up by source: how many have a value, and which ones."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from connector.core.checking.received import ReceivedChoice, Source, collect_sources, received_choices, show_text
from connector.core.mapping import Facts
from tests.core.cases import facts_of, spec

PICKLIST = spec("Track__c", "picklist")


def people(*customs: Mapping[str, object]) -> list[Facts]:
    """Return participants with these custom fields."""
    return [facts_of(custom={f"fields.{name}": value for name, value in custom.items()}) for custom in customs]


def source(path: str, *customs: Mapping[str, object]) -> Source:
    """Return what was received of one path."""
    return next(one for one in collect_sources(people(*customs), language="fr") if one.path == path)


def test_blank_values_are_not_counted_and_the_most_frequent_stand_first() -> None:
    found = source("fields.diet", {"diet": "halal"}, {"diet": "vegan"}, {"diet": "vegan"}, {"diet": ""}, {})
    assert found == Source("fields.diet", filled=3, samples=("vegan", "halal"))


def test_choices_in_several_languages_are_shown_in_the_source_s() -> None:
    found = source("fields.track", {"track": {"key": "data", "fr": "Données", "en": "Data"}}, {"track": ["a", "b"]})
    assert found.samples == ("Données", "a; b")


def test_a_time_is_shown_as_the_clocks_of_the_event_s_place_show_it() -> None:
    midnight = datetime(2026, 11, 25, 23, tzinfo=UTC)
    assert show_text(midnight, language="fr", zone=ZoneInfo("Europe/Paris")) == "2026-11-26 00:00"


def test_long_values_are_shortened() -> None:
    [sample] = source("fields.bio", {"bio": "x" * 200}).samples
    assert (len(sample), sample[-1]) == (40, "…")


def test_standard_sources_come_first_also_where_nobody_has_a_value() -> None:
    paths = [one.path for one in collect_sources(people({"b": 1}, {"a": 1}), language="fr")]
    assert paths[:5] == ["email", "first_name", "last_name", "position", "company"]
    assert paths[-2:] == ["fields.a", "fields.b"]


def test_choices_are_counted_by_participant_with_every_spelling() -> None:
    both = {"track": [{"key": "d", "fr": "Données"}, {"key": "w", "fr": "Web"}]}
    found = received_choices(
        "fields.track", people(both, {"track": {"key": "d", "fr": "Données"}}), spec=PICKLIST, language="fr"
    )  # fmt: skip
    assert found == [ReceivedChoice(("Données", "d"), 2), ReceivedChoice(("Web", "w"), 1)]


def test_too_many_values_are_no_choices() -> None:
    found = people(*({"name": str(number)} for number in range(41)))
    assert received_choices("fields.name", found, spec=PICKLIST, language="fr") == []
