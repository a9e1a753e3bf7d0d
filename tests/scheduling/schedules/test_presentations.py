"""Presentations in schedules: validated when saved, filled for each member in their language, rendered ahead."""

import pytest
from django.urls import reverse

from avatars import services as avatars
from avatars.models import Presentation, Render
from conversations.models import Conversation, Message
from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import RunMessage, Schedule
from tests.scheduling.support.schedules import (
    clock,
    english_admin,
    outcomes,
    plan_video,
    refused_video,
    sent,
    texts,
    video_form,
)
from tests.support import factories

pytestmark = pytest.mark.django_db
NINE = "2026-11-25T09:00"
CHINESE, ENGLISH = "你好王芳，2026年12月1日见！\n\n看总部。", "Hello 李四!\n\nLook here."


@pytest.fixture
def presentation(application):
    return factories.make_personal_presentation()


@pytest.fixture
def people(application):
    """One who reads Chinese, one who reads English, and one whose name is not known."""
    factories.make_member(application, "wangfang", name="王芳")
    factories.make_member(application, "lisi", name="李四", language="en")
    factories.make_member(application, "nobody")
    return ["wangfang", "lisi", "nobody"]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"values": {"name": "王芳", "nickname": "小芳"}}, ("values", "value_unknown_variable")),
        ({"values": {}}, ("values", "value_required")),
        ({"values": {"name": "{{salary}}"}}, ("values", "value_unknown_slot")),
        ({"text": "也说这个"}, ("text", "text_unused")),
        ({"message_type": "text"}, ("presentation", "presentation_unused")),
        ({"mode": "cartoon"}, ("mode", "mode_unknown")),
    ],
)
def test_what_is_wrong_is_told_when_it_is_saved(presentation, people, fields, where):
    assert refused_video(presentation, **fields) == where
    assert not Schedule.objects.exists()


def test_a_presentation_that_cannot_be_rendered_is_refused(presentation, people):
    presentation.scenes.filter(position=2).update(slide="")
    assert refused_video(Presentation.objects.get()) == ("presentation", "presentation_slide_missing")


def test_a_template_beside_a_presentation_is_refused(presentation, people):
    template = factories.make_template(presentation.digital_human)
    assert refused_video(presentation, template=template) == ("presentation", "two_sources")


def test_another_digital_human_cannot_speak_in_it(presentation, people):
    other = factories.make_digital_human()
    assert refused_video(presentation, digital_human=other) == ("digital_human", "digital_human_unused")


def test_each_member_gets_their_words_in_their_language(presentation, people):
    schedule = plan_video(presentation, people[:2])
    services.run_due(schedule.pk, now=clock(NINE))
    assert outcomes(schedule) == [("11-25 09:00", "sent")]
    assert texts() == {"wangfang": CHINESE, "lisi": ENGLISH}
    assert presentation.renders.count() == 2
    assert not Message.objects.exclude(render__purpose="campaign").exists()


def test_the_language_that_a_member_writes_counts_without_a_chosen_one(application, presentation, people):
    member = factories.make_member(application, "zhao", name="李四")
    Conversation.objects.create(application=application, member=member, language="en")
    services.run_due(plan_video(presentation, ["zhao"]).pk, now=clock(NINE))
    assert texts() == {"zhao": ENGLISH}


def test_a_member_without_a_required_value_gets_text_and_the_reason(presentation, people):
    schedule = plan_video(presentation, people)
    (warning,) = [words for words in services.warnings(schedule) if "nobody (name)" in words]
    assert "lisi" not in warning
    services.run_due(schedule.pk, now=clock(NINE))
    message = Message.objects.get(member__user_id="nobody")
    assert (message.degraded, message.why, message.render) == (True, "variable_missing", None)
    (text,) = sent("nobody")
    assert "看总部。" in text
    assert "{" not in text


def test_a_default_that_was_used_is_noted(presentation, people):
    presentation.variables.filter(name="name").update(required=False, default="同事")
    services.run_due(plan_video(presentation, ["nobody"]).pk, now=clock(NINE))
    assert [row.defaulted for row in RunMessage.objects.all()] == [["name"]]
    assert texts()["nobody"].startswith("你好同事，")


def test_all_videos_are_rendered_ahead_and_found_at_the_moment(presentation, people):
    schedule = plan_video(presentation, people)
    services.sweep(now=clock("2026-11-25T08:46"))
    ahead = set(Render.objects.values_list("pk", flat=True))
    assert len(ahead) == 2
    services.run_due(schedule.pk, now=clock(NINE))
    assert set(Message.objects.exclude(render=None).values_list("render", flat=True)) == ahead
    assert Render.objects.count() == 2


