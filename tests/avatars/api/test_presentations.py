"""Presentations over REST, from a PDF to a render."""

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from avatars import services
from avatars.models import Presentation, Render
from tests.avatars.scenes.test_pdf_pages import make_pdf
from tests.support.factories import make_api, make_digital_human, make_personal_presentation, make_presentation

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/presentations/"


@pytest.fixture
def api():
    return make_api("digital_humans:read", "digital_humans:write", "renders:write")


def test_a_presentation_is_made_filled_and_rendered(api):
    made = api.post(ADDRESS, {"name": "培训", "digital_human": make_digital_human().pk, "format": "9:16"}, "json")
    assert made.status_code == 201
    own = f"{ADDRESS}{made.json()['id']}/"
    pages = api.post(f"{own}pages/", {"pdf": SimpleUploadedFile("s.pdf", make_pdf("red", "blue"))}, "multipart")
    assert [(scene["position"], scene["has_slide"]) for scene in pages.json()] == [(1, True), (2, True)]
    early = api.post(f"{own}renders/", {}, "json")
    assert early.status_code == 422
    assert [error["field"] for error in early.json()["errors"]] == ["scenes[0].script"]
    first, second = (scene["id"] for scene in pages.json())
    for number in (first, second):
        change = {"script": "看[point 1]这里。", "points": [[10, 20.5]]}
        assert api.patch(f"{own}scenes/{number}/", change, "json").status_code == 200
    assert api.patch(f"{own}scenes/{second}/", {"position": 1}, "json").json()["position"] == 1
    assert [scene["id"] for scene in api.get(own).json()["scenes"]] == [second, first]
    answer = api.post(f"{own}renders/", {"purpose": "chat"}, "json")
    assert answer.status_code == 202
    assert answer.json()["text"] == "看这里。\n\n看这里。"
    assert answer["Location"].endswith(f"/renders/{Render.objects.get().pk}/")


def test_a_dialogue_is_made_by_a_partner_and_lines(api):
    presentation, partner = make_presentation(), make_digital_human()
    own = f"{ADDRESS}{presentation.pk}/"
    scene = api.post(f"{own}scenes/", {"layout": "dialogue", "script": "A：你好。\nB：你好！"}, "json")
    assert scene.status_code == 201
    early = api.post(f"{own}renders/", {}, "json")
    assert [(error["field"], error["code"]) for error in early.json()["errors"]] == [
        ("scenes[2].layout", "partner_missing")
    ]
    assert api.patch(own, {"partner": partner.pk}, "json").json()["partner"] == partner.pk
    answer = api.post(f"{own}renders/", {}, "json")
    assert (answer.status_code, answer.json()["partner"]) == (202, partner.pk)


def test_a_dry_run_checks_and_stores_nothing(api):
    presentation = make_presentation()
    own = f"{ADDRESS}{presentation.pk}/renders/"
    answer = api.post(own, {"dry_run": True}, "json")
    assert answer.status_code == 200
    assert answer.json().pop("estimated_seconds") > 0
    assert (answer.json()["text"], answer.json()["scenes"]) == ("大家好。\n\n看这里。", 2)
    assert answer.json()["characters"] == 10
    services.add_scene(presentation, layout="human")
    assert [error["field"] for error in api.post(own, {"dry_run": True}, "json").json()["errors"]] == [
        "scenes[2].script"
    ]
    photograph = make_presentation(make_digital_human(origin="photograph"))
    refused = api.post(f"{ADDRESS}{photograph.pk}/renders/", {"dry_run": True}, "json")
    assert refused.status_code == 409
    assert not Render.objects.exists()


def test_the_second_language_is_asked_for(api):
    presentation = make_presentation()
    own = f"{ADDRESS}{presentation.pk}/"
    for scene in presentation.scenes.all():
        assert api.patch(f"{own}scenes/{scene.pk}/", {"translation": "Hello."}, "json").status_code == 200
    answer = api.post(f"{own}renders/", {"translated": True}, "json")
    assert (answer.status_code, answer.json()["text"]) == (202, "Hello.\n\nHello.")
    dry = api.post(f"{own}renders/", {"translated": True, "dry_run": True}, "json")
    assert dry.json()["text"] == "Hello.\n\nHello."


