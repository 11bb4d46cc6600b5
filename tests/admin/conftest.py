"""People who use the admin."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

SignIn = Callable[..., Client]


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """Return a function that makes a member of staff with the named permissions of the connector and signs in."""

    def sign_in_with(*codenames: str) -> Client:
        user = User.objects.create_user("olga", password="x", is_staff=True)
        permissions = Permission.objects.filter(content_type__app_label="connector", codename__in=codenames)
        assert permissions.count() == len(codenames)
        user.user_permissions.set(permissions)
        client = Client()
        client.force_login(user)
        return client

    return sign_in_with