def test_an_edit_between_saving_and_sending_is_said(presentation, people):
    schedule = plan_video(presentation)
    presentation.scenes.filter(position=2).update(script="看[point 1]{{place.label}}那里。")
    services.run_due(schedule.pk, now=clock(NINE))
    assert texts()["wangfang"].endswith("看总部那里。")


def test_a_run_fails_with_the_scene_when_the_presentation_broke(presentation, people):
    schedule = plan_video(presentation)
    presentation.scenes.filter(position=2).update(slide="")
    (run,) = services.run_due(schedule.pk, now=clock(NINE))
    assert (run.outcome, run.reason) == ("failed", "slide_missing")
    assert not Message.objects.exists()


@pytest.mark.parametrize("who", ["digital_human", "partner"])
def test_a_consent_withdrawn_before_the_moment_leaves_text(application, people, who):
    humans = [factories.make_digital_human(origin="photograph") for _person in range(2)]
    consents = {
        name: factories.make_consent(human) for name, human in zip(("digital_human", "partner"), humans, strict=True)
    }
    presentation = factories.make_presentation(humans[0], partner=humans[1])
    avatars.add_scene(presentation, layout="dialogue", script="A：你好。\nB：你好！")
    schedule = plan_video(presentation, values={})
    services.sweep(now=clock("2026-11-25T08:46"))
    avatars.withdraw_consent(consents[who], by="boss")
    services.run_due(schedule.pk, now=clock(NINE))
    message = Message.objects.get()
    assert (message.degraded, message.why, message.render) == (True, "consent_withdrawn", None)
    assert Render.objects.exclude(status="cancelled").count() == 0


def test_a_presentation_or_template_that_a_schedule_uses_stays(presentation, people):
    schedule, template = plan_video(presentation), factories.make_template(presentation.digital_human)
    plan_video(None, template=template)
    api = factories.make_api("digital_humans:read", "digital_humans:write")
    for address in (f"presentations/{presentation.pk}/", f"templates/{template.pk}/"):
        answer = api.delete(f"/api/v1/{address}")
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use"), answer.json()
    services.remove(schedule)
    assert api.delete(f"/api/v1/presentations/{presentation.pk}/").status_code == 204


def test_the_guides_function_takes_a_presentation(presentation, people):
    wishes = {"message_type": "video", "presentation_id": presentation.pk, "variables": {"name": "{{name}}"}}
    campaign = services.schedule_wechat_message("wangfang", schedule="0 9 * * *", **wishes)
    assert (campaign.contents.get().presentation, campaign.name) == (presentation, presentation.name)
    assert services.schedule_wechat_message("wangfang", schedule="0 9 * * *", **wishes) == campaign
    with pytest.raises(SchedulingError) as caught:
        services.schedule_wechat_message("a", schedule="0 9 * * *", message_type="video", presentation_id=0)
    assert caught.value.field == "presentation_id"


def test_over_rest(presentation, people):
    api = factories.make_api("schedules:read", "schedules:write")
    body = {"user_ids": ["wangfang"], "message_type": "video", "cron": "0 9 * * *", "presentation": presentation.pk}
    answer = api.post("/api/v1/schedules/", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "value_required"), answer.json()
    answer = api.post("/api/v1/schedules/", {**body, "values": {"name": "{{name}}"}}, format="json")
    assert (answer.status_code, answer.json()["presentation"]) == (201, presentation.pk), answer.json()


class TestInTheAdmin:
    @pytest.fixture
    def client(self):
        return english_admin()

    def test_a_schedule_chooses_a_presentation_and_shows_its_words(self, client, presentation, people):
        add = "/admin/scheduling/schedule/add/"
        wish = {
            "name": "培训",
            "user_ids": "\n".join(people),
            "presentation": presentation.pk,
            "values": "name = {{name}}",
        }
        answer = client.post(add, video_form(**wish, template=factories.make_template().pk))
        assert list(answer.context["adminform"].form.errors) == ["presentation"]
        assert client.post(add, video_form(**wish)).status_code == 302
        schedule = Schedule.objects.get()
        page = client.get(reverse("admin:scheduling_schedule_change", args=[schedule.pk])).content.decode()
        assert "<p>你好王芳，2026年12月1日见！</p>\n\n<p>看总部。</p>" in page
        assert "Hello 李四!" in page
        assert "No value for: name. They get text and no video." in page

    def test_faults_of_a_presentation_are_shown_while_one_types(self, client, presentation, people):
        presentation.scenes.filter(position=2).update(slide="")
        wish = {"presentation": presentation.pk, "values": "name = {{name}}", "user_ids": "wangfang"}
        page = client.post("/admin/scheduling/schedule/words/", wish).content.decode()
        assert "Scene 2: Upload a slide" in page
