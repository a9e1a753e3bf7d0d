"""What the approval of a campaign is bound to: every field of it, unless a table here says why not."""

import dataclasses
from datetime import date, time
from typing import Any

import pytest

from avatars.models import Presentation, PresentationScene, PresentationVariable, RenderTemplate, TemplateVariable
from scheduling import services
from scheduling.audience.audience_rule import DepartmentChoice, Selection
from scheduling.campaigns.approved_content import describe, digest
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignContent, Segment
from tests.scheduling.support.approved_fields import relations, unbound
from tests.scheduling.support.campaigns import approve, make_campaign
from tests.scheduling.support.plain_messages import clock
from tests.support import factories
from tests.support.model_rows import make_row

pytestmark = pytest.mark.django_db

FREE_OF_CAMPAIGN = {
    "name": "only shown in the admin",
    "created_by": "who wrote it: not what it does",
    "client": "who wrote it",
    "created_at": "when it was written",
    "changed_at": "when it was written",
    "replaces": "the schedule that it was made from, which it does not show; no form has it",
    "ends_replaced": "what becomes of another schedule when it starts: members get no other message from this one",
    "approved_hash": "the approval itself",
    "state": "where it is in its life",
    "reason": "where it is in its life",
    "watched_from": "where it is in its life",
    "next_at": "where it is in its life",
    "ahead_for": "what was made ahead for it",
    "key": "the call that made it",
    "periodic_task": "who wakes a worker",
}
OF_STEPS = dict.fromkeys(("series", "day", "at"), "only a step of a series has it, and is approved with its series")
RELATED_TO_CAMPAIGN = {
    "contents": "bound: the next table",
    "changes": "its history",
    "runs": "what has gone out",
    "taken": "what has gone out, of a step",
    "rehearsals": "what would go out",
    "videos": "what is made ahead for it",
}
FREE_OF_TEMPLATE = {
    "name": "only shown in the admin",
    "notes": "only shown in the admin",
    "spliced": "how it is rendered: the video looks and sounds the same",
    "created_at": "when it was written",
    "updated_at": "when it was written",
}
FREE_OF_PRESENTATION = {
    "name": "only shown in the admin",
    "created_at": "when it was written",
    "updated_at": "when it was written",
}
FREE_OF_SEGMENT = {
    "name": "how people call it",
    "description": "how people call it",
    "corporation": "fixed: no form has it",
    **dict.fromkeys(("created_by", "created_at", "updated_at"), "who wrote it, and when"),
    **dict.fromkeys(("client", "client_key", "holder", "rule_by", "rule_at"), "who changed it: parties of an approval"),
}
PARTS: dict[str, Any] = {
    "everyone": True,
    "departments": [{"number": 7}],
    "tags": [5],
    "members": ["lisi"],
    "segments": [3],
    "sheet": 9,
}
SOMEBODY = {"members": ["zhangsan"]}


@pytest.fixture
def campaign(application) -> Campaign:
    """A campaign that uses all that a campaign can."""
    return make_campaign(
        "早上好",
        application=application,
        topic=factories.make_topic(),
        repeats="cron",
        cron="0 9 * * 1",
        starts_at=clock("2027-01-04T09:00"),
        next_working_day_at=time(9, 30),
        urgent_reason="水管坏了",
        ends_on=date(2027, 3, 1),
        valid_minutes=30,
        window_from=time(8),
        window_until=time(20),
        window_weekdays=[1, 2],
        audience=SOMEBODY,
    )


def described(campaign: Campaign) -> dict[str, Any]:
    return describe(Campaign.objects.get(pk=campaign.pk))


def free(row: Any, campaign: Campaign, **options: Any) -> set[str]:
    return unbound(row, lambda: described(campaign), **options)


def test_the_approval_is_bound_to_every_field_of_a_campaign(campaign):
    assert free(campaign, campaign, apart=OF_STEPS) == set(FREE_OF_CAMPAIGN)
    assert relations(Campaign) == set(RELATED_TO_CAMPAIGN)


def test_fields_that_are_empty_as_a_rule_are_bound_once_filled(application):
    bare = make_campaign(application=application, topic=None)
    assert free(bare, bare, apart=OF_STEPS) == {*FREE_OF_CAMPAIGN, "offers_settings"}  # which are a topic's


def test_the_approval_is_bound_to_every_field_of_its_contents(campaign):
    others = {"campaign": "where it stands"}
    assert free(campaign.contents.get(), campaign, apart=others) == set()
    assert relations(CampaignContent) == set()


