"""Video templates over REST, and the videos made from them."""

import io
import json

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from avatars.models import Render, RenderTemplate
from tests.avatars.framing.test_clips import made
from tests.support.factories import make_api, make_digital_human, make_template
from tests.support.problem_details import problem

pytestmark = pytest.mark.django_db
TEMPLATES = "/api/v1/templates/"


@pytest.fixture
def api():
    return make_api("digital_humans:read", "digital_humans:write", "renders:read", "renders:write")


def wish(**fields: object) -> dict[str, object]:
    return {
        "name": "入职第一天",
        "digital_human": make_digital_human().pk,
        "script": "你好{{name}}，{{days}}天后见。",
        "variables": [
            {"name": "name", "label": "姓名"},
            {"name": "days", "type": "number", "required": False, "default": "3", "minimum": 1},
        ],
        **fields,
    }


def flaws(answer) -> set[tuple[str, str]]:
    return {(flaw["field"], flaw["code"]) for flaw in problem(answer, 422)["errors"]}


def test_a_template_is_created_changed_and_deleted(api):
    answer = api.post(TEMPLATES, wish(mode="lipsync"), format="json")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert answer["Location"].endswith(f"{TEMPLATES}{made['id']}/")
    assert [(one["name"], one["type"], one["required"]) for one in made["variables"]] == [
        ("name", "text", True),
        ("days", "number", False),
    ]
    kept = api.get(answer["Location"]).json()
    assert kept == made
    changed = api.patch(answer["Location"], {"notes": "人事"}, format="json").json()
    assert (changed["notes"], changed["variables"]) == ("人事", made["variables"])
    again = {"script": "再见{{who}}。", "variables": [{"name": "who"}]}
    changed = api.patch(answer["Location"], again, format="json").json()
    assert [one["name"] for one in changed["variables"]] == ["who"]
    assert changed["mode"] == "lipsync"
    assert api.delete(answer["Location"]).status_code == 204
    assert not RenderTemplate.objects.exists()


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"script": "你好{{name}}{{days}}{{dya}}"}, {("script", "unknown_variable")}),
        ({"script": "你好{{name}}"}, {("variables[1].name", "unused_variable")}),
        ({"variables": []}, {("script", "unknown_variable")}),
        ({"variables": [{"name": "Name"}, {"name": "days", "type": "colour"}]}, None),
        (
            {"variables": [{"name": "name"}, {"name": "days", "type": "number", "required": False, "default": "x"}]},
            {("variables[1].default", "default_invalid")},
        ),
        ({"mode": "flying"}, {("mode", "invalid_choice")}),
        ({"scirpt": "x"}, {("scirpt", "unknown_field")}),
    ],
)
def test_a_template_with_a_fault_is_refused_where_it_is(api, fields, found):
    answer = api.post(TEMPLATES, wish(**fields), format="json")
    expected = found or {("variables[0].name", "invalid"), ("variables[1].type", "invalid_choice")}
    assert flaws(answer) == expected
    assert not RenderTemplate.objects.exists()


def test_a_change_that_leaves_a_variable_unsaid_is_refused(api):
    template = make_template()
    answer = api.patch(f"{TEMPLATES}{template.pk}/", {"script": "你好{{name}}，{{day}}见。"}, format="json")
    assert flaws(answer) == {("variables[1].name", "unused_variable")}


def form_of(**fields: object) -> dict[str, object]:
    values = wish(**fields)
    return {**values, "variables": json.dumps(values["variables"])}


def png(name: str = "a.png") -> SimpleUploadedFile:
    picture = io.BytesIO()
    Image.new("RGBA", (64, 64), (20, 90, 200, 120)).save(picture, "PNG")
    return SimpleUploadedFile(name, picture.getvalue())


def test_a_template_comes_whole_as_a_form_with_its_files(api):
    intro = SimpleUploadedFile("intro.mp4", made(seconds=2))
    answer = api.post(TEMPLATES, form_of(background=png(), logo=png("l.png"), intro=intro), format="multipart")
    assert answer.status_code == 201, answer.content
    template = RenderTemplate.objects.get()
    assert [variable.name for variable in template.variables.all()] == ["name", "days"]
    assert all((template.background, template.logo, template.intro))
    assert not template.outro
    human = template.dressed()
    assert (human.background, human.logo, human.intro) == (template.background, template.logo, template.intro)
    address = answer["Location"]
    assert api.patch(address, {"notes": "人事", "logo": ""}, format="multipart").status_code == 200
    assert api.patch(address, {"intro": None}, format="json").status_code == 200
    template.refresh_from_db()
    assert (template.notes, bool(template.logo), bool(template.intro), bool(template.background)) == (
        *("人事", False, False),
        True,
    )


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"variables": "name, days"}, {("variables", "invalid")}),
        ({"variables": '[{"name": "Name"}, {"name": "days"}]'}, {("variables[0].name", "invalid")}),
        ({"script": "你好{{name}}"}, {("variables[1].name", "unused_variable")}),
        ({"logo": SimpleUploadedFile("l.png", b"no picture")}, {("logo", "invalid_image")}),
    ],
)
def test_a_form_with_a_fault_is_refused_where_it_is(api, fields, found):
    assert flaws(api.post(TEMPLATES, {**form_of(), **fields}, format="multipart")) == found
    assert not RenderTemplate.objects.exists()


