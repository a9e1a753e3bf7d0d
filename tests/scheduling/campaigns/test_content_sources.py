"""An approval is bound to what a content takes from elsewhere, too: templates, presentations, flows."""

import pytest

from avatars.models import RenderTemplate
from conversations.models import Flow
from scheduling import services
from scheduling.admin.campaigns.campaign_differences import readable
from scheduling.exceptions import SchedulingError
from scheduling.models import Batch
from tests.scheduling.support.campaigns import approve, launch, make_campaign, work
from tests.support import factories
from tests.support.model_rows import make_row

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def company():
    application = factories.make_application(is_default=True)
    factories.make_desk(application)
    factories.make_member(application, "zhangsan", name="张三", status="active")
    return application


@pytest.fixture
def template(company) -> RenderTemplate:
    return factories.make_template()


def edit(template: RenderTemplate, **fields: object) -> None:
    RenderTemplate.objects.filter(pk=template.pk).update(**fields)


def words(template: RenderTemplate) -> dict[str, object]:
    return {"template": template, "values": {"name": "{{name|同事}}"}}


def test_an_edit_of_a_templates_script_voids_the_approval(template):
    campaign = approve(make_campaign(words(template), content_type="video"))
    edit(template, script="另一些话，{{name}}。")
    campaign.refresh_from_db()
    with pytest.raises(SchedulingError) as caught:
        services.start_campaign(campaign)
    assert caught.value.code == "not_approved"


def test_a_new_note_on_a_template_leaves_the_approval(template):
    campaign = approve(make_campaign(words(template), content_type="video"))
    edit(template, notes="给人事部")
    campaign.refresh_from_db()
    assert services.start_campaign(campaign).state == "running"


def test_the_approver_sees_which_words_of_a_template_changed(template):
    before = template.script
    campaign = approve(make_campaign(words(template), content_type="video"))
    edit(template, script="另一些话，{{name}}。")
    campaign.refresh_from_db()
    (row,) = readable(services.changed_since_approval(campaign), campaign)
    assert (row.before, row.after) == (before, "另一些话，{{name}}。")
    assert "script" in row.label.lower()


def test_an_edit_while_it_runs_pauses_the_campaign(template):
    campaign = launch(words(template), content_type="video")
    services.start_run(campaign.runs.get().pk)
    edit(template, script="另一些话，{{name}}。")
    work(calls=False)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.reason) == ("paused", "not_approved")
    assert not Batch.objects.exclude(outbound=None).exists()


def test_the_version_of_a_flow_is_part_of_what_is_approved(company):
    flow = make_row(Flow)
    campaign = make_campaign({"flow": flow}, content_type="flow")
    before = services.changed_since_approval(campaign)
    assert any(one.path.startswith("contents") and "flow_version" in str(one) for one in before)
