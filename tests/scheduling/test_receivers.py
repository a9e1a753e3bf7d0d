"""What wecom asks and tells, answered by scheduling."""

import pytest

from scheduling.models import Campaign, Segment
from tests.support.factories import make_application
from wecom import services
from wecom.models import FactDefinition

pytestmark = pytest.mark.django_db


def test_the_deletion_of_a_fact_names_what_uses_it():
    company = make_application(is_default=True).corporation
    definition = FactDefinition(corporation=company, key="size", name="尺码", kind="text")
    services.save_fact_definition(definition)
    asks = {"subject": "fact:size", "test": "is", "value": "M"}
    for name, rules in (("深", [{"op": "any", "rules": [asks]}]), ("别的", [{**asks, "subject": "fact:city"}])):
        Segment.objects.create(corporation=company, name=name, rule={"op": "all", "rules": rules})
    for name, words, state in (
        ("领衣服", "{{size|均码}}", "draft"),
        ("别的", "{{city|本地}}", "draft"),
        ("领过了", "{{size}}", "finished"),
    ):
        campaign = Campaign.objects.create(name=name, state=state)
        campaign.contents.create(text=words)
    places = services.fact_use(definition).places
    assert [name for name in ("深", "领衣服", "别的", "领过了") if name in str(places)] == ["深", "领衣服"]
    assert services.remove_fact_definition(definition).places == places
