"""Video templates and presentations in plain messages: checked, filled in for each member, and made ahead."""

from typing import Any

import pytest
from django.db.models import ProtectedError

from avatars import services as avatars
from avatars.models import Presentation, Render, RenderTemplate, TemplateVariable
from conversations.models import Conversation
from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign
from tests.scheduling.support.campaigns import outcomes, work
from tests.scheduling.support.plain_messages import clock, run_due, send_plain, sent
from tests.support import factories

pytestmark = pytest.mark.django_db
SCRIPT = "你好{{name}}！欢迎来到公司，祝你工作愉快。"
NINE = "2026-11-25T09:00"
CHINESE, ENGLISH = "你好王芳，2026年12月1日见！\n\n看总部。", "Hello 李四!\n\nLook here."
Source = RenderTemplate | Presentation


def make_template(*, required: bool = True, default: str = "", **fields: Any) -> RenderTemplate:
    variable = TemplateVariable(name="name", label="姓名", required=required, default=default, maximum=20)
    return factories.make_template(**{"script": SCRIPT, "variables": [variable], **fields})


@pytest.fixture
def template(application) -> RenderTemplate:
    return make_template(required=False, default="同事")


@pytest.fixture
def presentation(application) -> Presentation:
    return factories.make_personal_presentation()


@pytest.fixture(autouse=True)
def people(application) -> list[str]:
    """One who reads Chinese, one who reads English, and one whose name is not known."""
    department = factories.make_department(application, 2, "研发部")
    active = {"status": "active"}
    factories.make_member(application, "wangfang", name="王芳", main_department=department, **active)
    factories.make_member(application, "lisi", name="李四", language="en", **active)
    factories.make_member(application, "nobody", **active)
    return ["wangfang", "lisi", "nobody"]


def send_video(source: Source | None, user_ids: Any = ("wangfang",), **fields: Any) -> Campaign:
    """A video every morning, of a template or a presentation with each member's name."""
    kind = "template" if isinstance(source, RenderTemplate) else "presentation"
    wishes = {"message_type": "video", "text": "", "values": {"name": "{{name}}"}, kind: source}
    return send_plain(user_ids=list(user_ids), **{**wishes, **fields})


def refused(source: Source, **fields: Any) -> tuple[str, str]:
    """The field and the code of what is wrong with such a message, of which nothing is kept."""
    with pytest.raises(SchedulingError) as caught:
        send_video(source, **fields)
    assert caught.value.remedy
    assert not Campaign.objects.exists()
    return caught.value.field, caught.value.code


def asked() -> set[str]:
    """What the videos say that were asked for."""
    return set(Render.objects.values_list("text", flat=True))


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"values": {"nickname": "小芳"}}, ("values", "value_unknown_variable")),
        ({"values": {"name": "{{salary}}"}}, ("values", "value_unknown_slot")),
        ({"values": {"name": "{{name"}}, ("values", "value_bad_placeholder")),
        ({"values": {"name": "王" * 21}}, ("values", "value_invalid")),
        ({"text": "也说这个"}, ("text", "text_unused")),
        ({"message_type": "text"}, ("template", "template_unused")),
        ({"mode": "cartoon"}, ("mode", "mode_unknown")),
    ],
)
def test_what_is_wrong_with_a_template_is_told_at_once(template, fields, where):
    assert refused(template, **fields) == where


def test_a_required_variable_without_a_value_is_told(application):
    assert refused(make_template(), values={}) == ("values", "value_required")


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"values": {"name": "王芳", "nickname": "小芳"}}, ("values", "value_unknown_variable")),
        ({"values": {}}, ("values", "value_required")),
        ({"values": {"name": "{{salary}}"}}, ("values", "value_unknown_slot")),
        ({"text": "也说这个"}, ("text", "text_unused")),
        ({"message_type": "text"}, ("presentation", "presentation_unused")),
    ],
)
def test_what_is_wrong_with_a_presentation_is_told_at_once(presentation, fields, where):
    assert refused(presentation, **fields) == where


def test_a_presentation_that_cannot_be_rendered_is_refused(presentation):
    presentation.scenes.filter(position=2).update(slide="")
    assert refused(Presentation.objects.get()) == ("presentation", "presentation_slide_missing")


