"""Who changed what: every way to change the configuration leaves a line, old and new, without secrets."""

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from connector.admin.frame.link_states import trace_of
from connector.admin.links.mapping.following import trace
from connector.models import CampaignLink, LinkTemplate, WebhookSource
from connector.pipeline.audit import Wanted, read_changes
from connector.pipeline.audit_lines import Change
from connector.pipeline.invitations.issue import hand_over_secret, hand_over_token, invite_integrator
from connector.pipeline.setup.configure import apply_config
from connector.pipeline.setup.roles import setup_roles
from connector.pipeline.setup.sources import fingerprint_secret, fingerprint_token
from tests.admin.conftest import SignIn
from tests.factories import (
    CampaignLinkFactory,
    FieldMappingFactory,
    OutboxEntryFactory,
    SalesforceOrgFactory,
    UnlinkedEventFactory,
    WebhookSourceFactory,
)

pytestmark = pytest.mark.django_db

PAGE = "/admin/auth/user/audit/"


def newest(**wanted: Any) -> Change:
    """Return the last thing that was done."""
    return read_changes(Wanted(**wanted), count=10).changes[0]


@pytest.mark.parametrize(
    "query",
    ["start=0001-01-01", "end=9999-12-31", "before=0001-01-01T00:00:00%2B14:00", "before=2026-01-01T00:00:00",
     "before=soon"],
)  # fmt: skip
def test_a_day_beyond_every_calendar_is_no_error(admin_client: Client, query: str) -> None:
    assert admin_client.get(f"{PAGE}?{query}").status_code == 200


def test_pausing_a_link_tells_the_state_before_and_after(admin_client: Client) -> None:
    link = CampaignLinkFactory.create()
    admin_client.post(f"/admin/connector/campaignlink/{link.pk}/state/?to=pause")
    change = newest()
    assert (change.who, change.thing, change.key) == ("admin", "campaignlink", str(link.pk))
    assert [(one.before, one.after) for one in change.values] == [("Active", "Paused")]


def test_a_new_secret_is_told_and_never_shown(admin_client: Client) -> None:
    source = WebhookSourceFactory.create()
    admin_client.post(f"/admin/connector/webhooksource/{source.pk}/new-secret/")
    page = admin_client.get(PAGE).content.decode()
    assert "Signing secret" in page
    assert "whsec_" not in page
    assert newest().who == "admin"


def test_switching_a_mapping_off_is_told(admin_client: Client) -> None:
    mapping = FieldMappingFactory.create()
    FieldMappingFactory._meta.model.objects.filter(pk=mapping.pk).update(enabled=False)
    mapping.refresh_from_db()
    mapping.enabled = True
    mapping.save()
    assert [(one.before, one.after) for one in newest(thing="fieldmapping").values] == []  # the first has no before
    mapping.enabled = False
    mapping.save()
    assert [(one.before, one.after) for one in newest(thing="fieldmapping").values] == [("yes", "no")]


def test_deeds_within_seconds_are_told_apart(admin_client: Client) -> None:
    link = CampaignLinkFactory.create()
    title, track = (FieldMappingFactory.create(link=link, object="lead", field=name) for name in ("Title", "Track__c"))
    pages = f"/admin/connector/campaignlink/{link.pk}/mappings"
    for mapping in (title, track):
        admin_client.post(f"{pages}/{mapping.pk}/switch/", {"to": "off"})
    told = read_changes(Wanted(), count=10).changes
    assert [(one.kind, one.name, len(one.values), one.notes) for one in told[:2]] == [
        ("changed", str(track), 1, ()),
        ("changed", str(title), 1, ()),
    ]
    assert "campaignlink" not in {one.thing for one in told if one.who == "admin"}


def test_a_person_handed_out_and_erased_is_told_in_the_readers_language(admin_client: Client) -> None:
    entry = OutboxEntryFactory.create(email_key="ada@acme.example")
    page = "/admin/connector/erasedperson/person/"
    admin_client.post(page, {"email": entry.email_key, "step": "download"})
    admin_client.post(page, {"email": entry.email_key, "step": "erase", "typed": entry.email_key})
    with override("fr"):
        erased, handed_out = read_changes(Wanted(thing="erasedperson"), count=2).changes
    assert erased.notes == ("effacé\xa0; messages\xa0: 0, participants\xa0: 1, tentatives\xa0: 0",)
    assert handed_out.notes == ("ce qui est conservé sur cette personne a été remis",)


