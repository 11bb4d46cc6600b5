"""Keep what a form changed, old and new; for users and groups, whose tables keep no history of their own."""

from typing import Any

from django.forms import ModelForm
from django.utils.translation import override

from connector.pipeline.audit_values import keep_value


def old_and_new(form: Any) -> list[dict[str, Any]]:
    """Return the message of Django's log about a changed form; [] for a new one, or where nothing can be said.

    It holds no word in the language of whoever did it: others read it too. A password is no field of these forms: its
    own page, whose form is none of a model, logs that it was changed.
    """
    if not isinstance(form, ModelForm) or form.instance.pk is None or not form.initial:
        return []
    names = [name for name in form.changed_data if name != "password"]
    if not names:
        return []
    with override(None):  # as Django itself does: these are for its own page of a row's history
        labels = [str(form.fields[name].label or name) for name in names]
    values = [keep_value(name, form.initial.get(name), form.cleaned_data.get(name)) for name in names]
    return [{"changed": {"fields": labels, "values": values}}]