def test_a_template_beside_a_presentation_is_refused(presentation):
    template = factories.make_template(presentation.digital_human)
    assert refused(presentation, template=template) == ("presentation", "two_sources")


def test_another_digital_human_cannot_speak_in_it(presentation, template):
    for source in (presentation, template):
        where = ("digital_human", "digital_human_unused")
        assert refused(source, digital_human=factories.make_digital_human()) == where


def test_each_member_gets_their_own_words_and_who_lacks_one_the_default(template, people):
    campaign = send_video(template, people)
    run_due(NINE)
    assert asked() == {
        "你好王芳！欢迎来到公司，祝你工作愉快。",
        "你好李四！欢迎来到公司，祝你工作愉快。",
        "你好同事！欢迎来到公司，祝你工作愉快。",
    }
    assert all(render.template == template for render in Render.objects.all())
    assert outcomes(campaign) == {"planned": 3}


def test_each_member_gets_a_presentation_in_their_language(presentation, people):
    send_video(presentation, people[:2])
    run_due(NINE)
    assert asked() == {CHINESE, ENGLISH}
    assert set(Render.objects.values_list("purpose", flat=True)) == {"campaign"}


def test_the_language_that_a_member_writes_counts_without_a_chosen_one(application, presentation):
    member = factories.make_member(application, "zhao", name="李四", status="active")
    Conversation.objects.create(application=application, member=member, language="en")
    send_video(presentation, ["zhao"])
    run_due(NINE)
    assert asked() == {ENGLISH}


@pytest.mark.parametrize("kind", ["template", "presentation"])
def test_who_lacks_what_is_required_gets_the_words(application, people, kind):
    source = make_template() if kind == "template" else factories.make_personal_presentation()
    campaign = send_video(source, people)
    run_due(NINE)
    assert Render.objects.count() == 2
    Render.objects.update(status="failed", reason="engine")
    work(clock("2026-11-25T09:01"), calls=False)
    (text,) = sent("nobody")
    assert ("欢迎来到公司" if kind == "template" else "看总部。") in text
    assert "{" not in text
    assert outcomes(campaign) == {"planned:text": 3}


def test_sentences_that_are_alike_are_drawn_once_though_nobody_ticked_it(template, people):
    assert not template.spliced
    send_video(template, people)
    run_due(NINE)
    assert [bool(render.recipe.get("cuts")) for render in Render.objects.all()] == [True] * 3


def test_one_member_and_equal_words_are_drawn_as_the_template_has_it(template, people):
    send_video(template)
    run_due(NINE)
    send_video(template, people, values={"name": "各位"}, cron="0 10 * * *", now="2026-11-25T09:30")
    run_due("2026-11-25T10:00")
    one, same = Render.objects.order_by("pk")
    assert ["cuts" in render.recipe for render in (one, same)] == [False, False]
    assert same.text == "你好各位！欢迎来到公司，祝你工作愉快。"


def test_a_department_can_be_said(application, people):
    send_video(make_template(), values={"name": "{{department}}的{{name}}"})
    run_due(NINE)
    (text,) = asked()
    assert text.startswith("你好研发部的王芳！")


@pytest.mark.parametrize("user_ids", [["wangfang"], ["wangfang", "lisi", "nobody"]])
@pytest.mark.parametrize("kind", ["template", "presentation"])
def test_all_of_them_are_made_before_their_moment_and_found_then(application, kind, user_ids):
    source = make_template() if kind == "template" else factories.make_personal_presentation()
    send_video(source, user_ids)
    services.sweep_campaigns(now=clock("2026-11-25T08:46"))
    ahead = set(Render.objects.values_list("pk", flat=True))
    assert len(ahead) == min(len(user_ids), 2)  # of one the name is not known
    run_due(NINE)
    assert set(Render.objects.values_list("pk", flat=True)) == ahead


def test_an_edit_of_a_presentation_between_saving_and_sending_is_said(presentation):
    send_video(presentation)
    presentation.scenes.filter(position=2).update(script="看[point 1]{{place.label}}那里。")
    run_due(NINE)
    (text,) = asked()
    assert text.endswith("看总部那里。")


def test_a_presentation_that_broke_leaves_its_words(presentation):
    campaign = send_video(presentation)
    presentation.scenes.filter(position=2).update(slide="")
    run_due(NINE)
    assert (outcomes(campaign), Render.objects.count()) == ({"planned:text": 1}, 0)