def test_what_was_done_in_one_language_is_told_in_the_other(admin_client: Client) -> None:
    link = CampaignLinkFactory.create()
    source = WebhookSourceFactory.create()
    with override("fr"):
        assert trace_of(CampaignLink.LinkState.PAUSED) == [{"changed": {"fields": ["Paused"]}}]
        assert trace(FieldMappingFactory.create(link=link), "deleted")[0]["deleted"]["name"] == "field mapping"
    admin_client.post(
        f"/admin/connector/invitation/ask-integrator/?source={source.pk}", headers={"accept-language": "fr"}
    )
    issued = invite_integrator(source, by="olga", now=timezone.now())
    hand_over_secret(issued.invitation, now=timezone.now())
    page = unescape(admin_client.get(PAGE, headers={"accept-language": "fr"}).content.decode())
    assert f"l’invitation {issued.invitation.pk}, de olga" in page
    assert "a invité un intégrateur" in page


def test_a_secret_taken_by_an_invitation_names_who_invited() -> None:
    source = WebhookSourceFactory.create()
    issued = invite_integrator(source, by="olga", now=timezone.now())
    secret = hand_over_secret(issued.invitation, now=timezone.now())
    told = newest(thing="webhooksource")
    assert told.who == f"invitation {issued.invitation.pk} of olga"
    assert told.notes == (f"Signing secret {fingerprint_secret(secret)} was added.",)


def test_a_token_taken_by_an_invitation_of_somebody_with_a_long_name_is_told_by_its_fingerprint() -> None:
    source = WebhookSourceFactory.create()
    issued = invite_integrator(source, by="o" * 150, now=timezone.now())
    token = hand_over_token(issued.invitation, now=timezone.now())
    with override("fr"):
        told = newest(thing="webhooksource")
    assert told.who.startswith(f"invitation {issued.invitation.pk} of ooo")
    assert len(told.notes) == 1
    assert fingerprint_token(token) in told.notes[0]


def test_a_mapping_says_of_which_event_it_is_and_leads_there(admin_client: Client) -> None:
    mapping = FieldMappingFactory.create(link__event_name="Salon of a test")
    pages = f"/admin/connector/campaignlink/{mapping.link_id}/mappings/"
    page = unescape(admin_client.get(f"{PAGE}?thing=fieldmapping").content.decode())
    assert f'<a href="{pages}">{mapping}</a>' in page
    assert "Salon of a test" in page
    assert admin_client.get(pages).status_code == 200
    CampaignLink.objects.all().delete()
    page = admin_client.get(f"{PAGE}?thing=fieldmapping").content.decode()
    assert pages not in page


def test_inviting_somebody_new_and_taking_it_back_are_told(admin_client: Client) -> None:
    admin_client.post("/admin/connector/invitation/ask-salesforce/", {"name": "Horizon"})
    invited = newest(thing="invitation")
    assert (invited.kind, invited.who, invited.name) == ("added", "admin", "Horizon")
    admin_client.post(f"/admin/connector/invitation/{invited.key}/revoke/")
    assert newest(thing="invitation").notes != invited.notes


def test_ignoring_an_event_is_told(admin_client: Client) -> None:
    event = UnlinkedEventFactory.create()
    admin_client.post(f"/admin/connector/unlinkedevent/{event.pk}/ignore/")
    assert (newest().thing, newest().key, newest().who) == ("unlinkedevent", event.pk, "admin")


@pytest.mark.django_db(transaction=True)
def test_a_file_names_who_applied_it() -> None:
    WebhookSourceFactory.create(name="inwink", locale="fr")
    result = apply_config("sources:\n  - name: inwink\n    locale: en\n", offline=True, by="ops (command)")
    assert result.errors == ()
    change = newest(thing="webhooksource")
    assert change.who == "ops (command)"
    assert len(change.values) == 1


def test_giving_a_role_tells_which(admin_client: Client) -> None:
    setup_roles()
    user = User.objects.create_user("vera", password="x", is_staff=True)
    data = {"username": "vera", "is_staff": "on", "is_active": "on", "groups": Group.objects.get(name="Viewer").pk,
            "date_joined_0": "2026-11-27", "date_joined_1": "10:00:00"}  # fmt: skip
    assert admin_client.post(f"/admin/auth/user/{user.pk}/change/", data).status_code == 302
    assert ("Groups", "–", "Viewer") in [(one.name, one.before, one.after) for one in newest(thing="user").values]


