"""Every address of the admin, as the URL resolver knows them, with rows of the ground filled in."""

import re
from collections.abc import Iterator

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver, get_resolver

from tests.admin.roles.ground import Ground

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def routes() -> list[str]:
    """Return the routes below admin/, each once, in the order in which they are tried."""
    found = (route.removeprefix("admin/") for route in _walk(get_resolver()) if route.startswith("admin/"))
    return list(dict.fromkeys(found))


def _walk(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from _walk(pattern, route)


def address(route: str, ground: Ground) -> str:
    """Return the address of a route for the planted rows."""
    if route.startswith("^"):
        return "/admin/connector/"
    if route.startswith("("):
        return "/admin/nowhere/"
    model = [*route.split("/"), ""][1]
    values = {
        "object_id": ground.objects.get(model, ""), "id": ground.objects.get(model, ""),
        "draft_id": ground.objects["draft"], "slug": "people", "mapping_id": ground.objects["fieldmapping"],
        "content_type_id": ContentType.objects.get_for_model(ground.link).pk,
    }  # fmt: skip
    if route.startswith("r/"):
        values["object_id"] = ground.link.pk
    return "/admin/" + _PARAMETER.sub(lambda found: str(values[found[1]]), route)


def registered() -> set[str]:
    """Return the models that the admin shows, as they stand in addresses."""
    return {str(model._meta.model_name) for model in admin.site._registry}
