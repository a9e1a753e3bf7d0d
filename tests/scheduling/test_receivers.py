"""What wecom asks and tells, answered by scheduling."""

import pytest

from scheduling.models import Segment
from tests.support.factories import make_application
from wecom import services
from wecom.models import FactDefinition

pytestmark = pytest.mark.django_db


def test_the_deletion_of_a_fact_names_the_segments_that_use_it():
    company = make_application(is_default=True).corporation
    definition = FactDefinition(corporation=company, key="size", name="尺码", kind="text")
    services.save_fact_definition(definition)
    asks = {"subject": "fact:size", "test": "is", "value": "M"}
    for name, rules in (("深", [{"op": "any", "rules": [asks]}]), ("别的", [{**asks, "subject": "fact:city"}])):
        Segment.objects.create(corporation=company, name=name, rule={"op": "all", "rules": rules})
    (place,) = services.fact_use(definition).places
    assert "深" in place
    assert list(services.remove_fact_definition(definition).places) == [place]
