"""The factories make rows that every constraint accepts."""

import pytest
from factory.django import DjangoModelFactory

from connector import models
from connector.core.outcomes import EntryState
from connector.models import OutboxEntry
from tests import factories

FACTORIES = [
    factory
    for factory in vars(factories).values()
    if isinstance(factory, type) and issubclass(factory, DjangoModelFactory) and not factory._meta.abstract
]


def test_every_model_has_a_factory() -> None:
    assert {factory._meta.model.__name__ for factory in FACTORIES} == set(models.__all__)


@pytest.mark.both
@pytest.mark.django_db
@pytest.mark.parametrize("factory", FACTORIES, ids=lambda factory: factory.__name__)
def test_two_rows_of_each_factory_can_be_stored(factory: type[DjangoModelFactory[object]]) -> None:
    rows = factory.create_batch(2)
    assert factory._meta.model.objects.count() >= len({row.pk for row in rows})  # type: ignore[attr-defined]


@pytest.mark.both
@pytest.mark.django_db
@pytest.mark.parametrize("state", list(EntryState))
def test_an_entry_can_be_made_in_every_state(state: EntryState) -> None:
    entry = factories.OutboxEntryFactory.create(state=state.value)
    assert OutboxEntry.objects.get(pk=entry.pk).state == state
