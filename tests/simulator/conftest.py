"""A fresh simulator for each test, and a client that is signed in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.server import SimulatorServer
from tests.simulator.client import Client


@pytest.fixture
def server() -> Iterator[SimulatorServer]:
    """Serve the default seed."""
    with SimulatorServer() as running:
        yield running


@pytest.fixture
def api(server: SimulatorServer) -> Client:
    """Sign in."""
    return Client(server)


@pytest.fixture
def campaign_id(api: Client) -> str:
    """Return the seed's campaign."""
    return api.id_of("Campaign", "Salon 2026")


@pytest.fixture
def contact_id(api: Client) -> str:
    """Return the seed's contact."""
    return api.id_of("Contact", "Camille Martin")


@pytest.fixture
def lead_id(api: Client) -> str:
    """Return the seed's lead."""
    return api.id_of("Lead", "Louis Bernard")
