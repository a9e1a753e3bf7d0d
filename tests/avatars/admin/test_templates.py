"""Video templates in the admin: save with variables, try out with values."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from avatars.models import Render, RenderTemplate
from openuser.roles import Role
from tests.support.factories import make_digital_human, make_portrait_video, make_template

pytestmark = pytest.mark.django_db
ADD = "/admin/avatars/rendertemplate/add/"


@pytest.fixture
def boss():
    return signed_in(User.objects.create_superuser("boss"))


def signed_in(user: User) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def form(script: str, *rows: dict[str, object]) -> dict[str, object]:
    data: dict[str, object] = {"name": "欢迎", "digital_human": make_digital_human().pk, "script": script}
    data |= {"variables-TOTAL_FORMS": len(rows), "variables-INITIAL_FORMS": 0}
    for index, row in enumerate(rows):
        values = {"type": "text", "required": "on", **row}
        data |= {f"variables-{index}-{name}": value for name, value in values.items() if value}
    return data


def test_a_template_is_kept_with_its_variables_in_their_order(boss):
    rows = ({"name": "name", "label": "姓名"}, {"name": "day", "type": "date", "required": "", "default": "明天"})
    answer = boss.post(ADD, form("你好{{name}}，{{day}}见。", *rows))
    assert answer.status_code == 302, answer.context["errors"]
    template = RenderTemplate.objects.get()
    assert [(one.name, one.required, one.position) for one in template.variables.all()] == [
        ("name", True, 1),
        ("day", False, 2),
    ]


def test_an_unknown_mark_is_saved_and_told(boss):
    page = boss.post(ADD, form("[cheerfull]欢迎！"), follow=True)
    assert RenderTemplate.objects.get().script == "[cheerfull]欢迎！"
    (message,) = [each for each in page.context["messages"] if "[cheerfull]" in str(each)]
    assert message.level_tag == "warning"
    assert "[cheerful]" in str(message)


def test_what_does_not_belong_together_is_said_where_it_is(boss):
    answer = boss.post(ADD, form("你好{{nmae}}。", {"name": "name"}))
    (formset,) = (inline.formset for inline in answer.context["inline_admin_formsets"])
    assert "{{nmae}}" in str(formset.non_form_errors())
    answer = boss.post(ADD, form("你好。", {"name": "name"}))
    (formset,) = (inline.formset for inline in answer.context["inline_admin_formsets"])
    assert "{{name}}" in str(formset.forms[0].errors["name"])
    assert not RenderTemplate.objects.exists()


def test_a_background_that_a_portrait_video_keeps_is_refused(boss):
    human = make_digital_human()
    make_portrait_video(human, status="done", still=str(human.portrait.name), video="portraits/a.mp4")
    data = form("早上好。") | {"digital_human": human.pk, "background_color": "#1f6feb"}
    answer = boss.post(ADD, data)
    assert "keeps its own background" in str(answer.context["adminform"].form.errors["background_color"])


def test_a_filled_template_shows_what_it_says_and_how_it_is_read(boss):
    template = make_template()
    page = reverse("admin:avatars_rendertemplate_fill", args=[template.pk])
    assert 'value="王芳"' in boss.get(page).content.decode()
    refused = boss.post(page, {"variable-name": "", "show": ""})
    assert refused.context["form"].errors["name"]
    assert refused.context["preview"] is None
    shown = boss.post(page, {"variable-name": "单雄信", "variable-place": "lab", "show": ""})
    assert shown.context["preview"].text == "你好单雄信，欢迎来到研究院。2026年12月1日见！"
    assert not Render.objects.exists()


def test_a_video_is_made_by_whoever_may_and_shown_on_the_page(boss):
    template = make_template()
    page = reverse("admin:avatars_rendertemplate_fill", args=[template.pk])
    made = boss.post(page, {"variable-name": "王芳", "make": ""})
    render = Render.objects.get()
    assert made.context["state"]["page"].endswith(f"/{render.pk}/change/")
    assert (render.template, render.text[:4]) == (template, "你好王芳")
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.groups.add(Group.objects.get(name=Role.VIEWER))
    client = signed_in(viewer)
    assert b'name="make"' not in client.get(page).content
    assert client.post(page, {"variable-name": "李雷", "make": ""}).status_code == 403
    assert Render.objects.count() == 1
