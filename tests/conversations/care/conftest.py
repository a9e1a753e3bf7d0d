"""Fixtures: the subjects that ship, and a group that is told, around the clock."""

import pytest

from conversations.models import CareSubject, OperatorGroup
from tests.conversations.support.person import Person
from tests.support import factories


@pytest.fixture
def group(application) -> OperatorGroup:
    operator = factories.make_operator(application, "fangyi", name="方医生")
    group = factories.make_operator_group(application, operator, name="关怀小组")
    for subject in CareSubject.objects.all():
        subject.group = group
        subject.save()
    return group


@pytest.fixture
def phone(application, group) -> Person:
    """The phone of the group's operator."""
    return Person(application, "fangyi")
