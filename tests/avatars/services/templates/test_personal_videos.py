"""Templates and presentations for one person each: what is said, in which language, and what is missing."""

import pytest

from avatars import services
from avatars.models import PresentationScene, PresentationVariable
from core.text.slot_values import Slot
from tests.support.factories import make_digital_human, make_personal_presentation, make_presentation, make_template

pytestmark = pytest.mark.django_db
FACTS = {"name": Slot(name="name")}


def said(source, *, language="zh-hans", name="王芳", values=None):
    values = {"name": "{{name}}"} if values is None else values
    return services.personalise(source, values, facts={"name": name}, slots=FACTS, language=language)


def test_a_template_says_its_script_with_the_facts():
    script = said(make_template())
    assert script.text == "你好王芳，欢迎来到总部。2026年12月1日见！"
    render = services.request_personal_render(script, mode="lipsync", purpose="chat")
    assert (render.text, render.template, render.mode) == (script.text, script.source, "lipsync")


def test_a_presentation_says_its_scenes_with_the_facts():
    presentation = make_personal_presentation()
    script = said(presentation)
    assert (script.text, script.translated, script.missing) == ("你好王芳，2026年12月1日见！\n\n看总部。", False, ())
    render = services.request_personal_render(script, mode="lipsync", purpose="campaign", requester="member:1")
    assert (render.text, render.mode, render.requester) == (script.text, "lipsync", "member:1")
    assert list(presentation.renders.all()) == [render]


@pytest.mark.parametrize(
    ("language", "translation", "translated"),
    [
        ("en", "Look [point 1] here.", True),
        ("zh-hans", "Look [point 1] here.", False),
        ("", "Look [point 1] here.", False),
        ("en", "", False),  # one scene lacks it
    ],
)
def test_a_member_hears_their_language_where_all_scenes_have_it(language, translation, translated):
    presentation = make_personal_presentation()
    presentation.scenes.filter(position=2).update(translation=translation)
    script = said(presentation, language=language)
    assert script.translated is translated
    assert script.text.startswith("Hello 王芳!") is translated
    assert services.request_personal_render(script).text == script.text


def test_a_first_language_that_is_english_is_told_from_the_second():
    presentation = make_presentation()
    presentation.scenes.update(script="Hello everybody, this is 苏晴.", translation="大家好，我是苏晴。")
    assert said(presentation, values={}).translated
    assert not said(presentation, values={}, language="en").translated


def test_a_required_value_that_only_one_language_shows_is_missing_there():
    presentation = make_personal_presentation()
    presentation.scenes.filter(position=1).update(translation="Hello!", translation_name="Fang")
    assert said(presentation, name="").missing == ("name",)
    assert said(presentation, name="", language="en").missing == ()


def test_captions_in_both_languages_need_the_values_of_both():
    presentation = make_personal_presentation(caption_languages="both")
    presentation.scenes.filter(position=1).update(translation="Hello!", translation_name="Fang")
    assert said(presentation, name="", language="en").missing == ("name",)
    assert services.source_faults(presentation) == []


def test_values_that_cannot_be_said_or_shown_are_missing():
    presentation = make_presentation()
    note = PresentationVariable(name="note", required=False)
    services.save_presentation(presentation, [note])
    presentation.scenes.filter(position=1).update(script="{{note}}")
    assert said(presentation, values={"note": "{{name}}"}, name="").missing == ("note",)
    PresentationScene.objects.filter(presentation=presentation, position=1).update(
        script="你好。", lower_third_name="{{note}}"
    )
    fresh = type(presentation).objects.get(pk=presentation.pk)
    assert said(fresh, values={"note": "{{name}}"}, name="王" * 41).missing == ("note",)


def test_a_source_is_checked_with_examples_for_its_variables():
    presentation = make_personal_presentation()
    assert services.source_faults(presentation) == []
    assert services.source_faults(make_template()) == []
    presentation.scenes.filter(position=2).update(script="", translation="Look [point 9].")
    fresh = type(presentation).objects.get(pk=presentation.pk)
    found = [(fault.field, fault.code) for fault in services.source_faults(fresh)]
    assert ("name", "unused_variable") in found
    assert ("script", "empty") in found
    assert ("translation", "point_unknown") in found


def test_given_values_are_filled_in_for_one_request():
    presentation = make_personal_presentation()
    script = services.fill_source(presentation, {"name": "王芳"}, language="en")
    assert (script.text, script.translated) == ("Hello 王芳!\n\nLook here.", True)
    assert not services.fill_source(presentation, {"name": "王芳"}, language="en", translated=False).translated
    assert services.fill_source(make_template(), {"name": "王芳"}).text.startswith("你好王芳")


def test_the_second_digital_human_of_a_dialogue_is_in_the_text():
    presentation = make_presentation(partner=make_digital_human())
    services.add_scene(presentation, layout="dialogue", script="A：你好。\nB：你好！")
    assert said(presentation, values={}).text == "大家好。\n\n看这里。\n\n你好。\n你好！"


def test_an_estimate_counts_the_second_person_and_asks_for_no_consent():
    alone = make_presentation()
    talk = make_presentation(alone.digital_human, partner=make_digital_human(origin="photograph"))
    for presentation, layout in ((alone, "human"), (talk, "dialogue")):
        services.add_scene(presentation, layout=layout, script="A：今天我们一起看新的规定。\nB：好，请讲。")
    first, second = (services.estimate_personal_render(said(each, values={})).likely for each in (alone, talk))
    assert second > first
