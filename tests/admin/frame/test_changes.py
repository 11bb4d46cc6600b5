"""Values that were written are shown as people read them."""

from typing import Any

import pytest
from django.test import override_settings
from django.utils.translation import override

from connector.admin.frame.changes import show_written


@override_settings(TIME_ZONE="Europe/Paris")
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-10-08T07:40:00.000+0000", "08/10/2026 09:40:00"),
        ("2026-12-08T07:40:05Z", "08/12/2026 08:40:05"),
        ("2026-10-08", "2026-10-08"),
        ("2026-99-08T07:40:00.000+0000", "2026-99-08T07:40:00.000+0000"),
        ("Directrice", "Directrice"),
        (None, "–"),
        (True, "oui"),
    ],
)
def test_moments_are_shown_by_the_clock_of_the_site(value: Any, shown: str) -> None:
    with override("fr"):
        assert show_written(value) == shown
