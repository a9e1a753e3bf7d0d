"""The update: programs keep what they read, and no role but administrators reads what members say."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from openuser.models import ApiClient
from tests.support import factories

pytestmark = pytest.mark.django_db
KEEP = import_module("openuser.migrations.0002_since_0_5").keep_what_programs_read


@pytest.mark.parametrize(
    ("scopes", "reads"),
    [
        (["messages:read", "messages:write"], True),
        (["sessions:read"], True),
        (["tickets:read"], True),
        (["messages:write"], False),
        (["conversations:read", "messages:read"], True),
    ],
)
def test_a_program_that_read_messages_still_does(scopes, reads):
    factories.make_api(*scopes)
    for _time in range(2):
        KEEP(apps, SimpleNamespace(connection=connection))
    kept = ApiClient.objects.get().scopes
    assert kept.count("conversations:read") == int(reads)
    assert set(scopes) <= set(kept)
