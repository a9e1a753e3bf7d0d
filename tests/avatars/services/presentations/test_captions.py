"""Captions in both languages: what is missing for them, and what a render keeps of them."""

import pytest

from avatars import services
from avatars.exceptions import ScriptError
from avatars.models import PresentationScene, Render
from avatars.rendering import recipes
from tests.support.factories import make_digital_human, make_personal_presentation, make_presentation

pytestmark = pytest.mark.django_db


def make_bilingual(**fields):
    presentation = make_presentation(caption_languages="both", **fields)
    for position, words in ((1, "[warm] Hello everyone."), (2, "Look [point 1] here.")):
        presentation.scenes.filter(position=position).update(translation=words)
    return presentation


def translations(presentation, values=None, **options) -> list[str]:
    render = services.request_presentation_render(presentation, values, **options)
    deck = recipes.video_spec(Render.objects.get(pk=render.pk)).deck
    assert deck is not None
    assert render.is_translated == deck.is_translated
    return [scene.translation for scene in deck.scenes]


def test_a_render_keeps_the_other_language_without_marks():
    presentation = make_bilingual()
    assert translations(presentation) == ["Hello everyone.", "Look here."]
    assert translations(presentation, translated=True) == ["大家好。", "看这里。"]


def test_the_spoken_language_alone_makes_the_video_of_before():
    presentation = make_bilingual()
    presentation.caption_languages = "spoken"
    presentation.save()
    assert translations(presentation) == ["", ""]
    assert all("translation" not in scene for scene in Render.objects.get().recipe["deck"]["scenes"])


def test_both_languages_need_both_scripts():
    presentation = make_bilingual()
    PresentationScene.objects.filter(presentation=presentation, position=2).update(translation="[point 1]")
    with pytest.raises(ScriptError) as caught:
        services.request_presentation_render(presentation)
    assert (caught.value.field, caught.value.code) == ("scenes[1].translation", "translation_missing")
    assert not Render.objects.exists()


def test_variables_are_put_into_both_languages():
    presentation = make_personal_presentation(caption_languages="both")
    found = translations(presentation, {"name": "王芳"})
    assert found == ["Hello 王芳!", "Look here."]
    presentation.scenes.filter(position=1).update(translation="Hello {{nobody}}!")
    with pytest.raises(ScriptError) as caught:
        services.check_presentation(presentation, {"name": "王芳"})
    assert (caught.value.field, caught.value.code) == ("scenes[0].translation", "unknown_variable")


@pytest.mark.parametrize(
    ("translation", "shown"),
    [
        ("A: Hi.\nB: Hello! How are you?", ["Hi.", "Hello! How are you?"]),
        ("A: Hi. Hello! How are you?", ["Hi.", "Hello!\nHow are you?"]),
    ],
)
def test_lines_of_a_dialogue_keep_their_own_captions(translation, shown):
    presentation = make_bilingual(partner=make_digital_human())
    services.add_scene(presentation, layout="dialogue", script="A：好。\nB：你好！最近好吗？", translation=translation)
    assert translations(presentation)[2:] == shown


def test_the_scripts_of_both_languages_have_a_limit(settings):
    presentation = make_bilingual()
    settings.AVATARS = {**settings.AVATARS, "MAX_PRESENTATION_CHARACTERS": 20}
    with pytest.raises(ScriptError) as caught:
        services.request_presentation_render(presentation)
    assert caught.value.code == "too_long"