def test_the_approval_is_bound_to_every_content(campaign):
    before = digest(described(campaign))
    english = CampaignContent.objects.create(campaign=campaign, language="en", text="Good morning")
    assert digest(described(campaign)) != before
    english.delete()
    assert digest(described(campaign)) == before


def test_the_approval_is_bound_to_every_field_of_a_template(application):
    template = factories.make_template()
    campaign = make_campaign({"template": template}, content_type="video")
    assert free(template, campaign) == set(FREE_OF_TEMPLATE)
    assert relations(RenderTemplate) == {"variables", "renders", "states"}
    variable = template.variables.first()
    assert variable is not None
    assert free(variable, campaign, apart={"template": "where it stands"}) == set()
    assert relations(TemplateVariable) == set()


def test_the_approval_is_bound_to_every_field_of_a_presentation(application):
    presentation = factories.make_presentation()
    variable = make_row(PresentationVariable, presentation=presentation)
    campaign = make_campaign({"presentation": presentation}, content_type="video")
    stands = {"presentation": "where it stands"}
    assert free(presentation, campaign) == set(FREE_OF_PRESENTATION)
    assert free(presentation.scenes.last(), campaign, apart=stands) == set()
    assert free(variable, campaign, apart=stands) == set()
    assert relations(Presentation) == {"scenes", "variables", "states", "renders"}
    assert relations(PresentationScene) == relations(PresentationVariable) == set()


@pytest.mark.parametrize("side", ["included", "excluded"])
@pytest.mark.parametrize("part", [field.name for field in dataclasses.fields(Selection)])
def test_each_part_of_the_audience_voids_the_approval(application, part, side):
    factories.make_member(application, "zhangsan", status="active")
    campaign = approve(make_campaign(audience=SOMEBODY))
    selection = {part: PARTS[part]}
    campaign.audience = {**SOMEBODY, **selection} if side == "included" else {**SOMEBODY, "exclude": selection}
    services.save_campaign(campaign)
    assert (campaign.state, campaign.approved_hash) == ("draft", "")


def test_each_part_of_a_department_voids_the_approval(application):
    assert {field.name for field in dataclasses.fields(DepartmentChoice)} == {"number", "below"}
    choices: list[dict[str, Any]] = [{"number": 7}, {"number": 8}, {"number": 7, "below": False}]
    campaigns = [make_campaign(audience={"departments": [choice]}) for choice in choices]
    assert len({digest(describe(campaign)) for campaign in campaigns}) == len(choices)


def group(*keys: int) -> dict[str, Any]:
    """A rule for members of these segments, deep within it."""
    condition = {"subject": "segment", "test": "one_of", "value": list(keys)}
    return {"op": "all", "rules": [{"op": "none", "rules": [condition]}]}


def make_segment(application: Any, rule: dict[str, Any] | None = None) -> Segment:
    rule = rule or {"op": "all", "rules": []}
    return make_row(Segment, corporation=application.corporation, rule=rule)  # type: ignore[no-any-return]


def naming(place: str, key: int) -> dict[str, Any]:
    return {"segments": [key]} if place == "included" else {"everyone": True, "exclude": {"segments": [key]}}


@pytest.mark.parametrize("depth", [0, 1, 2])
@pytest.mark.parametrize("place", ["included", "excluded"])
def test_a_segment_is_bound_wherever_it_is_named(application, place, depth):
    factories.make_member(application, "zhangsan", status="active")
    inner = outer = make_segment(application)
    for _level in range(depth):
        outer = make_segment(application, group(outer.pk))
    campaign = approve(make_campaign(audience=naming(place, outer.pk)))
    assert free(inner, campaign) == set(FREE_OF_SEGMENT)
    Segment.objects.filter(pk=inner.pk).update(rule={"op": "any", "rules": []})
    with pytest.raises(SchedulingError) as caught:
        services.start_campaign(campaign)
    assert caught.value.code == "not_approved"


@pytest.mark.parametrize("place", ["included", "excluded"])
def test_a_segment_that_is_deleted_voids_the_approval(application, place):
    factories.make_member(application, "zhangsan", status="active")
    segment = make_segment(application)
    campaign = approve(make_campaign(audience=naming(place, segment.pk)))
    Segment.objects.filter(pk=segment.pk).delete()
    with pytest.raises(SchedulingError) as caught:
        services.start_campaign(campaign)
    assert caught.value.code == "not_approved"
