"""Presentations in flows: validated at publication, filled with the member's answers, in the member's language."""

import pytest
from django.contrib.auth.models import User
from django.db.models import ProtectedError
from django.test import Client

from avatars import services as avatars
from avatars.models import Render
from conversations import services
from conversations.flows import publication
from conversations.machine.values import Machine
from conversations.models import Conversation, Flow, Message, State
from tests.conversations.support.video_flows import make_video_flow, problems
from tests.support import factories
from tests.support.admin_forms import sent_by
from tests.support.factories.conversations import change_steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def presentation(application):
    return factories.make_personal_presentation(application.desk.digital_human)


@pytest.fixture
def flow(presentation) -> Flow:
    return make_video_flow(presentation, name="培训", command="/training")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"values": "place = lab"}, "value_required"),
        ({"values": "name = 王芳\nnick = 小芳"}, "value_unknown_variable"),
        ({"values": "name = {{nobody}}"}, "unknown_slot"),
        ({"presentation": None, "text": "你好"}, "no_template"),
    ],
)
def test_wrong_values_keep_a_flow_unpublished(flow, changes, code):
    assert problems(flow) == set()
    assert problems(flow, **changes) == {("制作", code, True)}


def test_a_presentation_that_cannot_be_rendered_keeps_a_flow_unpublished(flow, presentation):
    presentation.scenes.filter(position=2).update(slide="")
    assert problems(flow) == {("制作", "presentation_slide_missing", True)}


def test_an_answer_is_said_in_the_scenes(person, flow, presentation):
    services.publish(flow)
    person.says("/training")
    person.says("王芳")
    message = Message.objects.get(render__isnull=False)
    assert message.content.text == "你好王芳，2026年12月1日见！\n\n看研究院。"
    assert list(presentation.renders.all()) == [message.render]


def test_a_member_who_reads_english_hears_the_second_language(person, flow):
    services.publish(flow)
    person.says("/language en")
    person.says("/training")
    person.says("Fang Wang")
    assert Message.objects.get(render__isnull=False).content.text == "Hello Fang Wang!\n\nLook here."


def test_a_presentation_that_broke_since_is_sent_as_text(person, flow, presentation):
    services.publish(flow)
    presentation.scenes.filter(position=2).update(slide="")
    person.says("/training")
    (text, bye) = person.says("王芳")
    assert ("看研究院。" in text, bye) == (True, "再见。")
    message = Message.objects.get(degraded=True)
    assert (message.why, Render.objects.exists()) == ("slide_missing", False)
    assert message.why_words


def test_a_consent_withdrawn_since_publication_leaves_text(person, flow, presentation):
    human = factories.make_digital_human(origin="photograph")
    consent = factories.make_consent(human)
    type(presentation).objects.update(digital_human=human)
    services.publish(flow)
    avatars.withdraw_consent(consent, by="boss")
    person.says("/training")
    person.says("王芳")
    message = Message.objects.get(degraded=True)
    assert (message.why, Render.objects.exists()) == ("consent_withdrawn", False)


def test_a_presentation_that_is_gone_is_said_and_the_flow_goes_on(person, flow, presentation):
    services.publish(flow)
    State.objects.filter(flow=flow).update(presentation=None)
    presentation.delete()
    person.says("/training")
    said = person.says("王芳")
    assert ("培训" in said[0], said[-1]) == (True, "再见。")


def test_it_survives_a_copy_a_version_and_a_round_through_json(flow, presentation):
    version = services.publish(flow)
    flow.refresh_from_db()
    assert not publication.is_changed(flow)
    assert services.duplicate_flow(flow).states.get(key="video").presentation == presentation
    assert Machine.from_json(version.definition) == publication.draft(flow)
    State.objects.filter(flow=flow, key="video").update(presentation=None, text="你好")
    assert publication.is_changed(Flow.objects.get(pk=flow.pk))
    services.restore_draft(version)
    assert flow.states.get(key="video").presentation == presentation


def test_a_flow_without_presentations_is_readable_for_the_release_before(flow):
    change_steps(State.objects.filter(key="video"), presentation=None, values="", text="你好")
    version = services.publish(flow)
    assert not any("presentation" in node for node in version.definition["nodes"])


def test_a_presentation_of_a_draft_is_kept(flow, presentation):
    with pytest.raises(ProtectedError):
        presentation.delete()


class TestInTheAdmin:
    @pytest.fixture
    def client(self):
        client = Client(headers={"accept-language": "en"})
        client.force_login(User.objects.create_superuser("boss"))
        return client

    def test_a_draft_is_tried_in_the_language_of_the_flow(self, client, flow):
        url = f"/admin/conversations/flow/{flow.pk}/try_it/"
        client.post(url, {"act": "start"})
        page = client.post(url, {"act": "say", "text": "王芳"}, follow=True).content.decode()
        assert "你好王芳，2026年12月1日见！" in page

    def test_a_step_takes_a_template_or_a_presentation(self, client, flow, presentation):
        state = State.objects.get(key="video")
        url = f"/admin/conversations/state/{state.pk}/change/"
        page = client.get(url)
        assert presentation.name in page.content.decode()
        form = sent_by([page.context["adminform"].form])
        form |= {"template": factories.make_template().pk, "transitions-TOTAL_FORMS": 0, "transitions-INITIAL_FORMS": 0}
        answer = client.post(url, form)
        assert "Choose a video template or a presentation, not both." in answer.content.decode()
        assert Conversation.objects.count() == 0
