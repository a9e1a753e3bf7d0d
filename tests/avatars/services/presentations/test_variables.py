"""Variables of presentations: in scripts, in the second language and in lower thirds."""

from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from avatars import services
from avatars.exceptions import ScriptError
from avatars.models import Presentation, PresentationVariable, Render
from core.personal_data.holding_registry import holding_of
from tests.avatars.support.rendering import make_human
from tests.support.factories import make_digital_human, make_personal_presentation, make_presentation

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 25)


def variable(name: str = "name", **fields: object) -> PresentationVariable:
    return PresentationVariable(name=name, **fields)


def scene(presentation: Presentation, number: int, **changes: object) -> None:
    presentation.scenes.filter(position=number).update(**changes)


def refused(presentation: Presentation, values: dict[str, object]) -> ScriptError:
    with pytest.raises(ScriptError) as caught:
        services.request_presentation_render(presentation, values)
    assert not Render.objects.exists()
    return caught.value


def test_values_stand_in_scripts_and_lower_thirds():
    presentation = make_personal_presentation()
    render = services.request_presentation_render(presentation, {"name": "李雷", "place": "lab"})
    assert render.text == "你好李雷，2026年12月1日见！\n\n看研究院。"
    first, second = render.recipe["deck"]["scenes"]
    assert (first["name"], second["name"]) == ("李雷", "")
    assert second["pointings"] == [[render.text.index("研究院"), 50, 40]]
    assert render.recipe["cuts"] == [0, render.text.index("看")]


def test_each_value_has_a_video_of_its_own_and_equal_ones_share():
    presentation = make_personal_presentation()
    first = services.request_presentation_render(presentation, {"name": "李雷"})
    assert services.request_presentation_render(presentation, {"name": " 李雷 ", "place": "hq"}) == first
    assert services.request_presentation_render(presentation, {"name": "韩梅梅"}) != first
    assert presentation.renders.count() == 2


def test_the_second_language_takes_the_same_values():
    presentation = make_personal_presentation()
    scene(presentation, 1, translation="Hello {{name}}, see you on {{day}}.", translation_name="Dr {{name}}")
    render = services.request_presentation_render(presentation, {"name": "Han Meimei"}, translated=True)
    assert render.text == "Hello Han Meimei, see you on 1 December 2026.\n\nLook here."
    assert render.recipe["deck"]["scenes"][0]["name"] == "Dr Han Meimei"


def test_a_variable_of_the_other_language_may_be_left_out():
    presentation = make_personal_presentation()
    scene(presentation, 1, translation="Hello!", translation_role="Guest")
    assert services.request_presentation_render(presentation, {}, translated=True).text == "Hello!\n\nLook here."


def test_names_are_read_as_names():
    presentation = make_personal_presentation()
    render = services.request_presentation_render(presentation, {"name": "单雄信"})
    assert [entry["token"] for entry in render.recipe["lexicon"]] == ["单雄信"]
    presentation.variables.filter(name="name").update(name="prize")
    scene(presentation, 1, script="你好{{prize}}！{{day}}", lower_third_name="")
    assert services.request_presentation_render(presentation, {"prize": "单雄信"}).recipe["lexicon"] == []


def test_what_looks_like_a_mark_in_a_value_is_none():
    partner = make_digital_human()
    presentation = make_personal_presentation(partner=partner)
    scene(presentation, 2, script="A：看[point 1]{{place.label}}。", points=[[50, 40]])
    render = services.request_presentation_render(presentation, {"name": "甲[point 9]\nB：乙"})
    deck = render.recipe["deck"]["scenes"]
    assert "甲[point 9]\nB：乙" in render.text
    assert [each.get("speaker", 0) for each in deck] == [0, 0]
    assert deck[0]["name"] == "甲[point 9] B：乙"
    assert render.partner is None


