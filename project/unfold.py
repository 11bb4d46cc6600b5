"""How the admin looks: settings of django-unfold (https://unfoldadmin.com/docs/configuration/settings/)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _file(path: str) -> Callable[[HttpRequest], str]:
    """Name a static file in the form that the theme asks for: its address as it is when a page is made."""
    return lambda request: static(path)


def _page(title: Any, *, icon: str, model: str) -> dict[str, Any]:
    app, name = model.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": lambda request: request.user.has_perm(f"{app}.view_{name}"),
    }


def _view_of(
    title: Any, *, icon: str, name: str, badge: tuple[str, str], permission: str = "view_outboxentry"
) -> dict[str, Any]:
    """Describe a page of participants with a number beside its name, and the colour of that."""
    link = reverse_lazy(f"admin:{name}")
    return {
        "title": title,
        "icon": icon,
        "link": link,
        "active": lambda request: request.path == str(link),
        "permission": lambda request: request.user.has_perm(f"connector.{permission}"),
        "badge": f"connector.admin.people.badges.{badge[0]}",
        "badge_variant": badge[1],
    }


_PROBLEMS = _view_of(
    _("Problems"), icon="report", name="connector_outboxentry_problems", badge=("problems_badge", "bad")
)
_ANSWERS = _view_of(
    _("Needs an answer"), icon="contact_support", name="connector_outboxentry_answers", badge=("answers_badge", "warn"),
    permission="see_people",
)  # fmt: skip
_PARTICIPANTS = {
    **_page(_("Participants"), icon="groups", model="connector.outboxentry"),
    "active": lambda request: (
        request.path.startswith(str(reverse_lazy("admin:connector_outboxentry_changelist")))
        and request.path not in (str(_PROBLEMS["link"]), str(_ANSWERS["link"]))
    ),
}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("inwink → Salesforce"),
    "SITE_HEADER": _("inwink → Salesforce"),
    "SITE_SYMBOL": "sync_alt",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _file("connector/icon.svg")}],
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": "connector.admin.frame.who_changed.may_read_changes",
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "connector.admin.overview.page.dashboard",
    "STYLES": [
        _file("connector/admin.css"),
        _file("connector/first-run.css"),
        _file("connector/people.css"),
        _file("connector/timeline.css"),
        _file("connector/errands.css"),
        _file("connector/watching.css"),
        _file("connector/overview.css"),
        _file("connector/wizard.css"),
        _file("connector/mappings.css"),
        _file("connector/roles.css"),
    ],
    "SCRIPTS": [
        _file("connector/copy.js"),
    ],
    "BORDER_RADIUS": "8px",
    "COLORS": {
        # a calm blue; 600 on white and 400 on the dark ground both keep a contrast above 4.5
        "primary": {
            "50": "oklch(97% .014 254.6)",
            "100": "oklch(93.2% .032 255.6)",
            "200": "oklch(88.2% .059 254.1)",
            "300": "oklch(80.9% .105 251.8)",
            "400": "oklch(70.7% .165 254.6)",
            "500": "oklch(62.3% .214 259.8)",
            "600": "oklch(54.6% .245 262.9)",
            "700": "oklch(48.8% .243 264.4)",
            "800": "oklch(42.4% .199 265.6)",
            "900": "oklch(37.9% .146 265.5)",
            "950": "oklch(28.2% .091 267.9)",
        },
        # a little darker than Unfold's, whose contrast is below 4.5 on anything but white
        "font": {"subtle-light": "oklch(50% .028 261)"},
    },
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "items": [
                    {"title": _("Overview"), "icon": "home", "link": reverse_lazy("admin:index")},
                    {
                        "title": _("First steps"),
                        "icon": "checklist",
                        "link": reverse_lazy("first-steps"),
                        "permission": lambda request: request.user.has_perm("connector.view_campaignlink"),
                    },
                    _page(_("Links"), icon="link", model="connector.campaignlink"),
                    _PROBLEMS,
                    _ANSWERS,
                    _PARTICIPANTS,
                    _page(_("Event templates"), icon="content_copy", model="connector.linktemplate"),
                    _page(_("Sync log"), icon="history", model="connector.syncattempt"),
                    _page(_("Runs"), icon="play_circle", model="connector.syncrun"),
                ],
            },
            {
                "title": _("From inwink"),
                "separator": True,
                "items": [
                    _page(_("Inbox"), icon="inbox", model="connector.webhookmessage"),
                    _page(_("Events not linked yet"), icon="link_off", model="connector.unlinkedevent"),
                    {
                        "title": _("Import a file"),
                        "icon": "upload_file",
                        "link": reverse_lazy("admin:connector_errand_import"),
                        "permission": lambda request: request.user.has_perm("connector.import_participants"),
                    },
                    _page(_("Webhook sources"), icon="webhook", model="connector.webhooksource"),
                ],
            },
            {
                "title": _("To Salesforce"),
                "separator": True,
                "items": [_page(_("Organisations"), icon="cloud", model="connector.salesforceorg")],
            },
            {
                "title": _("This server"),
                "separator": True,
                "collapsible": True,
                "items": [
                    {
                        **_page(_("Users"), icon="person", model="auth.user"),
                        "active": lambda request: (
                            "/auth/user/" in request.path and not request.path.endswith(("/roles/", "/audit/"))
                        ),
                    },
                    _page(_("Invitations"), icon="mail", model="connector.invitation"),
                    _page(_("Groups"), icon="badge", model="auth.group"),
                    {
                        "title": _("Who changed what"),
                        "icon": "manage_search",
                        "link": reverse_lazy("admin:auth_user_audit"),
                        "permission": lambda request: request.user.has_perm("admin.view_logentry"),
                    },
                    {
                        "title": _("One person's data"),
                        "icon": "person_search",
                        "link": reverse_lazy("admin:connector_erasedperson_person"),
                        "permission": lambda request: (
                            request.user.has_perm("connector.export_person")
                            or request.user.has_perm("connector.erase_person")
                        ),
                    },
                    {"title": _("Roles"), "icon": "help", "link": reverse_lazy("admin:auth_user_roles")},
                    {
                        **_page(_("Long tasks"), icon="hourglass", model="connector.errand"),
                        "active": lambda request: "/errand/" in request.path and not request.path.endswith("/import/"),
                    },
                    _page(_("Scheduled tasks"), icon="schedule", model="django_q.schedule"),
                    _page(_("Queued tasks"), icon="pending_actions", model="django_q.ormq"),
                    _page(_("Failed tasks"), icon="error", model="django_q.failure"),
                ],
            },
        ],
    },
}
