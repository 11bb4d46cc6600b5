"""The three roles: who may do what. Groups of Django hold them; this is the only place that says what they hold."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """A role, from the one that may least to the one that may everything; the value is the name of its group."""

    VIEWER = "Viewer", _("Viewer")
    OPERATOR = "Operator", _("Operator")
    ADMINISTRATOR = "Administrator", _("Administrator")


SUMMARIES: dict[str, str | Promise] = {
    Role.VIEWER: _("sees links, counts, states and problems; names, emails and values are hidden"),
    Role.OPERATOR: _("also sees people, sends again, answers, imports, compares and pauses"),
    Role.ADMINISTRATOR: _("also links events, connects Salesforce and inwink, and manages users"),
}
"""{role: what it may, in half a sentence}, beyond what the one before it may."""


@dataclass(frozen=True, slots=True)
class Ability:
    """Something that a role may do, as the page of roles says it."""

    text: str | Promise
    least: Role
    """The first role that may; those above it may too."""
    permissions: tuple[str, ...]
    """`app.codename` of each permission that it takes."""

    def is_of(self, role: Role) -> bool:
        """Say whether a role may do this."""
        order = list(Role)
        return order.index(role) >= order.index(self.least)


def _connector(*codenames: str) -> tuple[str, ...]:
    return tuple(f"connector.{codename}" for codename in codenames)


def _all_of(app: str, *models: str) -> tuple[str, ...]:
    return tuple(f"{app}.{verb}_{model}" for model in models for verb in ("view", "add", "change", "delete"))


ABILITIES: tuple[Ability, ...] = (
    Ability(
        _("See links, counts, states, problems and the sync log; names, emails and values are hidden"),
        Role.VIEWER,
        _connector(
            "view_campaignlink", "view_fieldmapping", "view_linktemplate", "view_salesforceorg", "view_outboxentry",
            "view_syncattempt", "view_syncrun", "view_unlinkedevent",
        ),
    ),
    Ability(
        _("See people: names, emails, what was written, inwink's messages, previews, long tasks"),
        Role.OPERATOR,
        _connector("see_people", "view_webhookmessage", "view_webhooksource", "view_errand"),
    ),
    Ability(_("Download the sync log"), Role.OPERATOR, _connector("export_syncattempt")),
    Ability(
        _("Send participants again, correct a status with a reason, replay messages"),
        Role.OPERATOR,
        _connector("resync_campaignlink"),
    ),
    Ability(
        _("Answer questions about participants, mark no-shows at the end of an event"),
        Role.OPERATOR,
        _connector("answer_campaignlink"),
    ),
    Ability(_("Pause, resume and close links"), Role.OPERATOR, _connector("pause_campaignlink")),
    Ability(
        _("Import inwink's export, compare an event with its campaign"),
        Role.OPERATOR,
        _connector("import_participants", "reconcile_participants"),
    ),
    Ability(
        _("Link events, change links and mappings, keep templates, ignore events, put values back"),
        Role.ADMINISTRATOR,
        _all_of("connector", "campaignlink", "fieldmapping", "linktemplate"),
    ),
    Ability(
        _("Connect Salesforce organisations, make webhook sources and their secrets, invite others to do so"),
        Role.ADMINISTRATOR,
        (*_all_of("connector", "salesforceorg", "webhooksource"), "connector.view_invitation"),
    ),
    Ability(
        _("Show what is held about one person and hand it out; erase one person"),
        Role.ADMINISTRATOR,
        _connector("export_person", "erase_person", "view_erasedperson"),
    ),
    Ability(_("See who changed what in the configuration"), Role.ADMINISTRATOR, ("admin.view_logentry",)),
    Ability(
        _("Manage users and their roles, look at the background tasks"),
        Role.ADMINISTRATOR,
        (
            *_all_of("auth", "user", "group"),
            *(f"django_q.view_{model}" for model in ("success", "failure", "ormq", "schedule")),
        ),
    ),
)  # fmt: skip
"""From what everybody may to what only administrators may."""

_APPS = ("connector", "auth", "admin", "django_q")


def permissions_of(role: Role) -> set[str]:
    """Return `app.codename` of every permission of a role."""
    return {permission for ability in ABILITIES if ability.is_of(role) for permission in ability.permissions}


def setup_roles() -> int:
    """Make the groups of the three roles hold what they should; returns how many were made or mended. Idempotent.

    What a group was given beyond that stays, and so do groups of other names and who belongs to which. Opens one
    transaction.
    """
    for app in _APPS:
        create_permissions(apps.get_app_config(app), verbosity=0)  # a database may just have been migrated
    with transaction.atomic():
        return sum(_mend(role) for role in Role)


def _mend(role: Role) -> bool:
    group, is_new = Group.objects.get_or_create(name=role.value)
    wanted = {permission.pk for permission in _find(permissions_of(role))}
    missing = wanted - set(group.permissions.values_list("pk", flat=True))
    group.permissions.add(*missing)
    return is_new or bool(missing)


def _find(names: Iterable[str]) -> list[Permission]:
    """Return the permissions. Raises LookupError where one does not exist: a role must not be less than it says."""
    wanted = set(names)
    rows = Permission.objects.filter(content_type__app_label__in=_APPS).select_related("content_type")
    found = [row for row in rows if f"{row.content_type.app_label}.{row.codename}" in wanted]
    missing = wanted - {f"{row.content_type.app_label}.{row.codename}" for row in found}
    if missing:
        raise LookupError(f"No such permissions: {', '.join(sorted(missing))}")
    return found