@pytest.mark.parametrize("who", ["digital_human", "partner"])
def test_a_consent_withdrawn_before_the_moment_leaves_text(application, who):
    humans = [factories.make_digital_human(origin="photograph") for _person in range(2)]
    consents = {
        name: factories.make_consent(human) for name, human in zip(("digital_human", "partner"), humans, strict=True)
    }
    presentation = factories.make_presentation(humans[0], partner=humans[1])
    avatars.add_scene(presentation, layout="dialogue", script="A：你好。\nB：你好！")
    campaign = send_video(presentation, values={})
    services.sweep_campaigns(now=clock("2026-11-25T08:46"))
    avatars.withdraw_consent(consents[who], by="boss")
    run_due(NINE)
    assert (outcomes(campaign), len(sent("wangfang"))) == ({"planned:text": 1}, 1)
    assert not Render.objects.exclude(status="cancelled").exists()


def test_a_presentation_or_template_that_is_sent_stays(presentation, template):
    campaign = send_video(presentation)
    send_video(template)
    api = factories.make_api("digital_humans:read", "digital_humans:write")
    for address in (f"presentations/{presentation.pk}/", f"templates/{template.pk}/"):
        answer = api.delete(f"/api/v1/{address}")
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use"), answer.json()
    with pytest.raises(ProtectedError):
        template.delete()
    services.remove_mailing(campaign)
    assert api.delete(f"/api/v1/presentations/{presentation.pk}/").status_code == 204


@pytest.mark.parametrize("kind", ["template", "presentation"])
def test_the_guides_function_takes_one(application, kind):
    source = make_template() if kind == "template" else factories.make_personal_presentation()
    wishes = {"message_type": "video", f"{kind}_id": source.pk, "variables": {"name": "{{name}}"}}
    campaign = services.schedule_wechat_message("wangfang", schedule="0 9 * * *", **wishes)
    assert {getattr(content, kind) for content in campaign.contents.all()} == {source}
    assert campaign.name == source.name
    assert services.schedule_wechat_message("wangfang", schedule="0 9 * * *", **wishes) == campaign
    fixed = {**wishes, "variables": {"name": "王芳"}}
    assert services.schedule_wechat_message("wangfang", schedule="0 9 * * *", **fixed) != campaign


@pytest.mark.parametrize("kind", ["template", "presentation"])
def test_rest_takes_one(application, kind):
    source = make_template() if kind == "template" else factories.make_personal_presentation()
    api = factories.make_api("schedules:read", "schedules:write")
    body = {"user_ids": ["wangfang"], "message_type": "video", "cron": "0 9 * * *", kind: source.pk}
    answer = api.post("/api/v1/schedules/", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "value_required"), answer.json()
    answer = api.post("/api/v1/schedules/", {**body, "values": {"name": "{{name}}"}}, format="json")
    assert answer.status_code == 201, answer.json()
    assert (answer.json()[kind], answer.json()["values"]) == (source.pk, {"name": "{{name}}"})


def test_a_video_is_of_the_desk_unless_another_is_named(application):
    for minute, human in enumerate((None, factories.make_digital_human())):
        fields = {"message_type": "video", "mode": "lipsync", "text": f"你好{minute}", "cron": f"{minute} 9 * * *"}
        send_plain(user_ids=["wangfang"], digital_human=human, **fields)
        run_due(f"2026-11-25T09:0{minute}")
        render = Render.objects.order_by("pk").last()
        assert (render.digital_human, render.mode) == (human or application.desk.digital_human, "lipsync")


@pytest.mark.databases
def test_equal_videos_for_many_are_one_render(application):
    campaign = send_plain(message_type="video", user_ids=[f"member{number}" for number in range(20)])
    run_due(NINE)
    assert (Render.objects.count(), outcomes(campaign)) == (1, {"planned": 20})


def test_without_a_digital_human_the_words_go_out(application):
    campaign = send_plain(message_type="video", user_ids=["wangfang", "lisi"])
    application.desk.delete()
    run_due(NINE)
    assert outcomes(campaign) == {"planned:text": 2}


def test_nothing_is_made_ahead_on_a_day_off(application):
    send_plain(message_type="video", days="working", now="2026-11-27T12:00")
    services.sweep_campaigns(now=clock("2026-11-28T08:50"))  # a Saturday
    assert not Render.objects.exists()
