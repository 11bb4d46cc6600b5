"""The pages of the mapping editor: all mappings of a link, and one to add or change."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext

from connector.admin.frame.base import AnyAdmin, render_page
from connector.admin.frame.explain import explain_code
from connector.admin.frame.keys import id_in
from connector.admin.frame.labels import labelled
from connector.admin.frame.onlooker import may_see_people
from connector.admin.frame.seen import changed_meanwhile, version_of
from connector.admin.links.mapping import actions
from connector.admin.links.mapping.editor import editor_context, live_context
from connector.admin.links.mapping.examples import Wish, choose_for, choose_for_all
from connector.admin.links.mapping.findings import Editing, Finding, problem_findings, problems_of, value_findings
from connector.admin.links.mapping.following import changeable_link, list_url_of, mapping_of_link, say_followed, trace
from connector.admin.links.mapping.form import read_mapping
from connector.admin.links.mapping.overview import overview_context
from connector.admin.links.tabs import link_frame, viewable_link
from connector.models import CampaignLink, FieldMapping
from connector.pipeline.setup.link_setup import load_facts
from connector.pipeline.setup.mapping_edit import store_mapping
from connector.pipeline.setup.mapping_sample import find_example, load_sample

View = Callable[..., HttpResponse]


def mapping_urls(model_admin: AnyAdmin) -> list[URLPattern]:
    """Return the addresses of the editor; all stand below the link's own."""
    pages: tuple[tuple[str, str, Callable[[AnyAdmin], View]], ...] = (
        ("", "mappings", list_view),
        ("add/", "mapping_add", edit_view),
        ("check/", "mapping_check", check_view),
        ("<int:mapping_id>/", "mapping", edit_view),
        ("<int:mapping_id>/switch/", "mapping_switch", actions.switch_view),
        ("<int:mapping_id>/remove/", "mapping_remove", actions.remove_view),
    )
    return [
        path(
            f"<int:object_id>/mappings/{tail}",
            model_admin.admin_site.admin_view(make(model_admin)),
            name=f"connector_campaignlink_{name}",
        )
        for tail, name, make in pages
    ]


def list_view(model_admin: AnyAdmin) -> View:
    """Return the view that shows all mappings of a link, each tried on what was received."""

    def view(request: HttpRequest, object_id: int) -> HttpResponse:
        link = viewable_link(model_admin, request, str(object_id))
        editing = load_editing(request, link)
        example = choose_for_all(editing, wish_of(request))
        if "shuffle" in request.GET:
            return HttpResponseRedirect(f"{list_url_of(link)}?participant={example or ''}")
        context = {
            "link": link,
            **link_frame(request, link, current="mappings"),
            "may_change": model_admin.has_change_permission(request, link),
            **overview_context(editing, example if may_see_people() else None),
        }
        title = gettext("Field mappings of %(event)s") % {"event": link}
        return render_page(model_admin, request, "admin/connector/mappings/list.html", title=title, context=context)

    return view


def edit_view(model_admin: AnyAdmin) -> View:
    """Return the view that adds or changes one mapping; the same check with a script and without."""

    def view(request: HttpRequest, object_id: int, mapping_id: int | None = None) -> HttpResponse:
        link, stored = changeable(model_admin, request, object_id, mapping_id)
        editing = load_editing(request, link, without=stored)
        mapping = read_mapping(request.POST, stored) if request.method == "POST" else stored
        problems = problems_of(mapping, editing) if request.method == "POST" else []
        is_saved = request.method == "POST" and not {"check", "shuffle"} & set(request.POST)
        refusal = changed_meanwhile(request, stored) if is_saved and stored.pk else ""
        if refusal:
            messages.error(request, refusal)
        elif is_saved and not problems:
            return _save(model_admin, request, mapping, editing)
        context = {
            "link": link,
            **link_frame(request, link, current="mappings"),
            "seen": version_of(stored),
            **editor_context(mapping, editing, shows_people=may_see_people()),
            **_live(request, mapping, editing, problem_findings(problems)),
        }
        title = gettext("Change a mapping") if stored.pk else gettext("Add a mapping")
        which = stored if stored.pk else stored.get_object_display()
        context["page_title"] = f"{labelled(title, which)} | {link}"
        return render_page(model_admin, request, "admin/connector/mappings/edit.html", title=title, context=context)

    return view