@pytest.mark.parametrize(
    ("given", "code", "told"),
    [
        ({}, "required", "Shown in scene 1."),
        ({"name": "李雷", "place": "火星"}, "invalid", "Shown in scene 2."),
        ({"name": "李雷", "nmae": "李雷"}, "unknown_variable", "There are: day, name, place."),
    ],
)
def test_a_value_that_is_wrong_is_named_with_its_scene(given, code, told):
    error = refused(make_personal_presentation(), given)
    assert (error.code, error.field.partition(".")[0]) == (code, "variables")
    assert told in error.remedy


def test_a_scene_with_an_unknown_variable_is_named():
    presentation = make_personal_presentation()
    scene(presentation, 2, script="看{{plcae}}。{{place}}", lower_third_role="{{Rank}}")
    error = refused(presentation, {"name": "李雷"})
    assert (error.field, error.code) == ("scenes[1].script", "unknown_variable")
    assert "{{plcae}}" in error.message
    scene(presentation, 2, script="看{{place}}。")
    error = refused(presentation, {"name": "李雷"})
    assert (error.field, error.code) == ("scenes[1].lower_third_role", "bad_placeholder")


def test_a_lower_third_that_becomes_too_long_is_named():
    presentation = make_personal_presentation()
    error = refused(presentation, {"name": "李" * 41})
    assert (error.field, error.code) == ("scenes[0].lower_third_name", "too_long")
    scene(presentation, 1, lower_third_name="")
    assert "李" * 41 in services.request_presentation_render(presentation, {"name": "李" * 41}).text


def test_a_variable_that_no_scene_shows_is_named():
    presentation = make_personal_presentation()
    scene(presentation, 2, script="看[point 1]这里。")
    error = refused(presentation, {"name": "李雷"})
    assert (error.field, error.code) == ("variables[1].name", "unused_variable")


def test_a_script_that_values_leave_empty_is_named():
    presentation = make_personal_presentation()
    presentation.variables.filter(name="place").update(default="")
    scene(presentation, 2, script="{{place.label}}")
    error = refused(presentation, {"name": "李雷"})
    assert (error.field, error.code) == ("scenes[1].script", "empty")


def test_variables_that_do_not_fit_are_not_kept():
    presentation = make_presentation()
    for wrong, code in (
        ([variable(), variable()], "same_name"),
        ([variable(type="choice", choices="a")], "choices"),
        ([variable(type="number", required=False, default="x")], "default_invalid"),
    ):
        with pytest.raises(ScriptError) as caught:
            services.save_presentation(presentation, wrong)
        assert caught.value.code == code
    assert not presentation.variables.exists()
    services.save_presentation(presentation, [variable(), variable("day", type="date")])
    services.save_presentation(presentation)
    assert list(presentation.variables.values_list("name", "position")) == [("name", 1), ("day", 2)]


def test_a_check_shows_what_would_be_said_and_shown():
    presentation = make_personal_presentation()
    check = services.check_presentation(presentation, {"name": "李雷", "day": "明天"})
    assert check.text.startswith("你好李雷，2")
    assert (check.lower_thirds, check.names) == (((1, "李雷", ""),), ("李雷",))
    faults = services.presentation_value_faults(presentation, {"day": "明天"}, today=TODAY)
    assert [(fault.field, fault.code) for fault in faults] == [("name", "required")]


def test_the_picture_of_a_scene_shows_examples():
    presentation = make_personal_presentation(make_human())
    before = services.preview_scene(presentation.scenes.get(position=1))
    scene(presentation, 1, lower_third_name="王芳")
    assert services.preview_scene(presentation.scenes.get(position=1)) == before


def test_values_go_when_the_scripts_of_videos_do():
    render = services.request_presentation_render(make_personal_presentation(), {"name": "李雷"})
    holding_of(Render).clear([render.pk])
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM avatars_render WHERE id = %s", [render.pk])
        assert "李雷" not in str(cursor.fetchone())


def test_variables_go_with_their_presentation():
    presentation = make_personal_presentation()
    presentation.logo.save("logo.png", ContentFile(b"x"))
    services.remove_presentation(presentation)
    assert not PresentationVariable.objects.exists()
