"""What every admin page shares: Unfold's look with Django's types, read-only lists, pages of our own, confirmation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext

from connector.admin.frame.hidden_search import HiddenSearch
from connector.admin.frame.paginator import BoundedPaginator
from connector.admin.frame.who_changed import require_reader

if TYPE_CHECKING:
    from collections.abc import Callable

_Row = TypeVar("_Row", bound=models.Model)

if TYPE_CHECKING:
    # django-stubs makes these generic; at run time Django's classes are not
    AnyAdmin = admin.ModelAdmin[Any]

    class UnfoldAdmin(HiddenSearch, admin.ModelAdmin[_Row]):
        """A ModelAdmin in Unfold's look; unfold publishes no types, so checkers see Django's."""

else:
    import unfold.admin

    AnyAdmin = admin.ModelAdmin

    class UnfoldAdmin(HiddenSearch, unfold.admin.ModelAdmin):
        """A ModelAdmin in Unfold's look."""

        def __class_getitem__(cls, model: type[models.Model]) -> type:
            return cls

        def changelist_view(self, request, extra_context=None):
            """Call a list by what is in it, not “Select … to change”."""
            return super().changelist_view(request, {"title": _things(self), **(extra_context or {})})

        def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
            """Call a row by its name and its list: Django's own words lack the article in French."""
            title = _things(self) if object_id else gettext("Add: %(thing)s") % {"thing": self.opts.verbose_name}
            return super().changeform_view(request, object_id, form_url, {"title": title, **(extra_context or {})})

        def save_model(self, request, obj, form, change):
            """Write a changed row's columns that people write: workers may have written the others just now."""
            obj.save(update_fields=columns_of_people(obj) if change else None)

        def delete_view(self, request, object_id, extra_context=None):
            """Name the row in the browser's title, too."""
            title = gettext("Delete: %(thing)s") % {"thing": self.get_object(request, unquote(object_id))}
            return super().delete_view(request, object_id, {"page_title": title, **(extra_context or {})})

        def history_view(self, request, object_id, extra_context=None):
            """Show who changed this to whoever may read the page of all changes.

            The browser's title names the row and its list: rows of two lists may have one name.
            """
            require_reader(request)
            row = self.get_object(request, unquote(object_id))
            title = f"{gettext('Change history: %s') % row} | {_things(self)}"
            return super().history_view(request, object_id, {"page_title": title, **(extra_context or {})})


class ReadOnlyAdmin(UnfoldAdmin[_Row]):
    """Rows that the connector writes: people look, search and drill down, and change nothing."""

    list_per_page = 50
    show_full_result_count = False
    paginator = BoundedPaginator
    narrowed_by: tuple[str, ...] = ()
    """Columns by which links of ours narrow the list, beside those of its filters."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow filters and links of ours only: any other column tells who is hidden, a letter at a time, unindexed."""
        column = lookup.partition("__")[0]
        filtered = {each[0] if isinstance(each, tuple) else each for each in self.list_filter}
        is_column = any(field.name == column for field in self.opts.get_fields())
        if is_column and column not in {*filtered, *self.narrowed_by}:
            return False
        return super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse: only the connector adds rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse: only the connector changes rows."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse: retention deletes rows."""
        return False


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked before something happens."""

    title: str
    text: str
    button: str
    """"" where nothing can be done, which `text` explains: the page only leads back."""
    back_url: str
    is_danger: bool = False
    facts: Sequence[str] = ()
    """Further sentences, one a line."""
    reason_label: str = ""
    """Label of a text that must be given as `reason`; none is asked for where it is empty."""


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way to a page, as the head of the page shows it."""

    title: str
    url: str = ""
    """"" of the page itself."""


def columns_of_people(row: models.Model) -> list[str]:
    """Return the columns of a row that a form may write: the others are marked `editable=False`."""
    return [field.name for field in row._meta.concrete_fields if field.editable and not field.primary_key]


def _things(model_admin: AnyAdmin) -> str:
    return str(capfirst(model_admin.opts.verbose_name_plural))


def find_or_404(rows: type[_Row] | models.QuerySet[_Row], object_id: str) -> _Row:
    """Return the row of an address. Raises Http404 where there is none, also for what can be no key."""
    try:
        return get_object_or_404(rows, pk=object_id)
    except (ValueError, ValidationError) as exc:
        raise Http404 from exc


def render_page(
    model_admin: AnyAdmin, request: HttpRequest, template: str, *, title: str, context: dict[str, Any]
) -> TemplateResponse:
    """Render one of our own pages inside the admin's frame.

    `page_title` of the context is what the browser shows, where that must say more than the title.
    """
    request.current_app = model_admin.admin_site.name
    opts = model_admin.opts
    frame = {
        **model_admin.admin_site.each_context(request),
        "opts": opts,
        "title": title,
        "crumbs": [Crumb(_things(model_admin), _list_url(model_admin, request)), Crumb(title)],
    }
    return TemplateResponse(request, template, {**frame, **context})


def _list_url(model_admin: AnyAdmin, request: HttpRequest) -> str:
    """Return the address of the list that a page belongs to, "" for whoever may not see it."""
    opts = model_admin.opts
    if not model_admin.has_view_permission(request):
        return ""
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")


def ask(model_admin: AnyAdmin, request: HttpRequest, question: Question) -> TemplateResponse:
    """Show the question; its button posts to the same address."""
    return render_page(
        model_admin, request, "admin/connector/confirm.html", title=question.title, context={"question": question}
    )


def object_url(model_admin: AnyAdmin, name: str, *, view: "Callable[..., HttpResponseBase]") -> URLPattern:
    """Make the address `<pk>/<name>/` of a view that gets (request, object_id); only staff reach it."""
    label = f"{model_admin.opts.app_label}_{model_admin.opts.model_name}_{name.replace('-', '_')}"
    return path(f"<path:object_id>/{name}/", model_admin.admin_site.admin_view(view), name=label)


def list_url(model_admin: AnyAdmin, name: str, *, view: "Callable[..., HttpResponseBase]") -> URLPattern:
    """Make the address `<name>/` of a view of the whole list; only staff reach it."""
    label = f"{model_admin.opts.app_label}_{model_admin.opts.model_name}_{name.replace('-', '_')}"
    return path(f"{name}/", model_admin.admin_site.admin_view(view), name=label)
