"""Read what a link decides, as the values that the rules work on."""

from collections.abc import Iterable

from connector import conf
from connector.core.accounts import AccountBy
from connector.core.consent import consent_of
from connector.core.convert import Locale
from connector.core.filters import Filter, condition_of
from connector.core.mapping import Blank, Event, MappingRule, Mode, UnknownChoice
from connector.core.match_fields import MatchFields, MatchKey
from connector.core.new_people import NewPeople
from connector.core.rows import Ambiguous, LinkPolicy
from connector.core.schema import PersonType, SObject
from connector.core.state import State
from connector.models import CampaignLink, FieldMapping
from connector.models.links import ACCOUNT_WORDS, OWNER_WORDS

_SOBJECT = {
    FieldMapping.Object.CONTACT: SObject.CONTACT,
    FieldMapping.Object.LEAD: SObject.LEAD,
    FieldMapping.Object.CAMPAIGN_MEMBER: SObject.CAMPAIGN_MEMBER,
}
_MATCH = {
    CampaignLink.Match.CONTACT_THEN_LEAD: (PersonType.CONTACT, PersonType.LEAD),
    CampaignLink.Match.LEAD_THEN_CONTACT: (PersonType.LEAD, PersonType.CONTACT),
    CampaignLink.Match.CONTACT_ONLY: (PersonType.CONTACT,),
    CampaignLink.Match.LEAD_ONLY: (PersonType.LEAD,),
}
CREATE = {
    CampaignLink.Create.LEAD: PersonType.LEAD,
    CampaignLink.Create.CONTACT: PersonType.CONTACT,
    CampaignLink.Create.NOBODY: None,
}
"""{create: object of new people}"""


def policy_of(
    link: CampaignLink, *, language: str = "fr", mappings: Iterable[FieldMapping] | None = None
) -> LinkPolicy:
    """Return everything that a link decides, as values; one query for its mappings unless they are given."""
    used = link.mappings.all() if mappings is None else mappings
    return LinkPolicy(
        match=_MATCH[CampaignLink.Match(link.match)],
        match_fields=match_fields_of(link),
        create=CREATE[CampaignLink.Create(link.create_as)],
        create_for=frozenset(State(state) for state in link.create_for),
        labels=link.statuses(),
        event=Event(id=link.inwink_event_id, name=link.event_name, starts_at=link.starts_at),
        mappings=tuple(rule_of(mapping) for mapping in used if mapping.enabled),
        update_existing=link.update_existing,
        ambiguous=Ambiguous(link.ambiguous),
        is_one_member_an_email=link.same_email == CampaignLink.SameEmail.ONE_MEMBER,
        never_downgrade=link.never_downgrade,
        adds_removed_again=link.removed_members == CampaignLink.RemovedMembers.ADD_AGAIN,
        can_create=link.org.sees_everybody,
        placeholders=link.placeholders,
        new_people=new_people_of(link),
        ends_at=link.ends_at,
        locale=Locale(language=language, time_zone=conf.time_zone()),
        filter=Filter(
            only=tuple(condition_of(stored) for stored in link.only),
            excluded_domains=tuple(link.exclude_email_domains),
        ),
        consent=consent_of(link.consent),
    )


def match_fields_of(link: CampaignLink) -> MatchFields:
    """Return the fields by which a link recognises people."""
    words = {kind: kind.value.lower() for kind in PersonType}
    emails = {kind: tuple(link.match_emails[word]) for kind, word in words.items() if link.match_emails.get(word)}
    key = link.match_key or {}
    fields = {kind: key[word] for kind, word in words.items() if key.get(word)}
    return MatchFields(emails=emails, key=MatchKey(key["source"], fields) if fields else None)


def new_people_of(link: CampaignLink) -> NewPeople:
    """Return what a link decides about the people it creates."""
    has_owner = link.new_owner not in OWNER_WORDS
    searches = link.contact_account in ACCOUNT_WORDS
    return NewPeople(
        record_types={_SOBJECT[FieldMapping.Object(key)]: wanted for key, wanted in link.record_types.items()},
        owner_id=link.new_owner if has_owner else "",
        account_by=AccountBy(link.contact_account) if searches else AccountBy.NONE,
        account_id="" if searches else link.contact_account,
    )


def rule_of(mapping: FieldMapping) -> MappingRule:
    """Return a mapping row as the rule that core reads."""
    return MappingRule(
        sobject=_SOBJECT[FieldMapping.Object(mapping.object)],
        field=mapping.field,
        source=mapping.source,
        constant=mapping.constant,
        mode=Mode(mapping.mode),
        values=mapping.values,
        default=mapping.default,
        blank=Blank(mapping.blank),
        truncate=mapping.truncate,
        unknown_choice=UnknownChoice(mapping.unknown_choice),
        marketing=mapping.marketing,
    )
