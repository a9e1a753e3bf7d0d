"""Video templates in flows: validated at publication, filled with the member's answers."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from avatars.models import Render
from conversations import services
from conversations.exceptions import FlowError
from conversations.flows import publication, video_templates
from conversations.machine.values import Machine
from conversations.models import Flow, Message, State
from tests.conversations.support.video_flows import make_video_flow, problems
from tests.support import factories
from tests.support.factories.conversations import change_steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def template(application):
    return factories.make_template(application.desk.digital_human)


@pytest.fixture
def flow(template) -> Flow:
    return make_video_flow(template, name="欢迎", command="/welcome")


def test_a_flow_without_faults_can_be_published(flow):
    assert problems(flow) == set()
    assert services.publish(flow).number == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"values": "place = lab"}, "value_required"),
        ({"values": "name = 王芳\nnick = 小芳"}, "value_unknown_variable"),
        ({"values": "name = {{nobody}}"}, "unknown_slot"),
        ({"values": "name = {{who"}, "bad_placeholder"),
        ({"values": "name = 王芳\nplace = 月球"}, "value_invalid"),
        ({"values": "name = 王芳\nday = {{who}}"}, "value_kind"),
        ({"template": None, "text": "你好"}, "no_template"),
    ],
)
def test_wrong_template_values_keep_a_flow_unpublished(flow, changes, code):
    assert problems(flow, **changes) == {("制作", code, True)}
    with pytest.raises(FlowError):
        services.publish(flow)


def test_words_that_nobody_says_are_told_and_no_more(flow):
    other = factories.make_digital_human()
    found = problems(flow, text="这个不说", digital_human=other)
    assert found == {("制作", "text_unused", False), ("制作", "digital_human_unused", False)}
    services.publish(flow)


def test_an_unused_text_has_no_other_problem(flow):
    Flow.objects.filter(pk=flow.pk).update(also_in="en")
    found = problems(flow, text="你好 {{nobody}} {{ " + "长" * 700)
    assert {code for state, code, _is_error in found if state == "制作"} == {"text_unused"}


def test_whoever_answers_gets_the_template_with_their_answer(person, flow, template):
    services.publish(flow)
    person.says("/welcome")
    person.says("王芳")
    message = Message.objects.get(render__isnull=False)
    assert message.render.template == template
    assert message.content.text.startswith("你好王芳，欢迎来到研究院。")


def test_who_gave_no_fitting_value_gets_the_words_and_the_reason(person, flow):
    services.publish(flow)
    person.says("/welcome")
    (text, bye) = person.says("王" * 21)  # the template takes twenty characters
    assert ("欢迎来到研究院" in text, bye) == (True, "再见。")
    message = Message.objects.get(degraded=True)
    assert (message.why, Render.objects.exists()) == ("variable_missing", False)


def test_a_template_that_is_gone_is_said_and_the_flow_goes_on(person, flow, template):
    services.publish(flow)
    State.objects.filter(flow=flow).update(template=None)
    template.delete()
    person.says("/welcome")
    said = person.says("王芳")
    assert said[-1] == "再见。"
    assert "欢迎" in said[0], "it names the flow"


def test_a_draft_is_tried_with_the_template(flow):
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    url = f"/admin/conversations/flow/{flow.pk}/try_it/"
    client.post(url, {"act": "start"})
    page = client.post(url, {"act": "say", "text": "王芳"}, follow=True).content.decode()
    assert "你好王芳，欢迎来到研究院。" in page


def test_the_page_of_a_state_has_its_template_and_what_is_wrong(flow, template):
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.create_superuser("boss"))
    change_steps(State.objects.filter(key="video"), values="")
    state = State.objects.get(key="video")
    page = client.get(f"/admin/conversations/state/{state.pk}/change/").content.decode()
    assert template.name in page
    assert "is required" in page


def test_it_survives_a_copy_a_version_and_a_round_through_json(flow, template):
    version = services.publish(flow)
    flow.refresh_from_db()
    assert not publication.is_changed(flow)
    copy = services.duplicate_flow(flow)
    assert copy.states.get(key="video").template == template
    machine = publication.draft(flow)
    assert Machine.from_json(version.definition) == machine
    node = machine.node("video")
    assert dict(node.values) == {"name": "{{who}}", "place": "lab"}
    services.restore_draft(version)
    assert flow.states.get(key="video").values == "name = {{who}}\nplace = lab"


def test_what_was_published_before_there_were_templates_is_as_it_was(flow):
    change_steps(State.objects.filter(key="video"), template=None, values="", text="你好")
    version = services.publish(flow)
    old = {**version.definition, "nodes": []}
    for node in version.definition["nodes"]:
        old["nodes"].append({key: value for key, value in node.items() if key not in ("template", "values")})
    type(version).objects.filter(pk=version.pk).update(definition=old)
    flow.refresh_from_db()
    assert not publication.is_changed(Flow.objects.get(pk=flow.pk))


def test_a_template_of_a_draft_is_kept(flow, template):
    from django.db.models import ProtectedError

    with pytest.raises(ProtectedError):
        template.delete()
    assert video_templates.problems(publication.draft(flow)) is not None
