"""SOQL: what a person typed stays a value, and an address stays within its bytes."""
# ruff: noqa: S608 -- the texts are compared, and sent nowhere

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.salesforce.composite import Query, build_body
from connector.salesforce.soql import (
    MAX_URL_BYTES,
    campaign_by_id,
    campaign_by_name,
    campaign_search,
    encode_query,
    labels_query,
    members_query,
    pack_keys,
    person_query,
    quote,
    quote_like,
    records_query,
)

CAMPAIGN = "701000000000001AAA"
PERSON_FIELDS = ["Id", "Email", "FirstName", "LastName", "Title", "LastActivityDate", "CreatedDate", "IsPersonAccount"]
MEMBER_FIELDS = ["Id", "Status", "HasResponded"]


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("plain", "'plain'"),
        ("o'neil", r"'o\'neil'"),
        ("back\\slash", r"'back\\slash'"),
        ("\\' OR Name LIKE '%", r"'\\\' OR Name LIKE \'%'"),
        ('say "hi"', r"'say \"hi\"'"),
        ("a\nb\rc\td\be\ff", r"'a\nb\rc\td\be\ff'"),
        ("nul\x00\x7f", r"'nul\u0000\u007f'"),
        ("@{newLeads[0].id}", r"'@\u007bnewLeads[0].id}'"),
        ("a+b&c%d_e", "'a+b&c%d_e'"),
        ("Zoë 李", "'Zoë 李'"),
    ],
)
def test_quote(value: str, literal: str) -> None:
    assert quote(value) == literal


def test_quote_like_takes_wildcards_literally() -> None:
    assert quote_like(r"100% a_b'\ ".strip()) == r"100\% a\_b\'\\"


@given(st.text())
def test_encoded_query_is_ascii_decodes_back_and_holds_no_reference(value: str) -> None:
    soql = f"SELECT Id FROM Lead WHERE Email={quote(value.encode('utf-8', 'replace').decode())}"
    encoded = encode_query(soql)
    assert encoded.isascii()
    assert not set(encoded) & set('{}&=#;"\\ ')
    assert parse_qs(f"q={encoded}", keep_blank_values=True) == {"q": [soql]}
    assert "@{" not in soql


def test_encoding_spends_no_byte_on_what_an_address_may_hold() -> None:
    assert encode_query("Email IN ('a.b-c_d@x.org','%+&') !:*") == "Email+IN+('a.b-c_d@x.org','%25%2B%26')+!:*"


def test_person_query() -> None:
    soql = person_query(
        "Contact",
        fields=["Id", "Email", "Account.Name"],
        key_fields=["Email"],
        keys=["a@x.org", "o'b@x.org"],
        campaign_id=CAMPAIGN,
        member_fields=MEMBER_FIELDS,
        only_live_members=True,
    )
    assert soql == (
        "SELECT Id,Email,Account.Name,(SELECT Id,Status,HasResponded FROM CampaignMembers"
        f" WHERE CampaignId='{CAMPAIGN}' AND IsDeleted=false) FROM Contact WHERE Email IN ('a@x.org','o\\'b@x.org')"
    )


def test_person_query_without_campaign() -> None:
    soql = person_query("Lead", fields=["Id"], key_fields=["Id"], keys=["00Q000000000001AAA"], campaign_id=None)
    assert soql == "SELECT Id FROM Lead WHERE Id IN ('00Q000000000001AAA')"


def test_several_fields_are_compared_with_the_same_keys_and_packed_by_their_bytes() -> None:
    fields, keys = ["Email", "Work_Email__c"], [f"firstnam{number:04}@organisation.fr" for number in range(300)]

    def ask(some: list[str]) -> str:
        return person_query("Lead", fields=["Id"], key_fields=fields, keys=some, campaign_id=None)

    assert ask(["a@x.org"]) == "SELECT Id FROM Lead WHERE Email IN ('a@x.org') OR Work_Email__c IN ('a@x.org')"
    packs = pack_keys(keys, base_query_length=len(encode_query(ask([]))), copies=2)
    assert [key for pack in packs for key in pack] == keys
    assert all(len(url_of(ask(pack))) <= MAX_URL_BYTES for pack in packs)
    with pytest.raises(ValueError, match="longer than"):
        url_of(ask([*packs[0], packs[1][0]]))


