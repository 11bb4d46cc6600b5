"""Name permissions in the reader's language: Django stores their names in English, for whoever migrates."""

from collections.abc import Mapping
from functools import cache

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

_VERBS: Mapping[str, str | Promise] = {
    "add": _("Can add %(thing)s"),
    "change": _("Can change %(thing)s"),
    "delete": _("Can delete %(thing)s"),
    "view": _("Can view %(thing)s"),
}


def say_permission(name: str) -> str:
    """Return what `app.codename` allows, e.g. "Can view participant"; the name itself where no model has it."""
    if own := _own_names().get(name):
        return gettext(own)
    app, _dot, codename = name.partition(".")
    verb, _line, model = codename.partition("_")
    try:
        thing = apps.get_model(app, model)._meta.verbose_name
    except LookupError:
        return name
    return str(_VERBS[verb]) % {"thing": thing} if verb in _VERBS else name


@cache
def _own_names() -> Mapping[str, str]:
    """Return {app.codename: English name} of the permissions that models add to Django's four."""
    return {
        f"{model._meta.app_label}.{codename}": str(words)
        for model in apps.get_models()
        for codename, words in model._meta.permissions
    }