def test_a_background_comes_as_a_form(api):
    template, picture = make_template(), io.BytesIO()
    Image.new("RGB", (64, 64), "grey").save(picture, "PNG")
    address = f"{TEMPLATES}{template.pk}/"
    file = SimpleUploadedFile("b.png", picture.getvalue())
    assert api.patch(address, {"background": file}, format="multipart").status_code == 200
    template.refresh_from_db()
    assert template.background.read() == picture.getvalue()
    refused = api.patch(address, {"background": SimpleUploadedFile("b.png", b"no picture")}, format="multipart")
    assert flaws(refused) == {("background", "invalid_image")}
    assert api.patch(address, {"background": ""}, format="multipart").status_code == 200
    template.refresh_from_db()
    assert not template.background


def test_a_video_is_made_with_what_is_given_and_the_defaults(api):
    template = make_template()
    address = f"{TEMPLATES}{template.pk}/renders/"
    answer = api.post(address, {"variables": {"name": "王芳"}}, format="json", HTTP_IDEMPOTENCY_KEY="onboarding-1")
    assert answer.status_code == 202, answer.content
    made = answer.json()
    assert (made["text"], made["template"]) == ("你好王芳，欢迎来到总部。2026年12月1日见！", template.pk)
    assert api.get(answer["Location"]).json()["id"] == made["id"]
    again = api.post(address, {"variables": {"name": "王芳"}}, format="json", HTTP_IDEMPOTENCY_KEY="onboarding-1")
    assert again.json()["id"] == made["id"]
    shared = api.post(address, {"variables": {"name": "王芳", "place": "hq"}}, format="json")
    assert shared.json()["id"] == made["id"]
    assert [row["id"] for row in api.get(f"/api/v1/renders/?template={template.pk}").json()["results"]] == [made["id"]]


def test_a_wrong_variable_is_a_422_that_names_it(api):
    address = f"{TEMPLATES}{make_template().pk}/renders/"
    assert flaws(api.post(address, {}, format="json")) == {("variables.name", "required")}
    many = {"variables": {"place": "火星", "day": 7, "x": "y"}}
    assert flaws(api.post(address, many, format="json")) == {
        ("variables.name", "required"),
        ("variables.place", "invalid"),
        ("variables.day", "invalid"),
        ("variables.x", "unknown_variable"),
    }
    assert flaws(api.post(address, {"variables": "王芳"}, format="json")) == {("variables", "not_a_dict")}
    assert flaws(api.post(address, {"name": "王芳"}, format="json")) == {("name", "unknown_field")}
    assert not Render.objects.exists()
    assert problem(api.post(f"{TEMPLATES}0/renders/", {}, format="json"), 404)


def test_a_filled_template_can_be_read_before_it_is_rendered(api):
    template = make_template()
    address = f"{TEMPLATES}{template.pk}/readings/"
    found = api.post(address, {"variables": {"name": "单雄信"}}, format="json")
    assert found.status_code == 200, found.content
    assert found.json()["text"].startswith("你好单雄信，")
    assert flaws(api.post(address, {}, format="json")) == {("variables.name", "required")}
    assert not Render.objects.exists()


def test_who_may_video_need_not_be_able_to_edit(api):
    template = make_template()
    address = f"{TEMPLATES}{template.pk}/renders/"
    animating = make_api("renders:write")
    assert animating.post(address, {"variables": {"name": "王芳"}}, format="json").status_code == 202
    assert animating.post(TEMPLATES, wish(), format="json").status_code == 403
    editing = make_api("digital_humans:write")
    assert editing.post(address, {"variables": {"name": "王芳"}}, format="json").status_code == 403
    person = APIClient()
    person.force_login(User.objects.create_user("hr", is_staff=True))
    assert person.post(address, {"variables": {"name": "王芳"}}, format="json").status_code == 403