@pytest.mark.parametrize("name", ["", "Id FROM User --", "Email)", "Na me", "Nomé", "a..b", "1a"])
def test_names_from_settings_must_be_api_names(name: str) -> None:
    with pytest.raises(ValueError, match="not an API name"):
        records_query("Lead", fields=["Id", name], ids=["x"])
    with pytest.raises(ValueError, match="not an API name"):
        records_query("Lead", fields=["Id"], ids=["x"], key_field=name)
    with pytest.raises(ValueError, match="not an API name"):
        records_query(name, fields=["Id"], ids=["x"])


def test_a_query_needs_fields() -> None:
    with pytest.raises(ValueError, match="needs fields"):
        members_query(CAMPAIGN, fields=[])


def test_other_queries() -> None:
    assert labels_query(CAMPAIGN) == (
        "SELECT Id,Label,HasResponded,IsDefault,SortOrder FROM CampaignMemberStatus"
        f" WHERE CampaignId='{CAMPAIGN}' ORDER BY SortOrder"
    )
    assert members_query(CAMPAIGN, fields=["Id"]) == f"SELECT Id FROM CampaignMember WHERE CampaignId='{CAMPAIGN}'"
    assert members_query(CAMPAIGN, ["a"], fields=["Id"], key_field="LeadId").endswith("' AND LeadId IN ('a')")
    assert "WHERE Name LIKE '%50\\%%' ORDER BY StartDate DESC NULLS LAST, Name LIMIT 5" in campaign_search("50%", 5)
    assert campaign_by_id(CAMPAIGN).endswith(f"FROM Campaign WHERE Id='{CAMPAIGN}'")
    assert campaign_by_name("L'été").endswith(r"FROM Campaign WHERE Name='L\'été'")


def read_people(keys: list[str]) -> str:
    return person_query(
        "Contact",
        fields=PERSON_FIELDS,
        key_fields=["Email"],
        keys=keys,
        campaign_id=CAMPAIGN,
        member_fields=MEMBER_FIELDS,
    )


def url_of(soql: str) -> str:
    body = build_body([Query("q", soql, include_deleted=True)], "64.0")
    return str(body["compositeRequest"][0]["url"])


def test_230_usual_emails_fit_in_one_query() -> None:
    emails = [f"firstnam{number:04}@organisation.fr" for number in range(1000)]
    assert {len(email) for email in emails} == {28}
    packs = pack_keys(emails, base_query_length=len(encode_query(read_people([]))))
    assert len(packs[0]) >= 230
    assert [key for pack in packs for key in pack] == emails
    urls = [url_of(read_people(pack)) for pack in packs]
    assert max(map(len, urls)) <= MAX_URL_BYTES
    assert len(urls[0]) > MAX_URL_BYTES - 60


@given(st.lists(st.text(max_size=80), max_size=400))
def test_no_pack_is_too_long_and_no_key_is_lost(keys: list[str]) -> None:
    keys = [key.encode("utf-8", "replace").decode() for key in keys]
    packs = pack_keys(keys, base_query_length=len(encode_query(read_people([]))))
    assert [key for pack in packs for key in pack] == keys
    for pack in packs:
        soql = read_people(pack)
        assert parse_qs(urlsplit(url_of(soql)).query)["q"] == [soql]


def test_key_that_fits_nowhere_is_an_error() -> None:
    with pytest.raises(ValueError, match="too long"):
        pack_keys(["x" * 8000], base_query_length=300)
