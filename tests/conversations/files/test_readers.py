"""What is wrong in a file is named with its place."""

import pytest
from django.utils import translation

from conversations import services
from conversations.models import Flow
from core.interchange.flaws import FileRefused

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("steps", "key"), [("x", "steps"), (["x"], "steps"), ([{"key": "a", "transitions": 3}], "transitions")]
)
def test_what_is_no_list_is_named(steps, key):
    flow = Flow.objects.create(name="F")
    with translation.override("en"), pytest.raises(FileRefused) as refused:
        services.write_draft(flow, steps)
    assert f"“{key}” is a list." in [flaw.words for flaw in refused.value.flaws]
