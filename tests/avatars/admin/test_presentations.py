"""Presentations in the admin: scenes from a PDF, moved, looked at and rendered."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from avatars import services
from avatars.models import Presentation, Render
from tests.avatars.admin.test_templates import signed_in
from tests.avatars.scenes.test_pdf_pages import make_pdf
from tests.support.factories import make_digital_human, make_presentation

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return signed_in(User.objects.create_superuser("boss"))


def form(presentation=None, **changes):
    data = {"name": "培训", "digital_human": make_digital_human().pk, "format": "16:9", "captions": "plain"}
    data |= {"background_color": "#eef1f6", "accent_color": "#1f6feb"}
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
