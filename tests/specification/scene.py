"""Set up links for the policies of the specification, and the words that its cells use for values."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.models import CampaignLink, FieldMapping, SalesforceOrg
from tests.factories import CampaignLinkFactory, SalesforceOrgFactory
from tests.specification.organisation import Organisation
from tests.specification.reading import Case, UnreadableCaseError, read_values
from tests.world import World, make_default_mappings

LABELS = (
    ("Sent", False),
    ("Invited", False),
    ("Registered", True),
    ("Attended", True),
    ("Declined", False),
    ("No show", False),
    ("Meeting booked", True),
)
"""The member statuses of every campaign, with HasResponded; the first is the default."""

HOUR_ZERO = datetime.now(UTC) - timedelta(days=20)
"""What "at 0" means: the changes of inwink lie in the past."""

_COLUMNS = {
    "match": "match",
    "create": "create_as",
    "ambiguous": "ambiguous",
    "same_email": "same_email",
    "removed_members": "removed_members",
    "duplicates": "duplicates",
    "new_owner": "new_owner",
    "contact_account": "contact_account",
    "registered": "status_registered",
    "attended": "status_attended",
    "refused": "status_refused",
    "not_registered": "status_not_registered",
    "no_show": "status_no_show",
}
_SWITCHES = ("update_existing", "never_downgrade")


@dataclass(frozen=True)
class Addresses:
    """The addresses of one case: every case has its own, so that all can share one Salesforce."""

    number: int

    def of(self, word: str) -> str:
        """Return the address that a cell means by a word; anything with a space is taken as written."""
        if "@" in word:
            local, _, domain = word.partition("@")
            return f"{local}.{self.number}@{domain}"
        if not word or " " in word:
            return word
        odd = "o'neil+a%b&c" if word.lower() == "odd" else word.lower()
        address = f"{odd}.{self.number}@spec.example"
        return address.upper() if word.isupper() else address

    def is_of_case(self, email: str | None) -> bool:
        """Say whether an address belongs to this case."""
        return f".{self.number}@" in (email or "")


def link_for(organisation: Organisation, policy: Mapping[str, str], *, number: int) -> CampaignLink:
    """Make a campaign with all labels and a link to it that has this policy."""
    world = organisation.world
    [campaign_id] = world.add("Campaign", {"Name": f"Campaign {number}", "IsActive": True})
    present = [row["Label"] for row in world.rows("CampaignMemberStatus") if row["CampaignId"] == campaign_id]
    labels = [
        {"CampaignId": campaign_id, "Label": label, "HasResponded": responded, "SortOrder": order}
        for order, (label, responded) in enumerate(LABELS, start=10)
        if label not in present
    ]
    world.add("CampaignMemberStatus", *labels)
    columns = dict(column for name, value in policy.items() if not name.startswith("mapping") for column in
                   _columns_of(name, organisation.id_of(value)).items())  # fmt: skip
    link: CampaignLink = CampaignLinkFactory.create(
        org=_org_for(world, policy), campaign_id=campaign_id, inwink_event_id=f"event-{number}", **columns
    )
    make_default_mappings([link])
    for name, value in policy.items():
        if name.startswith("mapping "):
            _map(link, name.removeprefix("mapping "), value)
    return link


def _columns_of(name: str, value: str) -> dict[str, Any]:
    if name in _COLUMNS:
        return {_COLUMNS[name]: "" if value == "null" else value}
    if name in _SWITCHES:
        return {name: value == "on"}
    if name in _READ:
        return {name: _READ[name](value)}
    if name in ("starts", "ends"):
        return {f"{name}_at": at_hour(value)}
    if name == "visibility":
        return {}
    raise UnreadableCaseError(f"no setting: {name}")


def _words(value: str) -> list[str]:
    return [word.strip() for word in value.split(",")]


def _only(value: str) -> list[dict[str, Any]]:
    """Read "category not in Exhibitor, Staff" or "category in Visitor"."""
    source, _, words = value.partition(" in ")
    test = "not_in" if source.endswith(" not") else "in"
    return [{"source": source.removesuffix(" not"), test: _words(words)}]


def _consent(value: str) -> dict[str, str]:
    """Read "fields.optin, when_no=nothing"."""
    source, *options = _words(value)
    return {"source": source, **read_values(options)}


def _match_emails(value: str) -> dict[str, list[str]]:
    return {"contact": _words(value), "lead": _words(value)}


def _match_key(value: str) -> dict[str, str]:
    source, field_name = _words(value)
    return {"source": source, "contact": field_name, "lead": field_name}


_READ: Mapping[str, Callable[[str], Any]] = {
    "create_for": _words,
    "exclude_email_domains": _words,
    "only": _only,
    "consent": _consent,
    "match_emails": _match_emails,
    "match_key": _match_key,
    "record_types": lambda value: read_values(_words(value)),
    "placeholders": lambda value: read_values(_words(value)),
}
"""{setting: how its words are read}"""


def _org_for(world: World, policy: Mapping[str, str]) -> SalesforceOrg:
    """Return the organisation; another connection to it where visibility is not confirmed."""
    if policy.get("visibility") != "not confirmed":
        return world.org
    found = SalesforceOrg.objects.filter(name="Not confirmed").first()
    if found is not None:
        return found
    org: SalesforceOrg = SalesforceOrgFactory.create(
        name="Not confirmed", visibility_confirmed=False, login_url=world.salesforce.url, instance_url="",
        client_id="simulator-client", client_secret="simulator-secret", access_token="", token_issued_at=None,
        organization_id="",
    )  # fmt: skip
    return org


def _map(link: CampaignLink, target: str, rule: str) -> None:
    """Add a mapping: `mapping contact.Title` with "position, mode=if_empty"."""
    sobject, _, field_name = target.partition(".")
    source, *options = [part.strip() for part in rule.split(",")]
    columns = {
        name: value == "true" if name in ("truncate", "marketing") else value
        for name, value in read_values(options).items()
    }
    constant = columns.pop("constant", None)
    FieldMapping.objects.filter(link=link, object=sobject, field=field_name).delete()
    FieldMapping.objects.create(
        link=link, object=sobject, field=field_name, source="" if constant else source,
        **({"constant": constant} if constant else {}), **columns,
    )  # fmt: skip


def at_hour(word: str) -> datetime:
    """Return the time that "hour 48" or "48" means."""
    return HOUR_ZERO + timedelta(hours=int(word.removeprefix("hour ")))


def own_policy(case: Case) -> tuple[Any, ...]:
    """Return what cases must have in common to share a link: the policy, and that nobody marks its no-shows."""
    is_alone = any("no-shows" in step for step in case.steps)
    return (*sorted(case.policy.items()), case.number if is_alone else 0)


def links_for(organisation: Organisation, cases: Iterable[Case]) -> dict[tuple[Any, ...], CampaignLink]:
    """Return a link for every policy that the cases name: {own_policy(case): link}."""
    policies = {own_policy(case): case.policy for case in cases}
    return {key: link_for(organisation, policy, number=number) for number, (key, policy) in enumerate(policies.items())}
