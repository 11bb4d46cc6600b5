"""Participants are found by name: as inwink says it now, in any order of its words, by nobody who may not see names."""

from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client

from connector.models import OutboxEntry
from connector.pipeline.setup.roles import Role
from tests.admin.server.test_roles import sign_in
from tests.factories import OutboxEntryFactory
from tests.world import World

LIST = "/admin/connector/outboxentry/"

PEOPLE = {
    "zoe": ("Zoé", "Müller-Lüdenscheidt"),
    "ada": ("Ada", "Lovelace"),
    "augusta": ("Augusta Ada", "King"),
    "obrien": ("Flann", "O’Brien"),
    "tour": ("Jean", "de la Tour"),
    "percent": ("100%", "_Under"),
    "nameless": ("", ""),
}


def found(client: Client, term: str) -> set[str]:
    """Return the ids of the participants that a search leaves in the list."""
    page = client.post(LIST, {"q": term}, follow=True)
    return {entry.participant_key for entry in page.context["cl"].queryset}


@pytest.fixture
def people(db: None) -> None:
    for key, (first, last) in PEOPLE.items():
        payload = {"first_name": first, "last_name": last, "email": f"{key}@example.org"}
        OutboxEntryFactory.create(participant_key=key, payload=payload)


@pytest.mark.both
@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("term", "keys"),
    [
        pytest.param("lovelace", {"ada"}, id="the last name, in any case"),
        pytest.param("LOVE", {"ada"}, id="how it begins"),
        pytest.param("Ada Lovelace", {"ada"}, id="as one says it"),
        pytest.param("lovelace, a", {"ada"}, id="as a list has it"),
        pytest.param("ada king", {"augusta"}, id="one of several first names"),
        pytest.param("muller", {"zoe"}, id="without accents"),
        pytest.param("Müller Lüdenscheidt Zoe", {"zoe"}, id="a hyphen or a space"),
        pytest.param("o'brien", {"obrien"}, id="another apostrophe"),
        pytest.param("jean de la tour", {"tour"}, id="a last name of several words"),
        pytest.param("under", {"percent"}, id="what is no letter does not count"),
        pytest.param("ada", {"ada", "augusta"}, id="the first name, also a second one"),
        pytest.param("tour", {"tour"}, id="a later word of the last name"),
        pytest.param("lovelace zoe", set(), id="of somebody else"),
        pytest.param("ovelace", set(), id="not from the middle of a word"),
        pytest.param("%", set(), id="no wildcard"),
        pytest.param("augusta", {"augusta"}, id="the id of inwink, which is a name too"),
        pytest.param("nameless", {"nameless"}, id="the id of inwink alone"),
    ],
)
def test_words_find_a_name(admin_client: Client, term: str, keys: set[str]) -> None:
    assert found(admin_client, term) == keys


@pytest.mark.usefixtures("people")
def test_the_list_shows_the_name_beside_the_address(admin_client: Client) -> None:
    page = admin_client.post(LIST, {"q": "müller"}, follow=True).content.decode()
    assert "Zoé Müller-Lüdenscheidt" in page
    assert "zoe@example.org" in page


@pytest.mark.usefixtures("people")
def test_names_find_nobody_for_who_may_not_see_them() -> None:
    viewer = sign_in(Role.VIEWER)
    assert found(viewer, "lovelace") == set()
    assert "Lovelace" not in viewer.get(LIST).content.decode()


def test_a_new_name_is_found_and_the_old_one_no_longer(world: World, admin_client: Client) -> None:
    person = {"id": "p1", "email": "ada@example.org", "registered": True, "firstName": "Ada"}
    world.receive({**person, "lastName": "Byron"})
    assert found(admin_client, "byron") == {"p1"}
    world.receive({**person, "lastName": "Lovelace"})
    assert (found(admin_client, "byron"), found(admin_client, "lovelace")) == (set(), {"p1"})


@pytest.mark.usefixtures("people")
def test_who_was_there_before_the_upgrade_is_found_too(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    written = dict(OutboxEntry.objects.values_list("pk", "name_words"))
    OutboxEntry.objects.update(name_words="")
    migration = import_module("connector.migrations.0027_entry_name_words")
    monkeypatch.setattr(migration, "ROWS", 2)
    migration.fill_in(apps, None)
    assert dict(OutboxEntry.objects.values_list("pk", "name_words")) == written
