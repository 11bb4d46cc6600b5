"""A person is found in Salesforce by name: one call, whatever letters the name has."""

from connector.models import ApiCallCount, SalesforceOrg
from connector.pipeline.find_people import MOST_FOUND, find_people
from tests.world import World


def names(world: World, name: str, company: str = "") -> list[str]:
    """Return the names that a search finds."""
    return [person.name for person in find_people(world.org, name, company=company).people]


def test_contacts_and_leads_are_found_by_every_word_of_the_name(world: World) -> None:
    [account] = world.add("Account", {"Name": "Nordwind GmbH"})
    world.add("Contact", {"FirstName": "Grace", "LastName": "Hopper", "AccountId": account, "Title": "CTO",
                          "LastActivityDate": "2026-10-02", "Email": "g.hopper@nordwind.example"})  # fmt: skip
    world.add("Lead", {"FirstName": "Grace", "LastName": "Hopper-Murray", "Company": "Navy"},
              {"FirstName": "Edward", "LastName": "Hopper", "Company": "Gallery"})  # fmt: skip
    world.reset_calls()

    found = find_people(world.org, " hopper  GRACE ")

    assert [(one.type.value, one.name, one.company, one.email) for one in found.people] == [
        ("Contact", "Grace Hopper", "Nordwind GmbH", "g.hopper@nordwind.example"),
        ("Lead", "Grace Hopper-Murray", "Navy", ""),
    ]
    assert found.people[0].owner
    assert (found.people[0].title, str(found.people[0].last_activity_on)) == ("CTO", "2026-10-02")
    assert world.api_calls() == 1
    assert sum(ApiCallCount.objects.values_list("calls", flat=True)) == 1


def test_the_company_narrows(world: World) -> None:
    world.add("Lead", {"LastName": "Hopper", "Company": "Navy"}, {"LastName": "Hopper", "Company": "Gallery"})
    assert [one.company for one in find_people(world.org, "Hopper", company="gall").people] == ["Gallery"]


def test_accents_and_quotes_are_no_hindrance_and_nothing_is_a_pattern(world: World) -> None:
    world.add("Lead", *({"LastName": name, "Company": "X"} for name in ("Rene O'Neil", "100 % Sûr", "Plain")))
    assert names(world, "René O’Neil") == ["Rene O'Neil"]
    assert names(world, "O'Neil") == ["Rene O'Neil"]
    assert names(world, "%") == ["100 % Sûr"]
    assert names(world, "_") == []
    assert names(world, "x' OR Name LIKE '%") == []
    assert names(world, "@{refs.x}") == []


def test_converted_leads_are_left_out(world: World) -> None:
    [lead] = world.add("Lead", {"FirstName": "Grace", "LastName": "Hopper", "Company": "Navy"})
    world.convert(lead)
    assert [one.type.value for one in find_people(world.org, "Grace Hopper").people] == ["Contact"]


def test_nobody_is_asked_for_without_a_name(world: World) -> None:
    world.reset_calls()
    assert find_people(world.org, "   ", company="Navy").people == ()
    assert world.api_calls() == 0


def test_more_than_fit_are_said_to_be_more(world: World) -> None:
    world.add("Lead", *({"LastName": f"Martin {n}", "Company": "X"} for n in range(MOST_FOUND + 2)))
    found = find_people(world.org, "Martin ")
    assert found.is_cut
    assert len([one for one in found.people if one.type.value == "Lead"]) == MOST_FOUND


def test_a_salesforce_that_is_away_is_told(world: World) -> None:
    SalesforceOrg.objects.update(login_url="http://127.0.0.1:9", access_token="")
    found = find_people(SalesforceOrg.objects.get(), "Hopper")
    assert (found.people, bool(found.problem_code)) == ((), True)
