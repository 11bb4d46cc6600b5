"""Write the SOQL that the connector asks, with every value quoted and every address within its limit.

https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
"""

# ruff: noqa: S608 -- every value goes through quote(), every name through _name()
import re
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import quote_plus

MAX_URL_BYTES = 8_000
"""Bytes of a subrequest's address: half of what was seen to pass (16,384 with headers), so that proxies agree too."""
URL_PATH_BYTES = 40
"""Bytes kept for what precedes the query in an address: "/services/data/v64.0/queryAll?q="."""
LABEL_FIELDS = ("Id", "Label", "HasResponded", "IsDefault", "SortOrder")
CAMPAIGN_FIELDS = (
    "Id",
    "Name",
    "Type",
    "Status",
    "StartDate",
    "EndDate",
    "IsActive",
    "NumberOfContacts",
    "NumberOfLeads",
)

_LABELS = f"SELECT {','.join(LABEL_FIELDS)} FROM CampaignMemberStatus"
_NAME = re.compile(r"[A-Za-z]\w*(?:\.[A-Za-z]\w*)*", re.ASCII)
_ESCAPES = str.maketrans(
    {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_UNENCODED = "',():*!@"
"""What RFC 3986 (section 3.4) allows in a query besides letters, digits and -._~, less what forms give a meaning
(& = + ;). An @ makes no reference: `@{` stands in no query, see quote()."""


def quote(value: str) -> str:
    """Return the value as a SOQL string literal, quotes included.

    `@{` is written with a Unicode escape: no stage of Salesforce that looks for references can find one in it.
    """
    escaped = value.translate(_ESCAPES).replace("@{", "@\\u007b")
    return f"'{_CONTROL.sub(_unicode_escape, escaped)}'"


def quote_like(value: str) -> str:
    """Return the inside of a LIKE pattern that matches the value literally, without quotes."""
    return quote(value)[1:-1].replace("%", "\\%").replace("_", "\\_")


def encode_query(soql: str) -> str:
    """Encode a query for the `q` of an address, in as few bytes as is safe."""
    return quote_plus(soql, safe=_UNENCODED)


def pack_keys(
    keys: Iterable[str],
    *,
    base_query_length: int,
    copies: int = 1,
    max_url_bytes: int = MAX_URL_BYTES,
    write: Callable[[str], str] = quote,
) -> list[list[str]]:
    """Cut the keys of an IN list into as few queries as their encoded bytes allow, in their order.

    `base_query_length` is the length of encode_query() of the same query without keys, `copies` how many lists each
    key stands in; `write` makes of a key what stands there, one more character that separates it from the next not
    counted. Raises ValueError for a key that fits in no query.
    """
    room = max_url_bytes - URL_PATH_BYTES - base_query_length
    packs: list[list[str]] = []
    left = 0
    for key in keys:
        size = copies * (len(encode_query(write(key))) + 1)
        if size > room:
            raise ValueError("a key is too long for a query")
        if not packs or size > left:
            packs.append([])
            left = room
        packs[-1].append(key)
        left -= size
    return packs


def person_query(  # noqa: PLR0913 -- the parts of one statement, each by name
    sobject: str,
    *,
    fields: Sequence[str],
    key_fields: Sequence[str],
    keys: Sequence[str],
    campaign_id: str | None,
    member_fields: Sequence[str] = (),
    only_live_members: bool = False,
) -> str:
    """Ask for people by what any of some fields holds, with the memberships of one campaign as child query.

    `only_live_members` belongs to queryAll, which else returns deleted memberships too. Without a campaign no
    memberships are asked for. Without keys the text only serves to measure its length.
    """
    columns = [_name(field) for field in fields]
    if campaign_id is not None:
        columns.append(_member_subquery(campaign_id, member_fields, only_live_members=only_live_members))
    return f"SELECT {','.join(columns)} FROM {_name(sobject)} WHERE {_in_any(key_fields, keys)}"


def labels_query(campaign_id: str) -> str:
    """Ask for the status labels of a campaign, in their order."""
    return f"{_LABELS} WHERE CampaignId={quote(campaign_id)} ORDER BY SortOrder"


def label_query(campaign_id: str, label: str) -> str:
    """Ask whether a campaign has a status label."""
    return f"{_LABELS} WHERE CampaignId={quote(campaign_id)} AND Label={quote(label)}"


def count_members_query(campaign_id: str) -> str:
    """Ask how many members of each status a campaign has; the number of each row is called `members`."""
    return f"SELECT Status,COUNT(Id) members FROM CampaignMember WHERE CampaignId={quote(campaign_id)} GROUP BY Status"


def members_query(
    campaign_id: str, ids: Iterable[str] | None = None, *, fields: Sequence[str], key_field: str = "Id"
) -> str:
    """Ask for the members of a campaign: all, or those whose `key_field` (Id, ContactId, LeadId) is one of `ids`."""
    condition = "" if ids is None else f" AND {_in(key_field, ids)}"
    return f"SELECT {_names(fields)} FROM CampaignMember WHERE CampaignId={quote(campaign_id)}{condition}"


def records_query(sobject: str, *, fields: Sequence[str], ids: Iterable[str], key_field: str = "Id") -> str:
    """Ask for plain records by one field."""
    return f"SELECT {_names(fields)} FROM {_name(sobject)} WHERE {_in(key_field, ids)}"


def accounts_by_name(names: Iterable[str], *, only_business: bool) -> str:
    """Ask for the accounts of exactly these names; SOQL compares without case."""
    return f"SELECT Id,Name FROM Account WHERE {_in('Name', names)}{_no_people(only_business)}"


def accounts_by_domain(domains: Iterable[str], *, only_business: bool) -> str:
    """Ask for the accounts whose website contains one of these domains; which it is of, the caller must look."""
    wanted = " OR ".join(website_condition(domain) for domain in domains)
    return f"SELECT Id,Website FROM Account WHERE ({wanted}){_no_people(only_business)}"


def website_condition(domain: str) -> str:
    """Write the condition that a website contains a domain: people type it with and without scheme, www. and path."""
    return f"Website LIKE '%{quote_like(domain)}%'"


def _no_people(only_business: bool) -> str:
    """Leave out Person Accounts, which have no contacts; elsewhere the field does not exist."""
    return " AND IsPersonAccount=false" if only_business else ""


def owner_query(sobject: str, owner_id: str) -> str:
    """Ask for a User, or for the queues (QueueSobject) that a group's id stands for."""
    if sobject == "User":
        return f"SELECT Id,Name,IsActive FROM User WHERE Id={quote(owner_id)}"
    return f"SELECT QueueId,SobjectType,Queue.Name FROM QueueSobject WHERE QueueId={quote(owner_id)}"


def users_by_name(text: str, limit: int) -> str:
    """Ask for the active users whose name contains a text."""
    return (
        f"SELECT Id,Name,Email FROM User WHERE IsActive=true AND Name LIKE '%{quote_like(text)}%'"
        f" ORDER BY Name LIMIT {int(limit)}"
    )


def queues_by_name(text: str, limit: int) -> str:
    """Ask for the queues that may own Leads and whose name contains a text."""
    return (
        "SELECT QueueId,Queue.Name FROM QueueSobject WHERE SobjectType='Lead'"
        f" AND Queue.Name LIKE '%{quote_like(text)}%' ORDER BY Queue.Name LIMIT {int(limit)}"
    )


def accounts_like(text: str, limit: int, *, only_business: bool, is_bare: bool) -> str:
    """Ask for the accounts whose name contains a text, with what tells them apart unless `is_bare`."""
    told = "" if is_bare else ",BillingCity,Website"
    return (
        f"SELECT Id,Name{told} FROM Account WHERE Name LIKE '%{quote_like(text)}%'{_no_people(only_business)}"
        f" ORDER BY Name LIMIT {int(limit)}"
    )


def account_by_id(account_id: str, *, has_person_accounts: bool) -> str:
    """Ask for one account, and where it can be one whether it is a person."""
    person = ",IsPersonAccount" if has_person_accounts else ""
    return f"SELECT Id,Name{person} FROM Account WHERE Id={quote(account_id)}"


def people_by_name(sobject: str, words: Iterable[str], *, company: Iterable[str], limit: int) -> str:
    """Ask for the Contacts or Leads whose name contains all of some words, and whose company does; the latest first.

    A letter with an accent stands for any letter, so that "René" finds Rene too: SOQL compares without case, of accents
    it promises nothing. Converted Leads are left out: they are Contacts now.
    """
    company_field = "Company" if sobject == "Lead" else "Account.Name"
    conditions = [f"Name LIKE '%{_pattern(word)}%'" for word in words]
    conditions += [f"{company_field} LIKE '%{_pattern(word)}%'" for word in company]
    if sobject == "Lead":
        conditions.append("IsConverted=false")
    return (
        f"SELECT Id,Name,Email,Title,{company_field},Owner.Name,LastActivityDate FROM {_name(sobject)}"
        f" WHERE {' AND '.join(conditions)} ORDER BY LastActivityDate DESC NULLS LAST, Name LIMIT {int(limit)}"
    )


def _pattern(word: str) -> str:
    return "".join(letter if letter.isascii() else "_" for letter in quote_like(word))


def campaign_search(text: str, limit: int) -> str:
    """Ask for the campaigns whose name contains a text, the latest first."""
    return (
        f"SELECT {','.join(CAMPAIGN_FIELDS)} FROM Campaign WHERE Name LIKE '%{quote_like(text)}%'"
        f" ORDER BY StartDate DESC NULLS LAST, Name LIMIT {int(limit)}"
    )


def campaign_by_id(campaign_id: str) -> str:
    """Ask for one campaign."""
    return f"SELECT {','.join(CAMPAIGN_FIELDS)} FROM Campaign WHERE Id={quote(campaign_id)}"


def campaign_by_name(name: str) -> str:
    """Ask for the campaigns of exactly that name; SOQL compares without case."""
    return f"SELECT {','.join(CAMPAIGN_FIELDS)} FROM Campaign WHERE Name={quote(name)}"


def _unicode_escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"


def _member_subquery(campaign_id: str, fields: Sequence[str], *, only_live_members: bool) -> str:
    live = " AND IsDeleted=false" if only_live_members else ""
    return f"(SELECT {_names(fields)} FROM CampaignMembers WHERE CampaignId={quote(campaign_id)}{live})"


def _in_any(key_fields: Sequence[str], keys: Sequence[str]) -> str:
    """Compare several fields with the same keys in one query: a second one would repeat all the rest of it."""
    return " OR ".join(_in(key_field, keys) for key_field in key_fields)


def _in(key_field: str, keys: Iterable[str]) -> str:
    return f"{_name(key_field)} IN ({','.join(quote(key) for key in keys)})"


def _names(fields: Sequence[str]) -> str:
    if not fields:
        raise ValueError("a query needs fields")
    return ",".join(_name(field) for field in fields)


def _name(name: str) -> str:
    """Let an API name pass; they come from describes and settings and are not quoted in SOQL."""
    if not _NAME.fullmatch(name):
        raise ValueError("not an API name")
    return name
