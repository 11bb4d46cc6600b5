"""Find a participant in Salesforce by name, and pick the record."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext

from connector.admin.frame.base import AnyAdmin, find_or_404, render_page
from connector.admin.frame.explain import explain_code
from connector.admin.frame.labels import STATE_LABELS, labelled
from connector.admin.frame.names import entry_url, full_name, name_of
from connector.admin.frame.onlooker import may_see_people
from connector.admin.people.answers import (
    BY_ID,
    Option,
    can_be_found,
    may_answer,
    options_for,
    picking_words,
    record_url,
)
from connector.core.outcomes import EntryState, Reason
from connector.models import OutboxEntry
from connector.pipeline.answers import AnswerKind
from connector.pipeline.find_people import FoundPeople, FoundPerson, find_people

LONGEST = 120
"""Characters of a name that is searched."""


def find_view(model_admin: AnyAdmin) -> Callable[..., HttpResponse]:
    """Return the view that searches Salesforce when a button asks, at first for the name that inwink has.

    It reads only. Names are posted: an address is written into the logs of every server on the way, and opening or
    reloading one spends no API call.
    """

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        entry = find_or_404(OutboxEntry.objects.select_related("link__org"), object_id)
        if not may_answer(request) or not may_see_people():
            raise PermissionDenied
        if entry.state != EntryState.NEEDS_ANSWER or not can_be_found(Reason(entry.reason)):
            messages.info(request, gettext("This participant no longer waits for an answer."))
            return HttpResponseRedirect(entry_url(entry))
        title = gettext("Find in Salesforce: %(name)s") % {"name": name_of(entry)}
        template = "admin/connector/outboxentry/find.html"
        return render_page(model_admin, request, template, title=title, context=_context(request, entry))

    return view


def _context(request: HttpRequest, entry: OutboxEntry) -> dict[str, Any]:
    said = entry.payload
    name = request.POST.get("name", full_name(said))[:LONGEST].strip()
    company = request.POST.get("company", "")[:LONGEST].strip()
    has_looked = request.method == "POST"
    found = find_people(entry.link.org, name, company=company) if has_looked else FoundPeople()
    base = entry.link.org.instance_url
    others = [option for option in options_for(entry) if option.value in _OTHERS]
    address = f"{reverse('admin:connector_outboxentry_answers')}?{urlencode({'question': entry.reason})}"
    return {
        "entry": entry,
        "name": name,
        "company": company,
        "has_looked": has_looked,
        "facts": [said.get("email"), said.get("position"), said.get("company"), STATE_LABELS[entry.participant_state]],
        "found": bool(found.people),
        "options": [*(_option(person, base) for person in found.people), *others],
        "picking": picking_words(Reason(entry.reason)) if found.people else "",
        "is_cut": found.is_cut,
        "problem": explain_code(found.problem_code) if found.problem_code else None,
        "answer_url": address,
    }


_OTHERS = (AnswerKind.CREATE, AnswerKind.LEAVE_OUT)
"""What can be answered where nobody is found."""


def _option(person: FoundPerson, instance_url: str) -> Option:
    last = person.last_activity_on
    details = [
        " · ".join(part for part in (person.title, person.company) if part),
        person.email or gettext("no email"),
        gettext("owner: %(name)s") % {"name": person.owner} if person.owner else "",
        gettext("last activity %(day)s") % {"day": date_format(last)} if last else gettext("no activity"),
    ]
    return Option(
        value=f"{BY_ID}:{person.id}:{person.name}",
        title=labelled(gettext(person.type.value), person.name),
        details=tuple(detail for detail in details if detail),
        record_id=person.id,
        url=record_url(instance_url, person.id),
    )
