"""Switch a mapping on or off, and remove it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext

from connector.admin.frame.base import AnyAdmin, Question, ask
from connector.admin.frame.pressing import lead_to_button
from connector.admin.links.mapping.following import (
    changeable_link,
    list_url_of,
    mapping_of_link,
    say_followed,
    trace,
    warn_of_placeholder,
)
from connector.core.checking.problem import Problem
from connector.models import CampaignLink, FieldMapping
from connector.pipeline.preflight.check import say
from connector.pipeline.setup.link_setup import load_facts
from connector.pipeline.setup.mapping_edit import check_mapping, remove_mapping, switch_mapping, uncovered_without

View = Callable[..., HttpResponse]


def switch_view(model_admin: AnyAdmin) -> View:
    """Return the view that switches a mapping on or off on a press; twice the same press does nothing."""

    def view(request: HttpRequest, object_id: int, mapping_id: int) -> HttpResponse:
        link = changeable_link(model_admin, request, object_id)
        mapping = mapping_of_link(link, mapping_id)
        if request.method != "POST":
            return lead_to_button(request, list_url_of(link))
        mapping.enabled = request.POST.get("to") == "on"
        problems = _problems(link, mapping, is_gone=not mapping.enabled)
        if problems:
            return _refuse(request, link, problems)
        count = switch_mapping(mapping, is_on=mapping.enabled, now=timezone.now())
        if count is not None:
            model_admin.log_change(request, link, trace(mapping, "changed"))
        text = gettext("Switched on: %(mapping)s") if mapping.enabled else gettext("Switched off: %(mapping)s")
        messages.success(request, text % {"mapping": mapping})
        warn_of_placeholder(request, link, mapping)
        say_followed(request, count or 0)
        return HttpResponseRedirect(list_url_of(link))

    return view


def remove_view(model_admin: AnyAdmin) -> View:
    """Return the view that asks, then removes a mapping; what it wrote stays in Salesforce."""

    def view(request: HttpRequest, object_id: int, mapping_id: int) -> HttpResponse:
        link = changeable_link(model_admin, request, object_id)
        if request.method == "POST" and _was_removed(link, mapping_id):
            messages.info(request, gettext("The mapping was removed already."))
            return HttpResponseRedirect(list_url_of(link))
        mapping = mapping_of_link(link, mapping_id)
        if request.method != "POST":
            return ask(model_admin, request, _question(link, mapping))
        problems = _problems(link, mapping, is_gone=True)
        if problems:
            return _refuse(request, link, problems)
        name, line = str(mapping), trace(mapping, "deleted")
        count = remove_mapping(mapping, now=timezone.now())
        model_admin.log_change(request, link, line)
        messages.success(request, gettext("Removed: %(mapping)s") % {"mapping": name})
        warn_of_placeholder(request, link, mapping)
        say_followed(request, count)
        return HttpResponseRedirect(list_url_of(link))

    return view


def _was_removed(link: CampaignLink, mapping_id: int) -> bool:
    """Say whether the link had a mapping of that key, which is gone: the button was pressed twice."""
    return bool(FieldMapping.history.filter(id=mapping_id, link_id=link.pk, history_type="-").exists())


def _problems(link: CampaignLink, mapping: FieldMapping, *, is_gone: bool) -> list[Problem]:
    facts = load_facts(link.org, link.campaign_id)
    others = [other for other in link.mappings.all() if other.pk != mapping.pk]
    if not is_gone:
        return check_mapping(link, mapping, others, schema_of=facts.schema_of if facts.is_known else None)
    if not facts.is_known:
        return []
    stored = FieldMapping.objects.get(pk=mapping.pk)
    return uncovered_without(link, stored, others, schema_of=facts.schema_of)


def _refuse(request: HttpRequest, link: CampaignLink, problems: list[Problem]) -> HttpResponse:
    for problem in problems:
        messages.error(request, say(problem))
    return HttpResponseRedirect(list_url_of(link))


def _question(link: CampaignLink, mapping: FieldMapping) -> Question:
    return Question(
        title=gettext("Remove %(mapping)s from %(event)s?") % {"mapping": mapping, "event": link},
        text=gettext("The field is not filled any more. What was written to it in Salesforce stays."),
        facts=[gettext("Switch it off instead if you may need it again.")],
        button=gettext("Remove"),
        back_url=list_url_of(link),
        is_danger=True,
    )
