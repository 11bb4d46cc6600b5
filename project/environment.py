"""Read environment variables so that a mistake names its variable."""

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured


class Environment(environ.Env):  # type: ignore[misc]  # django-environ publishes no types
    """django-environ that turns a value which cannot be read into one sentence."""

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        """Return the value of `var` in its type; raise ImproperlyConfigured with its name, never with its value."""
        try:
            return super().get_value(var, *args, **kwargs)
        except ValueError:
            raise ImproperlyConfigured(
                f"{var} cannot be read: correct its value; .env.example shows how it is written."
            ) from None

    def required(self, name: str, *, make_one: str) -> str:
        """Return the text of `name`; raise ImproperlyConfigured with the way to make one when it is missing."""
        value: str = self.str(name, default="")
        if value:
            return value
        raise ImproperlyConfigured(
            f"{name} is not set: put it into the environment or .env (make a value with: {make_one}), "
            "or run `make run`, which writes a .env with new keys."
        )
