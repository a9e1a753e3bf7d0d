"""What a video shows beside the person: chosen per digital human or per video, and validated per field."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from avatars import services
from avatars.exceptions import ScriptError
from avatars.models import Render
from avatars.rendering import recipes
from avatars.speech.text.speaking_style import Mood
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def human():
    return factories.make_digital_human()


def test_a_requested_format_is_part_of_the_content_hash(human):
    first = services.request_render(human, "你好")
    wide = services.request_render(human, "你好", format="16:9")
    assert wide.pk != first.pk
    assert (recipes.video_spec(first).scene.format, recipes.video_spec(wide).scene.format) == ("portrait", "16:9")
    human.format = "16:9"
    human.save()
    assert services.request_render(human, "你好").pk == wide.pk


def test_captions_may_be_wished_for_and_are_part_of_what_is_shared(human):
    first = services.request_render(human, "你好")
    without = services.request_render(human, "你好", captions="off")
    assert without.pk != first.pk
    assert (recipes.video_spec(first).scene.captions, recipes.video_spec(without).scene.captions) == ("karaoke", "off")
    human.captions = "off"
    human.save()
    assert services.request_render(human, "你好").pk == without.pk


def test_unknown_captions_are_refused_and_the_known_ones_are_named(human):
    with pytest.raises(ScriptError) as caught:
        services.request_render(human, "你好", captions="big")
    assert (caught.value.code, caught.value.field) == ("captions_unknown", "captions")
    assert "karaoke" in caught.value.remedy


def test_an_unknown_format_is_refused_and_the_known_ones_are_named(human):
    with pytest.raises(ScriptError) as caught:
        services.request_render(human, "你好", format="4:3")
    assert (caught.value.code, caught.value.field) == ("format_unknown", "format")
    assert "16:9" in caught.value.remedy


def test_a_picture_stands_before_a_colour(human):
    human.background_color = "#102030"
    human.background.save("b.png", ContentFile(png()), save=True)
    scene = recipes.video_spec(services.request_render(human, "你好")).scene
    assert scene.colour == ""
    assert scene.backdrop.read_bytes() == png()


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("background_color", "blue", "colour_unknown"),
        ("background", SimpleUploadedFile("b.png", b"no picture"), "background_broken"),
    ],
)
def test_what_cannot_be_behind_a_person_is_refused_at_its_field(human, field, value, code):
    setattr(human, field, value)
    with pytest.raises(ValidationError) as caught:
        human.full_clean()
    assert [error.code for error in caught.value.error_dict[field]] == [code]


def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), (1, 2, 3)).save(file, "PNG")
    return file.getvalue()


def test_every_video_moves_in_its_own_way_and_repeats_it(human):
    first = services.request_render(human, "你好")
    other = services.request_render(human, "你好", captions="off")
    assert recipes.video_spec(first).seed != recipes.video_spec(other).seed
    assert recipes.video_spec(first).seed == recipes.video_spec(Render.objects.get(pk=first.pk)).seed


def test_segments_that_videos_share_move_in_few_ways_but_not_alike(human):
    render = services.request_render(human, "你好，小明。")
    render.recipe = {**render.recipe, "cuts": [3]}
    seeds = []
    for number in range(40):
        render.content_id = f"{number:032x}"
        seeds.append(recipes.video_spec(render).seed)
        assert recipes.video_spec(render).seed == seeds[-1]
    assert len(set(seeds)) == recipes.WAYS


def test_moods_are_part_of_the_content_hash_and_reach_the_engine(human):
    first = services.request_render(human, "你好！")
    assert recipes.video_spec(first).manner.automatic
    human.automatic_mood, human.mood = False, "calm"
    calm = services.request_render(human, "你好！")
    assert calm.pk != first.pk
    assert (recipes.video_spec(calm).manner.mood, recipes.video_spec(calm).manner.automatic) == (Mood.CALM, False)
    marked = services.request_render(human, "[慢]你好！")
    assert marked.pk != calm.pk
    assert (marked.text, marked.shown_text) == ("[慢]你好！", "你好！")


def test_the_mood_and_speed_of_a_voice_fill_those_left_out(human):
    human.automatic_mood = False
    human.voice.mood, human.voice.speed = "warm", 0.9
    recipe = recipes.freeze(human, "你好！", mode=human.mode)
    assert (recipe["mood"], recipe["speed"]) == ("warm", 0.9)
    human.mood, human.speed = "calm", 1.1
    recipe = recipes.freeze(human, "你好！", mode=human.mode)
    assert (recipe["mood"], recipe["speed"]) == ("calm", 1.1)


def test_neutral_and_normal_speed_win_over_the_voice(human):
    human.automatic_mood = False
    human.voice.mood, human.voice.speed = "warm", 0.9
    human.mood, human.speed = "neutral", 1.0
    recipe = recipes.freeze(human, "你好！", mode=human.mode)
    assert (recipe.get("mood", "neutral"), recipe["speed"]) == ("neutral", 1.0)


def test_recipes_from_before_moods_stay_as_they_were(human):
    human.automatic_mood = False
    assert not {"mood", "automatic_mood"} & set(recipes.freeze(human, "你好！", mode=human.mode))


def test_marks_alone_are_nothing_to_say(human):
    with pytest.raises(ScriptError) as caught:
        services.request_render(human, "[慢] [cheerful]")
    assert caught.value.code == "script_unspeakable"
