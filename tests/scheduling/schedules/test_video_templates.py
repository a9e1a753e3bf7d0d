"""Video templates in schedules: validated when saved, filled for each member, shared where equal."""

import pytest
from django.test import Client
from django.urls import reverse

from avatars.models import Render
from conversations.models import Message
from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import RunMessage, Schedule
from tests.scheduling.support.schedules import (
    clock,
    english_admin,
    make_schedule,
    outcomes,
    plan_video,
    refused_video,
    sent,
    texts,
    video_form,
)
from tests.support import factories

pytestmark = pytest.mark.django_db
SCRIPT = "你好{{name}}！欢迎来到公司，祝你工作愉快。"
NINE = "2026-11-25T09:00"


def make_template(*, required=True, default="", **fields):
    variable = factories.TemplateVariable(name="name", label="姓名", required=required, default=default, maximum=20)
    return factories.make_template(**{"script": SCRIPT, "variables": [variable], **fields})


@pytest.fixture
def template(application):
    return make_template(required=False, default="同事")


@pytest.fixture
def people(application):
    """Two of whom the directory has told the name, and one of whom it has not."""
    department = factories.make_department(application, 2, "研发部")
    factories.make_member(application, "wangfang", name="王芳", main_department=department)
    factories.make_member(application, "lisi", name="李四")
    factories.make_member(application, "nobody")
    return ["wangfang", "lisi", "nobody"]


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
def test_what_is_wrong_is_told_when_it_is_saved(template, fields, where):
    assert refused_video(template, **fields) == where
    assert not Schedule.objects.exists()


def test_a_required_variable_without_a_value_is_told(application):
    assert refused_video(make_template(), values={}) == ("values", "value_required")


def test_somebody_else_cannot_speak_in_a_template(template):
    assert refused_video(template, digital_human=factories.make_digital_human()) == (
        "digital_human",
        "digital_human_unused",
    )


def test_values_without_a_template_are_told():
    with pytest.raises(SchedulingError) as caught:
        make_schedule(values={"name": "王芳"})
    assert (caught.value.field, caught.value.code) == ("values", "values_unused")


def test_each_member_gets_their_own_words_and_who_lacks_one_the_default(template, people):
    schedule = plan_video(template, people)
    services.run_due(schedule.pk, now=clock(NINE))
    assert outcomes(schedule) == [("11-25 09:00", "sent")]
    assert texts() == {
        "wangfang": "你好王芳！欢迎来到公司，祝你工作愉快。",
        "lisi": "你好李四！欢迎来到公司，祝你工作愉快。",
        "nobody": "你好同事！欢迎来到公司，祝你工作愉快。",
    }
    noted = {row.message.member.user_id: row.defaulted for row in RunMessage.objects.all()}
    assert noted == {"wangfang": [], "lisi": [], "nobody": ["name"]}
    assert all(render.template == template for render in Render.objects.all())


def test_who_lacks_what_is_required_gets_the_words_and_the_reason(application, people):
    schedule = plan_video(make_template(), people)
    (warning,) = [words for words in services.warnings(schedule) if "nobody" in words and "name" in words]
    assert "lisi" not in warning
    services.run_due(schedule.pk, now=clock(NINE))
    message = Message.objects.get(member__user_id="nobody")
    assert (message.degraded, message.why, message.render) == (True, "variable_missing", None)
    assert message.why_words
    (text,) = sent("nobody")
    assert "欢迎来到公司" in text
    assert "{" not in text
    assert Render.objects.count() == 2


def test_sentences_that_are_alike_are_drawn_once_though_nobody_ticked_it(template, people):
    assert not template.spliced
    schedule = plan_video(template, people)
    services.run_due(schedule.pk, now=clock(NINE))
    assert [bool(render.recipe.get("cuts")) for render in Render.objects.all()] == [True] * 3


def test_one_member_and_equal_words_are_drawn_as_the_template_has_it(template, people):
    services.run_due(plan_video(template, ["wangfang"]).pk, now=clock(NINE))
    services.run_due(plan_video(template, people, values={"name": "各位"}).pk, now=clock(NINE))
    one, same = Render.objects.order_by("pk")
    assert ["cuts" in render.recipe for render in (one, same)] == [False, False]
    assert Message.objects.filter(render=same).count() == 3


