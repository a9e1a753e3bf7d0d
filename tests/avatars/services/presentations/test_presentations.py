"""Presentations: what is missing, what is frozen, and their videos under consent like any."""

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from avatars import services
from avatars.ai_label import image_label
from avatars.exceptions import ConsentError, ScriptError
from avatars.models import Presentation, PresentationScene, Render
from avatars.rendering import recipes
from avatars.scenes.spec import Layout, Pointing
from tests.avatars.scenes.test_pdf_pages import make_pdf
from tests.avatars.support.rendering import make_human
from tests.support.factories import (
    make_consent,
    make_digital_human,
    make_presentation,
    make_voice,
)

pytestmark = pytest.mark.django_db


def codes(**changes) -> list[tuple[str, str]]:
    values = {"layout": "human_right", "slide": "slide.png", "script": "你好。", "points": [[10, 20]], **changes}
    return [(fault.field, fault.code) for fault in services.presentation_faults([PresentationScene(**values)])]


def test_each_scene_is_told_what_it_lacks():
    assert codes() == []
    assert codes(script=" [point 1]。") == [("script", "empty")]
    assert codes(slide="") == [("slide", "slide_missing")]
    assert codes(slide="", layout="human") == []
    assert codes(script="看[point 2]这里。") == [("script", "point_unknown")]
    assert [fault.code for fault in services.presentation_faults([])] == ["no_scenes"]


def test_a_render_freezes_the_scenes_and_later_edits_change_none():
    presentation = make_presentation()
    scene = presentation.scenes.get(position=2)
    render = services.request_presentation_render(presentation, purpose="chat", requester="user:1")
    assert render.text == "大家好。\n\n看这里。"
    assert list(presentation.renders.all()) == [render]
    PresentationScene.objects.filter(pk=scene.pk).update(script="别的。", layout="corner")
    spec = recipes.video_spec(Render.objects.get(pk=render.pk))
    assert spec.deck is not None
    assert [each.layout for each in spec.deck.scenes] == [Layout.HUMAN, Layout.HUMAN_RIGHT]
    assert spec.deck.scenes[1].pointings == (Pointing(offset=7, x=50, y=40),)
    assert spec.deck.scenes[1].slide == Path(default_storage.path(str(scene.slide.name)))
    assert spec.seed in range(recipes.WAYS)


def test_equal_presentations_share_a_video_and_an_edit_makes_another():
    presentation = make_presentation()
    first = services.request_presentation_render(presentation)
    assert services.request_presentation_render(presentation) == first
    presentation.accent_color = "#ff0000"
    presentation.save()
    assert services.request_presentation_render(presentation) != first


def test_faults_are_named_by_scene_before_anything_is_requested():
    presentation = make_presentation()
    services.add_scene(presentation, layout="human")
    with pytest.raises(ScriptError) as caught:
        services.request_presentation_render(presentation)
    assert (caught.value.field, caught.value.code) == ("scenes[2].script", "empty")
    assert not Render.objects.exists()


def test_all_scripts_together_have_a_limit(settings):
    settings.AVATARS = {**settings.AVATARS, "MAX_PRESENTATION_CHARACTERS": 5}
    with pytest.raises(ScriptError) as caught:
        services.request_presentation_render(make_presentation())
    assert caught.value.code == "too_long"


def test_a_photograph_needs_a_consent_for_the_purpose():
    presentation = make_presentation(make_digital_human(origin="photograph"))
    with pytest.raises(ConsentError):
        services.request_presentation_render(presentation, purpose="chat")
    with pytest.raises(ConsentError):
        services.preview_scene(presentation.scenes.first())
    consent = make_consent(presentation.digital_human, purposes=["chat"])
    render = services.request_presentation_render(presentation, purpose="chat")
    assert render.consent == consent
    with pytest.raises(ConsentError):
        services.request_presentation_render(presentation, purpose="external")
    services.withdraw_consent(consent, by="boss")
    render.refresh_from_db()
    assert (render.status, render.reason) == (Render.Status.CANCELLED, "consent_withdrawn")
    with pytest.raises(ConsentError):
        services.retry_render(render)


def test_a_partner_who_does_not_appear_needs_no_consent():
    presentation = make_presentation(partner=make_digital_human(origin="photograph"))
    assert services.request_presentation_render(presentation).partner is None