def test_scenes_come_with_slides_and_go(api):
    presentation = make_presentation()
    own = f"{ADDRESS}{presentation.pk}/"
    file = io.BytesIO()
    Image.new("RGB", (64, 36)).save(file, "PNG")
    slide = SimpleUploadedFile("s.png", file.getvalue(), "image/png")
    added = api.post(f"{own}scenes/", {"layout": "corner", "slide": slide, "points": "[[1, 2]]"}, "multipart")
    assert (added.status_code, added.json()["points"]) == (201, [[1, 2]]), added.json()
    assert api.delete(f"{own}scenes/{added.json()['id']}/").status_code == 204
    assert presentation.scenes.count() == 2
    assert api.delete(own).status_code == 204
    assert not Presentation.objects.exists()


@pytest.mark.parametrize("points", [[[101, 0]], [[1]], [[1, 2, 3]], "x", [[1, 2]] * 21])
def test_points_beyond_the_slide_are_refused(api, points):
    presentation = make_presentation()
    scene = presentation.scenes.first()
    answer = api.patch(f"{ADDRESS}{presentation.pk}/scenes/{scene.pk}/", {"points": points}, "json")
    assert answer.status_code == 422


def test_a_file_that_is_no_pdf_is_named(api):
    presentation = make_presentation()
    answer = api.post(
        f"{ADDRESS}{presentation.pk}/pages/", {"pdf": SimpleUploadedFile("s.pdf", b"no pdf")}, "multipart"
    )
    assert answer.status_code == 422
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [("pdf", "pdf_broken")]


def test_a_scene_of_another_presentation_is_not_found(api):
    one, other = make_presentation(), make_presentation()
    scene = other.scenes.first()
    for address in (f"scenes/{scene.pk}/", f"scenes/{scene.pk}/picture/"):
        method = api.get if address.endswith("picture/") else api.delete
        assert method(f"{ADDRESS}{one.pk}/{address}").status_code == 404


def test_variables_come_with_a_presentation_and_are_replaced(api):
    wish = {"name": "培训", "digital_human": make_digital_human().pk, "variables": [{"name": "name", "type": "name"}]}
    made = api.post(ADDRESS, wish, "json")
    assert (made.status_code, made.json()["variables"][0]["type"]) == (201, "name"), made.json()
    own = f"{ADDRESS}{made.json()['id']}/"
    assert api.patch(own, {"name": "入职"}, "json").json()["variables"] == made.json()["variables"]
    rows = [{"name": "day", "type": "date", "required": False}]
    changed = api.patch(own, {"variables": json.dumps(rows)}, "multipart")
    assert [row["name"] for row in changed.json()["variables"]] == ["day"], changed.json()
    assert api.get(own).json()["variables"] == changed.json()["variables"]
    wrong = api.patch(own, {"variables": [{"name": "a"}, {"name": "a"}]}, "json")
    assert {error["field"] for error in wrong.json()["errors"]} == {"variables[0].name", "variables[1].name"}


def test_values_are_given_with_the_request(api):
    own = f"{ADDRESS}{make_personal_presentation().pk}/renders/"
    answer = api.post(own, {"variables": {"name": "李雷", "place": "lab"}}, "json")
    assert (answer.status_code, answer.json()["text"]) == (202, "你好李雷，2026年12月1日见！\n\n看研究院。")
    dry = api.post(own, {"variables": {"name": "李雷"}, "dry_run": True}, "json")
    assert dry.json()["lower_thirds"] == [{"scene": 1, "name": "李雷", "role": ""}]
    wrong = api.post(own, {"variables": {"place": "火星", "x": "y"}}, "json")
    assert {(error["field"], error["code"]) for error in wrong.json()["errors"]} == {
        ("variables.name", "required"),
        ("variables.place", "invalid"),
        ("variables.x", "unknown_variable"),
    }
    assert Render.objects.count() == 1