def check_view(model_admin: AnyAdmin) -> View:
    """Return the view that judges a mapping while it is edited, as pieces of the page; it stores nothing."""

    def view(request: HttpRequest, object_id: int) -> HttpResponse:
        link, stored = changeable(model_admin, request, object_id, id_in(request.POST.get("mapping", "")))
        editing = load_editing(request, link, without=stored)
        mapping = read_mapping(request.POST, stored)
        context = _live(request, mapping, editing, problem_findings(problems_of(mapping, editing)))
        pieces = {name: render_to_string(f"admin/connector/mappings/{name}.html", context, request=request)
                  for name in ("findings", "example", "choices")}  # fmt: skip
        return JsonResponse({**pieces, "choices_of": context["choices_of"]})

    return view


def _live(request: HttpRequest, mapping: FieldMapping, editing: Editing, problems: list[Finding]) -> dict[str, Any]:
    example = choose_for(mapping, editing, wish_of(request)) if may_see_people() else None
    return live_context(mapping, editing, problems, example=example)


def _save(model_admin: AnyAdmin, request: HttpRequest, mapping: FieldMapping, editing: Editing) -> HttpResponse:
    is_new = mapping.pk is None
    count = store_mapping(mapping, now=timezone.now())
    if count is None:
        messages.info(request, gettext("Nothing was changed."))
    else:
        model_admin.log_change(request, editing.link, trace(mapping, "added" if is_new else "changed"))
        messages.success(request, gettext("Saved: %(mapping)s") % {"mapping": mapping})
        say_followed(request, count)
    for finding in value_findings(mapping, editing):
        if finding.kind in ("bad", "warn") and mapping.enabled:
            messages.warning(request, finding.text)
    return HttpResponseRedirect(list_url_of(editing.link))


# what the pages share


def changeable(
    model_admin: AnyAdmin, request: HttpRequest, object_id: int, mapping_id: int | None
) -> tuple[CampaignLink, FieldMapping]:
    """Return a link and one of its mappings, or a new one; raises Http404, PermissionDenied."""
    link = changeable_link(model_admin, request, object_id)
    if mapping_id is not None:
        return link, mapping_of_link(link, mapping_id)
    sobject = (request.POST if request.method == "POST" else request.GET).get("object", "")
    if sobject not in FieldMapping.Object.values:
        raise Http404
    return link, FieldMapping(link=link, object=sobject)


def load_editing(request: HttpRequest, link: CampaignLink, *, without: FieldMapping | None = None) -> Editing:
    """Read what mappings are judged by: the others, Salesforce's describes from the cache, a sample of the event."""
    facts = load_facts(link.org, link.campaign_id)
    others: Sequence[FieldMapping] = list(link.mappings.all())
    if without is not None:
        others = [mapping for mapping in others if mapping.pk != without.pk]
    if facts.problem_code:
        messages.warning(
            request, f"{explain_code(facts.problem_code).what} {explain_code(facts.problem_code).next_step}"
        )
    wanted = _number(request, "participant")
    return Editing(link, others, facts, load_sample(link, also=find_example(link, wanted) if wanted else None))


def wish_of(request: HttpRequest) -> Wish:
    """Return whom somebody wants to see as the live example."""
    is_other = "shuffle" in request.GET or "shuffle" in request.POST
    return Wish(_number(request, "participant"), is_other=is_other)


def _number(request: HttpRequest, name: str) -> int | None:
    return id_in(request.POST.get(name) or request.GET.get(name) or "")
