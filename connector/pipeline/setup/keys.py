"""Encrypt every stored secret again with the first key of FIELD_ENCRYPTION_KEYS."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction

from connector.models.fields import EncryptedField, Secret, WrongEncryptionKey

CHUNK_ROWS = 200
"""Rows a transaction; each is locked while its secrets are written."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many secrets of one column were encrypted again, and which rows could not be."""

    column: str
    """`SalesforceOrg.client_secret`"""
    count: int
    unreadable: tuple[str, ...] = ()
    """Primary keys of rows that no key decrypts; they stay as they are."""


def rotate_keys() -> list[Rotated]:
    """Encrypt every secret of every model again; safe to repeat and to interrupt."""
    return [_rotate_column(model, field) for model, field in _encrypted_columns()]


def _encrypted_columns() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_app_config("connector").get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedField):
                yield model, field.name


def _rotate_column(model: type[models.Model], column: str) -> Rotated:
    keys = list(model._default_manager.exclude(**{column: ""}).order_by("pk").values_list("pk", flat=True))
    count, unreadable = 0, []
    for start in range(0, len(keys), CHUNK_ROWS):
        done, failed = _rotate_chunk(model, column, keys[start : start + CHUNK_ROWS])
        count += done
        unreadable += failed
    return Rotated(f"{model.__name__}.{column}", count, tuple(unreadable))


def _rotate_chunk(model: type[models.Model], column: str, keys: Sequence[object]) -> tuple[int, list[str]]:
    rotated, unreadable = [], []
    with transaction.atomic():
        for row in model._default_manager.select_for_update().filter(pk__in=keys).order_by("pk"):
            secret: Secret = getattr(row, column)
            try:
                setattr(row, column, secret.rotate())
            except WrongEncryptionKey:
                unreadable.append(str(row.pk))
                continue
            rotated.append(row)
        model._default_manager.bulk_update(rotated, [column])
    return len(rotated), unreadable
