"""Recognise people who were erased here, by keyed hashes of their emails and ids (rule 6.8)."""

import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, F, Value, When

from connector.inwink.identity import Identity
from connector.models import ErasedPerson, ErasureKey

_KEY_BYTES = 32
"""As many as the digest has: https://www.rfc-editor.org/rfc/rfc2104#section-3"""
MARKS_A_QUERY = 1_000
"""Digests asked for at once; SQLite takes no query with much more than 30,000."""


@dataclass(frozen=True, slots=True)
class _Marks:
    """The digests of one identity."""

    emails: frozenset[str]
    ids: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """Those of emails and ids together."""
        return self.emails | self.ids


def find_erased(identities: Sequence[Identity]) -> set[int]:
    """Return the places of those who were erased; one query while nobody was.

    Raises WrongEncryptionKey: who was erased must not come back because a key is missing.
    """
    marks = _marks_of(identities)
    known = _known(marks)
    return {place for place, own in enumerate(marks) if own.all & known}


def drop_erased(identities: Sequence[Identity], *, now: datetime) -> set[int]:
    """Return the places of those who were erased, and count them as dropped. Call inside atomic.

    Somebody who is known by an email and comes with a new id is known by that id from then on.
    Raises WrongEncryptionKey.
    """
    marks = _marks_of(identities)
    known = _known(marks)
    found = {place: own for place, own in enumerate(marks) if own.all & known}
    if found:
        new_ids = {digest for own in found.values() if own.emails & known for digest in own.ids - known}
        _remember(new_ids, by="", now=now)
        _count(Counter(min(own.all & known) for own in found.values()), now=now)
    return set(found)


def remember_erased(identity: Identity, *, by: str, now: datetime) -> None:
    """Leave the hashes by which a person will be recognised; idempotent. Call inside atomic."""
    _make_key()
    [marks] = _marks_of([identity])
    _remember(marks.all, by=by, now=now)


def mark_of(email: str) -> str:
    """Return the hash of an email, which names a person to us without saying who it is. Raises WrongEncryptionKey."""
    _make_key()
    [marks] = _marks_of([Identity(frozenset({email}), frozenset())])
    [mark] = marks.emails
    return mark


def _make_key() -> None:
    ErasureKey.objects.get_or_create(pk=ErasureKey.ONLY, defaults={"secret": secrets.token_hex(_KEY_BYTES)})


def _marks_of(identities: Sequence[Identity]) -> list[_Marks]:
    stored = ErasureKey.objects.filter(pk=ErasureKey.ONLY).first() if identities else None
    if stored is None:
        return []
    key = bytes.fromhex(stored.secret.reveal())
    return [
        _Marks(
            emails=frozenset(_digest(("email", email), key=key) for email in identity.emails),
            ids=frozenset(_digest(("id", *pair), key=key) for pair in identity.ids),
        )
        for identity in identities
    ]


def _digest(parts: Iterable[str], *, key: bytes) -> str:
    return hmac.new(key, "\0".join(parts).encode(), hashlib.sha256).hexdigest()


def _known(marks: Iterable[_Marks]) -> set[str]:
    wanted = sorted({digest for own in marks for digest in own.all})
    known: set[str] = set()
    for start in range(0, len(wanted), MARKS_A_QUERY):
        part = ErasedPerson.objects.filter(pk__in=wanted[start : start + MARKS_A_QUERY])
        known |= set(part.values_list("pk", flat=True))
    return known


def _remember(digests: Collection[str], *, by: str, now: datetime) -> None:
    people = [ErasedPerson(digest=digest, erased_at=now, erased_by=by[:150]) for digest in sorted(digests)]
    ErasedPerson.objects.bulk_create(people, ignore_conflicts=True)


def _count(dropped: Mapping[str, int], *, now: datetime) -> None:
    """Add up what was dropped; locked in the order of the digests, as everybody does."""
    people = ErasedPerson.objects.filter(pk__in=dropped)
    list(people.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    more = Case(*(When(pk=digest, then=Value(count)) for digest, count in dropped.items()), default=Value(0))
    people.update(dropped_count=F("dropped_count") + more, last_dropped_at=now)