def test_a_second_language_has_its_own_script_names_and_voices():
    presentation = make_presentation(translation_voice=make_voice(key="english"))
    first, second = presentation.scenes.all()
    translated = {"script": "Hello.", "name": "Fang Wang"}
    PresentationScene.objects.filter(pk=first.pk).update(
        translation=translated["script"], translation_name=translated["name"]
    )
    with pytest.raises(ScriptError) as caught:
        services.request_presentation_render(presentation, translated=True)
    assert (caught.value.field, caught.value.code) == ("scenes[1].translation", "empty")
    PresentationScene.objects.filter(pk=second.pk).update(translation="Look [point 1] here.")
    render = services.request_presentation_render(presentation, translated=True)
    assert (render.text, render.recipe["voice"]) == ("Hello.\n\nLook here.", "english")
    deck = render.recipe["deck"]["scenes"]
    assert [scene["name"] for scene in deck] == ["Fang Wang", ""]
    assert deck[1]["pointings"] == [[12, 50, 40]]
    assert render != services.request_presentation_render(presentation)
    assert presentation.renders.count() == 2


def test_a_cloned_voice_of_the_second_language_needs_its_consent():
    voice = make_voice(key="english", origin="cloned")
    presentation = make_presentation(translation_voice=voice)
    presentation.scenes.update(translation="Hello.")
    with pytest.raises(ConsentError):
        services.request_presentation_render(presentation, translated=True)
    consent = make_consent(voices=[voice])
    assert services.request_presentation_render(presentation, translated=True).voice_consent == consent
    assert services.request_presentation_render(presentation).voice_consent is None


def test_a_pdf_adds_a_scene_for_each_page():
    presentation = make_presentation()
    added = services.import_pages(presentation, make_pdf("red", "blue"))
    assert [scene.position for scene in added] == [3, 4]
    assert all(default_storage.exists(str(scene.slide.name)) for scene in added)


def test_scenes_move_within_their_presentation():
    presentation = make_presentation()
    third = services.add_scene(presentation, layout="human", script="再见。")
    other = make_presentation().scenes.first()
    services.move_scene(third, -5)
    assert next(scene.script for scene in presentation.scenes.all()) == "再见。"
    services.move_scene(third, 1)
    assert list(presentation.scenes.values_list("position", flat=True)) == [1, 2, 3]
    assert presentation.scenes.all()[1] == third
    assert other is not None
    assert PresentationScene.objects.get(pk=other.pk).position == other.position


def test_files_go_with_a_presentation_that_has_no_videos(django_capture_on_commit_callbacks):
    unused, used = make_presentation(), make_presentation()
    names = [str(each.scenes.get(position=2).slide.name) for each in (unused, used)]
    services.request_presentation_render(used)
    with django_capture_on_commit_callbacks(execute=True):
        for presentation in (unused, used):
            services.remove_presentation(presentation)
    assert not Presentation.objects.exists()
    assert [default_storage.exists(name) for name in names] == [False, True]


def test_a_scene_is_shown_with_label_and_at_once_again(tmp_path):
    scene = make_presentation(make_human()).scenes.get(position=2)
    shown = services.preview_scene(scene)
    file = tmp_path / "scene.jpg"
    file.write_bytes(shown)
    assert image_label.examine(file).faults == ()
    assert Image.open(file).size == (960, 540)
    assert services.preview_scene(scene) == shown
    left, top, width, height = services.slide_area(scene)
    pixel = Image.open(file).convert("RGB").getpixel((round((left + width / 4) * 960), round((top + height / 4) * 540)))
    assert isinstance(pixel, tuple)
    assert pixel[1] > 100 > pixel[0]


def test_the_progress_names_the_scene_that_is_drawn():
    render = services.request_presentation_render(make_presentation())
    render.status, render.stage = Render.Status.RUNNING, Render.Stage.ANIMATING
    words = []
    for render.progress in (25, 50, 60, 83):
        words.append(services.progress_words(render))
    assert ["(scene 1 of 2)" in each for each in words] == [True, True, False, False]
    assert ["(scene 2 of 2)" in each for each in words] == [False, False, True, True]
