"""Presentations in the admin: scenes from a PDF, moved, looked at and rendered."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from avatars import services
from avatars.models import Presentation, Render
from tests.avatars.admin.test_templates import signed_in
from tests.avatars.scenes.test_pdf_pages import make_pdf
from tests.support.factories import make_digital_human, make_personal_presentation, make_presentation

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return signed_in(User.objects.create_superuser("boss"))


def form(presentation=None, **changes):
    data = {"name": "培训", "digital_human": make_digital_human().pk, "format": "16:9", "captions": "plain"}
    data |= {"caption_languages": "spoken"}
    data |= {"background_color": "#eef1f6", "accent_color": "#1f6feb"}
    data |= {"variables-TOTAL_FORMS": 0, "variables-INITIAL_FORMS": 0}
    scenes = list(presentation.scenes.all()) if presentation else []
    data |= {"scenes-TOTAL_FORMS": len(scenes), "scenes-INITIAL_FORMS": len(scenes)}
    for index, scene in enumerate(scenes):
        values = {"id": scene.pk, "presentation": presentation.pk, "layout": scene.layout, "script": scene.script}
        values |= {"points": "\n".join(f"{x} {y}" for x, y in scene.points)}
        data |= {f"scenes-{index}-{name}": value for name, value in values.items()}
    return {**data, **changes}


def change(presentation) -> str:
    return reverse("admin:avatars_presentation_change", args=[presentation.pk])


def test_a_pdf_becomes_scenes_when_the_presentation_is_saved(boss):
    pdf = SimpleUploadedFile("slides.pdf", make_pdf("red", "blue", "green"), "application/pdf")
    answer = boss.post(reverse("admin:avatars_presentation_add"), form(pdf=pdf), follow=True)
    presentation = Presentation.objects.get()
    assert answer.redirect_chain[-1][0] == change(presentation)
    assert presentation.scenes.count() == 3
    assert "3 scenes were added" in answer.content.decode()


def test_a_broken_pdf_is_named_and_nothing_else_is_lost(boss):
    pdf = SimpleUploadedFile("slides.pdf", b"no pdf", "application/pdf")
    answer = boss.post(reverse("admin:avatars_presentation_add"), form(pdf=pdf), follow=True)
    assert Presentation.objects.get().name == "培训"
    assert "This PDF cannot be read." in answer.content.decode()


def test_moving_a_scene_saves_what_was_written(boss):
    presentation = make_presentation()
    second = presentation.scenes.get(position=2)
    data = form(presentation, _up=second.pk, **{"scenes-0-script": "早上好。"})
    answer = boss.post(change(presentation), data)
    assert answer.status_code == 302, answer.context["errors"]
    assert [scene.script for scene in presentation.scenes.all()] == ["看[point 1]这里。", "早上好。"]


def test_unknown_marks_are_told_with_their_scenes(boss):
    presentation = make_presentation(partner=make_digital_human())
    scripts = {"scenes-0-translation": "[warm] Hello.", "scenes-1-script": "A：[欢]早！\nB：[point 1][快]你好。"}
    data = form(presentation, partner=presentation.partner.pk, **scripts)
    page = boss.post(change(presentation), data, follow=True)
    found = [str(each).partition("”")[0] for each in page.context["messages"] if each.level_tag == "warning"]
    assert found == ["Scene 2: “[欢]"]


def test_points_are_two_numbers_a_line(boss):
    presentation = make_presentation()
    second = presentation.scenes.get(position=2)
    boss.post(change(presentation), form(presentation, **{"scenes-1-points": "10 20\n30，40.5\n"}))
    second.refresh_from_db()
    assert second.points == [[10, 20], [30, 40.5]]
    for wrong in ("ten 20", "10", "10 200"):
        answer = boss.post(change(presentation), form(presentation, **{"scenes-1-points": wrong}))
        assert answer.status_code == 200
        assert wrong in answer.content.decode()


def test_the_button_renders_or_tells_what_is_missing(boss):
    presentation = make_presentation()
    button = reverse("admin:avatars_presentation_make", args=[presentation.pk])
    assert boss.get(button).status_code == 200
    assert not Render.objects.exists()
    answer = boss.post(button, {"_form_submitted": "True"})
    render = Render.objects.get()
    assert answer["HX-Redirect"] == reverse("admin:avatars_render_change", args=[render.pk])
    services.add_scene(presentation, layout="human_left")
    answer = boss.post(button, {"_form_submitted": "True"})
    assert answer["HX-Redirect"] == change(presentation)
    assert "Scene 3: Write what is said in this scene." in boss.get(change(presentation)).content.decode()
    assert Render.objects.count() == 1


def test_the_second_language_has_a_button_of_its_own(boss):
    presentation = make_presentation()
    button = reverse("admin:avatars_presentation_make_translation", args=[presentation.pk])
    boss.post(button, {"_form_submitted": "True"})
    assert "Scene 1: Write what is said in this scene." in boss.get(change(presentation)).content.decode()
    translations = {f"scenes-{index}-translation": "Hello." for index in range(2)}
    assert boss.post(change(presentation), form(presentation, **translations)).status_code == 302
    boss.post(button, {"_form_submitted": "True"})
    assert Render.objects.get().text == "Hello.\n\nHello."


def test_the_page_shows_a_picture_of_each_scene(boss):
    presentation = make_presentation()
    text = boss.get(change(presentation)).content.decode()
    for scene in presentation.scenes.all():
        assert reverse("admin:avatars_presentation_scene", args=[presentation.pk, scene.pk]) in text
    assert boss.get(reverse("admin:avatars_presentation_scene", args=[presentation.pk, 0])).status_code == 404


def test_a_page_that_is_only_read_offers_no_moves(boss):
    presentation = make_presentation()
    reader = User.objects.create_user("reader", is_staff=True)
    rights = ("view_presentation", "view_presentationscene")
    reader.user_permissions.set(Permission.objects.filter(content_type__app_label="avatars", codename__in=rights))
    assert "_up" in boss.get(change(presentation)).content.decode()
    text = signed_in(reader).get(change(presentation)).content.decode()
    assert "data-scene-picture" in text
    assert 'name="_up"' not in text


def fill(presentation) -> str:
    return reverse("admin:avatars_presentation_fill", args=[presentation.pk])


def test_variables_are_written_beside_the_scenes(boss):
    presentation = make_presentation()
    row = {"name": "name", "label": "姓名", "type": "name", "required": "on", "example": "王芳"}
    rows = {f"variables-0-{name}": value for name, value in row.items()} | {"variables-TOTAL_FORMS": 1}
    answer = boss.post(change(presentation), form(presentation, **rows))
    assert answer.status_code == 302, answer.context["errors"]
    assert list(presentation.variables.values_list("name", "type", "position")) == [("name", "name", 1)]
    wrong = {"variables-0-type": "number", "variables-0-required": "", "variables-0-default": "many"}
    answer = boss.post(change(make_presentation()), form(**{**rows, **wrong}))
    assert "The default does not fit." in answer.content.decode()


def test_a_presentation_with_variables_is_filled_in_first(boss):
    presentation = make_personal_presentation()
    for act, target in (("make", fill(presentation)), ("make_translation", f"{fill(presentation)}?translated=1")):
        button = reverse(f"admin:avatars_presentation_{act}", args=[presentation.pk])
        assert boss.post(button, {"_form_submitted": "True"})["HX-Redirect"] == target
    assert boss.get(f"{fill(presentation)}?translated=1").context["translated"]
    assert not Render.objects.exists()


def test_a_filled_presentation_shows_its_scripts_and_lower_thirds(boss):
    presentation = make_personal_presentation()
    assert 'value="王芳"' in boss.get(fill(presentation)).content.decode()
    assert boss.post(fill(presentation), {"variable-name": "", "show": ""}).context["form"].errors["name"]
    shown = boss.post(fill(presentation), {"variable-name": "单雄信", "show": ""})
    assert shown.context["preview"].text == "你好单雄信，2026年12月1日见！\n\n看总部。"
    assert "shàn" in shown.content.decode()
    assert shown.context["lower_thirds"] == ((1, "单雄信", ""),)
    english = boss.post(fill(presentation), {"variable-name": "Li Lei", "translated": "on", "show": ""})
    assert english.context["preview"].text == "Hello Li Lei!\n\nLook here."
    assert not Render.objects.exists()


def test_a_fault_of_a_scene_is_told_where_it_is_filled_in(boss):
    presentation = make_personal_presentation()
    presentation.scenes.filter(position=2).update(script="看{{place}}{{plcae}}。")
    text = boss.post(fill(presentation), {"variable-name": "李雷", "make": ""}).content.decode()
    assert "Scene 2: “script” shows {{plcae}}, and there is no such variable." in text
    assert not Render.objects.exists()


def test_a_filled_presentation_is_rendered_by_those_who_may(boss):
    presentation = make_personal_presentation()
    made = boss.post(fill(presentation), {"variable-name": "李雷", "make": ""})
    render = Render.objects.get()
    assert made.context["state"]["page"].endswith(f"/{render.pk}/change/")
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename="view_presentation"))
    client = signed_in(reader)
    assert b'name="make"' not in client.get(fill(presentation)).content
    assert client.post(fill(presentation), {"variable-name": "李", "make": ""}).status_code == 403
    assert Render.objects.count() == 1