def test_values_that_are_the_same_for_all_need_nobodys_name(template, people):
    schedule = plan_video(template, people, values={"name": "新同事"})
    assert not schedule.is_personal
    services.run_due(schedule.pk, now=clock(NINE))
    assert set(texts().values()) == {"你好新同事！欢迎来到公司，祝你工作愉快。"}


def test_a_department_can_be_said(application, people):
    services.run_due(plan_video(make_template(), values={"name": "{{department}}的{{name}}"}).pk, now=clock(NINE))
    assert texts()["wangfang"].startswith("你好研发部的王芳！")


def test_all_of_them_are_made_before_their_moment_and_found_then(template, people):
    schedule = plan_video(template, people)
    services.sweep(now=clock("2026-11-25T08:46"))
    assert Render.objects.count() == 3
    ahead = set(Render.objects.values_list("pk", flat=True))
    services.run_due(schedule.pk, now=clock(NINE))
    assert set(Message.objects.values_list("render", flat=True)) == ahead


def test_a_template_that_a_schedule_uses_stays(template, people):
    from django.db.models import ProtectedError

    plan_video(template)
    with pytest.raises(ProtectedError):
        template.delete()


def test_the_guides_function_takes_a_template(template, people):
    wishes = {"message_type": "video", "template_id": template.pk, "variables": {"name": "{{name}}"}}
    campaign = services.schedule_wechat_message("wangfang", schedule="0 9 * * *", **wishes)
    assert (campaign.contents.get().template, campaign.name) == (template, template.name)
    assert services.schedule_wechat_message("wangfang", schedule="0 9 * * *", **wishes) == campaign
    fixed = {**wishes, "variables": {"name": "王芳"}}
    assert services.schedule_wechat_message("wangfang", schedule="0 9 * * *", **fixed) != campaign
    with pytest.raises(SchedulingError) as caught:
        services.schedule_wechat_message("a", schedule="0 9 * * *", message_type="video", template_id=0)
    assert caught.value.field == "template_id"


def test_over_rest(template, people):
    api = factories.make_api("schedules:read", "schedules:write")
    body = {"user_ids": ["wangfang"], "message_type": "video", "cron": "0 9 * * *", "template": template.pk}
    answer = api.post("/api/v1/schedules/", {**body, "values": {"nick": "x"}}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "value_unknown_variable"), answer.json()
    answer = api.post("/api/v1/schedules/", {**body, "values": {"name": "{{name}}"}}, format="json")
    assert answer.status_code == 201, answer.json()
    assert answer.json()["values"] == {"name": "{{name}}"}


class TestInTheAdmin:
    @pytest.fixture
    def client(self):
        return english_admin()

    def test_values_are_written_one_a_line_and_faults_stand_at_them(self, client, template, people):
        add = "/admin/scheduling/schedule/add/"
        answer = client.post(add, video_form(template=template.pk, values="nick = 小芳"))
        assert "There is no variable" in str(answer.context["adminform"].form.errors["values"])
        assert client.post(add, video_form(template=template.pk, values="name = {{name}}")).status_code == 302
        schedule = Schedule.objects.get()
        assert schedule.values == {"name": "{{name}}"}
        page = client.get(reverse("admin:scheduling_schedule_change", args=[schedule.pk])).content.decode()
        assert "name = {{name}}" in page
        assert "你好王芳！" in page
        assert "the default is used: name" in page

    def test_what_they_are_told_is_shown_while_one_types(self, client, template, people):
        wish = {"template": template.pk, "values": "name = {{name}}", "user_ids": "wangfang lisi nobody x"}
        page = client.post("/admin/scheduling/schedule/words/", wish).content.decode()
        assert "你好李四！" in page
        assert "and 1 more" in page
        assert (
            "nothing is known by that name"
            in client.post(
                "/admin/scheduling/schedule/words/", {**wish, "values": "name = {{salary}}"}
            ).content.decode()
        )
        assert client.get("/admin/scheduling/schedule/words/").status_code == 405
        assert Client().post("/admin/scheduling/schedule/words/", wish).status_code == 302

    def test_a_run_says_for_whom_the_default_was_said(self, client, template, people):
        schedule = plan_video(template, people)
        (run,) = services.run_due(schedule.pk, now=clock(NINE))
        page = client.get(reverse("admin:scheduling_run_change", args=[run.pk])).content.decode()
        assert page.count("default used for: name") == 1
