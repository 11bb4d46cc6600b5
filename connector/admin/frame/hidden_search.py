"""Searches of lists: what was typed is posted, and stands in the address as a cipher.

Addresses are written into the logs of every server on the way and into the browser's history, and people are sought by
their email. The cipher is all that a search leaves behind: filters, pages, orders, downloads and the back button carry
it along like any other text. It holds the list that it was made for, so that neither a stored secret nor the search of
another list can be read by putting it into an address.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR, SEARCH_VAR, ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode
from django.utils.translation import gettext

from connector.admin.frame.empty import EmptyList, say_empty
from connector.admin.frame.onlooker import may_see_people
from connector.models.fields import Secret, WrongEncryptionKey

LONGEST = 320
"""Characters of a term that count: an email has no more, and an address may not grow without end."""

_CIPHER_START = "gAAAA"
"""How every Fernet token begins: its version and the first bytes of its time."""

_SHORTEST_CIPHER = 100
"""Characters of the shortest Fernet token."""

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    _List = ChangeList
    _Admin = ModelAdmin[Any]
else:
    from unfold.views import ChangeList as _List

    _Admin = object


def conceal_term(term: str, *, of: str) -> str:
    """Return the cipher of a term for the address of a list, named as app.model."""
    return Secret.conceal(f"{_mark(of)}{term}").ciphertext


def reveal_term(text: str, *, of: str) -> str | None:
    """Return the term that `conceal_term` made a cipher of for this list; None for anything else."""
    try:
        said = Secret(text).reveal()
    except WrongEncryptionKey:
        return None
    return said.removeprefix(_mark(of)) if said.startswith(_mark(of)) else None


def _mark(of: str) -> str:
    return f"search of {of}: "


class SearchedList(_List):
    """A list that reads its search from the cipher in its address."""

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        """Narrow the rows by the term itself; asked again, as by a download, the term is there already."""
        term = reveal_term(self.query, of=self.opts.label_lower)
        self.query = self.query if term is None else term
        return super().get_queryset(request, *args, **kwargs)

    def get_results(self, request: HttpRequest) -> None:
        """Read the rows, and what is said where there are none. Raises IncorrectLookupParameters."""
        try:
            super().get_results(request)
        except OverflowError as exc:  # narrowed by a number that no database takes
            raise IncorrectLookupParameters from exc
        searched_by = str(self.search_help_text or "") if self.query else ""
        is_narrowed = bool(self.query or self.get_filters_params())
        empty: EmptyList = getattr(self.model_admin, "empty", EmptyList())
        self.empty = say_empty(empty, request, is_narrowed=is_narrowed, searched_by=searched_by)

    @property
    def shown_query(self) -> str:
        """The term for the box; "" where it names a person to somebody who may not see people."""
        return "" if _names_somebody_hidden(self.model_admin, self.query) else self.query

    @property
    def search_url(self) -> str:
        """Where the box posts to: this list with its filters, without its search."""
        kept = {name: said for name, said in self.filter_params.items() if name != SEARCH_VAR}
        return f"?{urlencode(sorted(kept.items()), doseq=True)}"


class HiddenSearch(_Admin):
    """A list that is searched by POST, or by an address with a bare term, and leads to an address with the cipher."""

    empty = EmptyList()
    """What its list says while it is empty."""

    seeks_people = False
    """Whether an email finds a participant here."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list that can read the cipher."""
        return SearchedList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead from what was typed to the address that hides it, or show the list."""
        typed = self._typed(request)
        if typed is not None:
            return HttpResponseRedirect(self._hidden_url(request, typed))
        term = reveal_term(request.GET.get(SEARCH_VAR, ""), of=self.opts.label_lower) or ""
        if _names_somebody_hidden(self, term):
            messages.warning(request, gettext("Emails are hidden from you: a search for one finds nobody."))
        return super().changelist_view(request, extra_context)

    def _typed(self, request: HttpRequest) -> str | None:
        """Return what somebody typed into the box or into the address; None where nobody did just now."""
        if SEARCH_VAR in request.POST:
            return str(request.POST[SEARCH_VAR])
        said = request.GET.get(SEARCH_VAR, "")
        is_new = request.method == "GET" and said != "" and reveal_term(said, of=self.opts.label_lower) is None
        return said if is_new else None

    def _hidden_url(self, request: HttpRequest, typed: str) -> str:
        query = request.GET.copy()
        for name in (SEARCH_VAR, PAGE_VAR, ERROR_FLAG):
            query.pop(name, None)
        term = typed[:LONGEST].strip()
        if _looks_like_cipher(typed):  # of a key that is gone, or of another list
            messages.warning(request, gettext("The search in this address can no longer be read: search again."))
        elif term:
            query[SEARCH_VAR] = conceal_term(term, of=self.opts.label_lower)
        return f"{request.path}?{query.urlencode()}" if query else request.path


def _looks_like_cipher(text: str) -> bool:
    return text.startswith(_CIPHER_START) and len(text) >= _SHORTEST_CIPHER


def _names_somebody_hidden(model_admin: Any, term: str) -> bool:
    return model_admin.seeks_people and "@" in term and not may_see_people()