@pytest.mark.parametrize(
    ("actor", "reader", "told"),
    [
        ("fr", "en", ["Staff status: yes → no", "Groups: – → Operator", "−Can add user"]),
        ("en", "fr", ["Statut équipe : oui → non", "Groupes : – → Opérateur", "−Peut ajouter : utilisateur"]),
    ],
)
def test_what_changed_of_users_and_groups_is_told_in_the_readers_language(
    admin_client: Client, actor: str, reader: str, told: list[str]
) -> None:
    setup_roles()
    user = User.objects.create_user("vera", password="x", is_staff=True)
    group = Group.objects.create(name="Hostesses")
    group.permissions.set(Permission.objects.filter(codename__in=["add_user", "see_people"]))
    headers = {"accept-language": actor}
    data = {"username": "vera", "is_active": "on", "groups": Group.objects.get(name="Operator").pk,
            "date_joined_0": "2026-11-27", "date_joined_1": "10:00:00"}  # fmt: skip
    admin_client.post(f"/admin/auth/user/{user.pk}/change/", data, headers=headers)
    kept = {"name": "Hostesses", "permissions": Permission.objects.get(codename="see_people").pk}
    admin_client.post(f"/admin/auth/group/{group.pk}/change/", kept, headers=headers)
    page = unescape(admin_client.get(PAGE, headers={"accept-language": reader}).content.decode())
    text = " ".join(re.sub(r"<[^>]+>", "", page).replace("\u00a0", " ").split())
    assert [one for one in told if one not in text] == []


def test_saving_a_group_costs_the_same_however_many_permissions_it_has(admin_client: Client) -> None:
    for content_type in ContentType.objects.all():
        ContentType.objects.get_for_id(content_type.pk)  # kept in memory by Django, as in a site that has run a while
    costs = []
    for count in (2, 60):
        held = list(Permission.objects.order_by("pk").values_list("pk", flat=True)[:count])
        group = Group.objects.create(name=f"Hostesses {count}")
        group.permissions.set(held)
        with CaptureQueriesContext(connection) as queries:
            admin_client.post(f"/admin/auth/group/{group.pk}/change/", {"name": group.name, "permissions": held[1:]})
        assert group.permissions.count() == count - 1
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_filters_and_paging(admin_client: Client) -> None:
    link = CampaignLinkFactory.create()
    LinkTemplate.objects.create(name="Webinar")
    for number in range(60):
        link.event_name = f"Salon {number}"
        link.save()
    page = admin_client.get(PAGE, {"thing": "campaignlink"}).content.decode()
    assert "Salon 59" in page
    assert "Webinar" not in page
    older = read_changes(Wanted(thing="campaignlink"), count=50).changes[-1].at.isoformat()
    second = admin_client.get(PAGE, {"thing": "campaignlink", "before": older}).content.decode()
    assert "Salon 59" not in second
    assert "Salon 1<" in second
    assert "No change of this kind" in admin_client.get(PAGE, {"start": "2099-01-01"}).content.decode()
    assert admin_client.get(PAGE, {"before": "x", "who": "x", "thing": "x", "start": "x"}).status_code == 200


def test_rows_that_say_nothing_hide_no_older_change(admin_user: User) -> None:
    template = LinkTemplate.objects.create(name="Webinar")
    link = CampaignLinkFactory.create()
    for number in range(24):
        link.event_name = f"Salon {number // 8}"
        link._history_user = admin_user  # type: ignore[attr-defined]  # simple_history reads it
        link.save()
        if number % 8 == 0:
            template.description = f"Description {number}"
            template.save()

    told: list[Change] = []
    before = None
    for _ in range(12):
        page = read_changes(Wanted(before=before), count=4)
        told += page.changes
        before = page.older
        if before is None:
            break

    assert before is None
    names = [(change.thing, change.kind, len(change.values)) for change in told if change.kind == "changed"]
    assert names == [("linktemplate", "changed", 1), ("campaignlink", "changed", 1)] * 3
    assert [change.at for change in told] == sorted((change.at for change in told), reverse=True)


def test_more_changes_take_no_more_queries(admin_client: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            admin_client.get(PAGE)
        return len(queries)

    for make in (CampaignLinkFactory, FieldMappingFactory, SalesforceOrgFactory, WebhookSourceFactory):
        make.create().save()
    count()
    once = count()
    for link in CampaignLink.objects.all():
        link.save()
    for source in WebhookSource.objects.all():
        source.save()
    CampaignLinkFactory.create_batch(9)
    assert count() == once


def test_only_administrators_read_it(sign_in: SignIn) -> None:
    assert sign_in("view_campaignlink", "change_campaignlink").get(PAGE).status_code == 403


def test_the_history_of_one_thing_is_for_the_same_people(admin_client: Client, sign_in: SignIn) -> None:
    org = SalesforceOrgFactory.create()
    page = f"/admin/connector/salesforceorg/{org.pk}/change/"
    history = page.replace("change", "history")
    assert history in admin_client.get(page).content.decode()
    assert admin_client.get(history).status_code == 200
    onlooker = sign_in("view_salesforceorg", "see_people")
    assert history not in onlooker.get(page).content.decode()
    assert onlooker.get(history).status_code == 403
