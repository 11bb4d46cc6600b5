"""Keep secrets encrypted at rest, and decrypt them only where they are used."""

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from connector import conf


class WrongEncryptionKey(Exception):
    """No key in FIELD_ENCRYPTION_KEYS decrypts a stored secret."""

    code = "wrong_encryption_key"
    """What advice explains, as the code of a SalesforceError is."""


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as exc:
        raise ImproperlyConfigured(
            "FIELD_ENCRYPTION_KEYS must be a comma-separated list of keys of 32 url-safe base64 bytes."
        ) from exc


class Secret:
    """An encrypted text that is decrypted only on `reveal()`, so that lists and logs never do."""

    __slots__ = ("ciphertext",)

    def __init__(self, ciphertext: str = "") -> None:
        self.ciphertext = ciphertext

    @classmethod
    def conceal(cls, text: str) -> "Secret":
        """Encrypt a text with the first key; "" stays empty."""
        return cls(_cipher(conf.field_encryption_keys()).encrypt(text.encode()).decode() if text else "")

    def reveal(self) -> str:
        """Decrypt; raises WrongEncryptionKey where no key fits."""
        if not self.ciphertext:
            return ""
        try:
            return _cipher(conf.field_encryption_keys()).decrypt(self.ciphertext.encode()).decode()
        except InvalidToken as exc:
            raise WrongEncryptionKey(
                "A stored secret cannot be decrypted: add the key it was written with to FIELD_ENCRYPTION_KEYS."
            ) from exc

    def rotate(self) -> "Secret":
        """Encrypt again with the first key; raises WrongEncryptionKey where no key fits."""
        if not self.ciphertext:
            return self
        try:
            return Secret(_cipher(conf.field_encryption_keys()).rotate(self.ciphertext.encode()).decode())
        except InvalidToken as exc:
            raise WrongEncryptionKey("A stored secret cannot be decrypted with any of FIELD_ENCRYPTION_KEYS.") from exc

    def __bool__(self) -> bool:
        return bool(self.ciphertext)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.ciphertext == other.ciphertext

    def __hash__(self) -> int:
        return hash(self.ciphertext)

    def __repr__(self) -> str:
        return "<Secret: set>" if self else "<Secret: empty>"

    __str__ = __repr__


def conceal_list(texts: list[str]) -> Secret:
    """Encrypt several texts as one secret."""
    return Secret.conceal(json.dumps(texts)) if texts else Secret()


def reveal_list(secret: Secret) -> list[str]:
    """Decrypt what `conceal_list` made; raises WrongEncryptionKey."""
    return [str(text) for text in json.loads(secret.reveal())] if secret else []


if TYPE_CHECKING:
    _TextField = models.TextField[Any, Any]
else:
    _TextField = models.TextField


class EncryptedField(_TextField):
    """A column whose Python value is a `Secret`; assigning a plain text encrypts it when it is saved."""

    description = "Encrypted text"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, *_: object) -> Secret:
        """Wrap the ciphertext; nothing is decrypted here."""
        return Secret(value or "")

    def to_python(self, value: Any) -> Secret:
        """Accept a Secret or a plain text."""
        return value if isinstance(value, Secret) else Secret.conceal(str(value or ""))

    def get_prep_value(self, value: Any) -> str:
        """Store the ciphertext only."""
        return self.to_python(value).ciphertext
