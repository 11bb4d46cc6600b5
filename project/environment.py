"""Read environment variables so that a mistake names its variable."""

import zoneinfo
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

_TRUE = frozenset({"1", "true", "yes", "on", "y", "ok"})
_FALSE = frozenset({"0", "false", "no", "off", "n"})
_DATABASES = frozenset({"django.db.backends.sqlite3", "django.db.backends.postgresql"})


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
            "or run `make run`, which adds new keys to a .env that has no line for them."
        )

    def flag(self, name: str, *, default: bool) -> bool:
        """Return whether `name` is on, an empty one being the default; raise ImproperlyConfigured for other words."""
        word = str(self.str(name, default="")).strip().lower()
        if not word:
            return default
        if word not in _TRUE | _FALSE:
            raise ImproperlyConfigured(f"{name} cannot be read: write 1 or 0.")
        return word in _TRUE

    def at_least_one(self, name: str, *, default: int) -> int:
        """Return the whole number of `name`; raise ImproperlyConfigured where it is less than 1."""
        value: int = self.int(name, default=default)
        if value < 1:
            raise ImproperlyConfigured(f"{name} must be 1 or more.")
        return value

    def time_zone(self, name: str, *, default: str) -> str:
        """Return the time zone of `name`; raise ImproperlyConfigured for one that is not known here."""
        value: str = self.str(name, default=default)
        try:
            zoneinfo.ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ImproperlyConfigured(f"{name} is not a known time zone: write one like Europe/Paris.") from None
        return value

    def database(self, name: str, *, default: str) -> dict[str, Any]:
        """Return Django's settings of the database at the URL of `name`, an empty one being the default.

        Raise ImproperlyConfigured, without the URL and its password, for what is neither PostgreSQL nor SQLite.
        """
        url = self.str(name, default="") or default
        config: dict[str, Any] = {}
        try:
            if "://" in url:
                config = self.db_url_config(url)
        except ValueError:
            config = {}
        if config.get("ENGINE") not in _DATABASES or not config["NAME"]:
            raise ImproperlyConfigured(
                f"{name} cannot be read: write postgres://user:password@host:5432/name or sqlite:////path/to/file."
            )
        return config
