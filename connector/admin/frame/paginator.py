"""Pages of long lists: count no further than anybody turns pages."""

from functools import cached_property

from django.core.paginator import Paginator

MOST_ROWS = 10_000
"""Rows that a list pages through; whoever wants older ones narrows the list. Counting a million takes seconds."""


class BoundedPaginator(Paginator):  # type: ignore[type-arg] # Django's class takes no parameter at run time
    """Counts up to `MOST_ROWS`, so that no page costs more, however many rows there are."""

    template_name = "admin/connector/pages.html"
    """Unfold includes it in the place of its own."""

    @cached_property
    def count(self) -> int:
        """Return how many rows can be reached."""
        return min(self._counted, MOST_ROWS)

    @property
    def is_cut(self) -> bool:
        """Whether there are rows beyond."""
        return self._counted > MOST_ROWS

    @cached_property
    def _counted(self) -> int:
        return int(self.object_list.order_by()[: MOST_ROWS + 1].count())  # type: ignore[attr-defined] # lists are of querysets
