"""Video templates: validated when saved, and filled before rendering."""

import re
from datetime import date
from itertools import pairwise

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import ProtectedError

from avatars import services
from avatars.captions import srt
from avatars.exceptions import InUse, ScriptError
from avatars.models import Render, RenderTemplate, TemplateVariable
from avatars.rendering import recipes
from avatars.video_templates import variables
from core.text.placeholders import fill_placeholders
from tests.support.factories import make_digital_human, make_template, make_voice

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 25)
TIMES = re.compile(r"\d+$|\d\d:")


def variable(name: str = "name", **fields: object) -> TemplateVariable:
    return TemplateVariable(name=name, **fields)


def codes(script: str, *variables: TemplateVariable) -> list[tuple[int | None, str, str]]:
    faults = services.template_faults(script, variables, today=TODAY)
    assert all(fault.words and fault.remedy for fault in faults)
    return [(fault.index, fault.field, fault.code) for fault in faults]


@pytest.mark.parametrize(
    ("script", "variables", "found"),
    [
        ("你好{{name}}！", [variable()], []),
        ("你好{{ name }}，{{name.label}}", [variable()], []),
        ("", [], [(None, "script", "empty")]),
        ("你好{{name}}", [], [(None, "script", "unknown_variable")]),
        ("你好{{Name}}", [], [(None, "script", "bad_placeholder")]),
        ("你好{{name}", [], [(None, "script", "bad_placeholder")]),
        ("你好", [variable()], [(0, "name", "unused_variable")]),
        ("{{name}}", [variable(), variable()], [(0, "name", "same_name"), (1, "name", "same_name")]),
        ("{{name}}", [variable(type="choice", choices="a = 甲")], [(0, "choices", "choices")]),
        ("{{name}}", [variable(type="choice", choices="a = 甲\nb = 甲")], [(0, "choices", "choices")]),
        ("{{name}}", [variable(minimum=3, maximum=2)], [(0, "minimum", "bounds")]),
        ("{{name}}", [variable(maximum=0)], [(0, "maximum", "bounds")]),
        ("{{name}}", [variable(default="王芳")], [(0, "default", "default_unused")]),
        ("{{name}}", [variable(type="number", required=False, default="很多")], [(0, "default", "default_invalid")]),
        ("{{name}}", [variable(type="date", required=False, default="明天")], []),
        ("字" * 5000 + "{{name}}", [variable()], [(None, "script", "too_long")]),
    ],
)
def test_a_template_with_a_fault_is_told_where_and_what_to_do(script, variables, found):
    assert codes(script, *variables) == found


def test_one_with_a_fault_is_not_kept():
    with pytest.raises(ScriptError) as caught:
        make_template(script="你好{{name}}", variables=[variable(), variable("day")])
    assert (caught.value.field, caught.value.code) == ("variables[1].name", "unused_variable")
    assert "{{day}}" in caught.value.remedy
    assert not RenderTemplate.objects.exists()


def test_values_are_put_in_and_defaults_where_none_is_given():
    template = make_template()
    assert services.fill_template(template, {"name": " 王芳 "}) == "你好王芳，欢迎来到总部。2026年12月1日见！"
    given = {"name": "{{day}}", "place": "实验室", "day": "明天"}
    assert services.fill_template(template, given, today=TODAY) == "你好{{day}}，欢迎来到研究院。2026年11月26日见！"
    assert services.fill_template(template, {"name": "李", "place": "", "day": None}) == services.fill_template(
        template, {"name": "李"}
    )


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("{{day}}见，{{name}}！", "2026年12月1日见，Ann！"),
        ("Dear {{name}}, see you on {{day}}.", "Dear Ann, see you on 1 December 2026."),
        pytest.param("Dear {{name}}，{{day}}见。", "Dear Ann，2026年12月1日见。", marks=pytest.mark.thorough),
    ],
)
@pytest.mark.slow
def test_dates_are_written_as_people_write_them_and_captions_say_the_same(kokoro, script, said):
    template = make_template(script=script, variables=[variable(), variable("day", type="date")])
    text = services.fill_template(template, {"name": "Ann", "day": "2026-12-01"})
    assert text == said
    speech = kokoro.speak(text, voice="zf_xiaobei")
    lines = [line for line in srt.srt(text, speech.tokens).splitlines() if line and not TIMES.match(line)]
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, {"name": "required"}),
        ({"name": "  ", "day": "2026-13-01"}, {"name": "required", "day": "invalid"}),
        ({"name": "字" * 21}, {"name": "invalid"}),
        ({"name": 3}, {"name": "invalid"}),
        ({"name": ["王芳"]}, {"name": "invalid"}),
        ({"name": "王芳", "place": "火星"}, {"place": "invalid"}),
        ({"name": "王芳", "nmae": "王芳"}, {"nmae": "unknown_variable"}),
    ],
)
def test_what_is_missing_unknown_or_does_not_fit_is_named(given, found):
    template = make_template()
    faults = services.variable_faults(template, given, today=TODAY)
    assert {fault.field: fault.code for fault in faults} == found
    with pytest.raises(ScriptError) as caught:
        services.request_template_render(template, given)
    assert (caught.value.field, caught.value.code) == (f"variables.{faults[0].field}", faults[0].code)
    assert caught.value.remedy
    assert not Render.objects.exists()


def test_a_number_may_be_a_number_and_nothing_else_may():
    template = make_template(
        script="{{n}}天", variables=[variable("n", type="number", minimum=1, maximum=9, required=False)]
    )
    assert services.fill_template(template, {"n": 3}) == services.fill_template(template, {"n": "3"}) == "3天"
    assert services.fill_template(template, {}) == "天"
    for wrong in (True, 3.5, 10, "many"):
        (fault,) = services.variable_faults(template, {"n": wrong})
        assert fault.code == "invalid"
        assert "1" in fault.remedy
        assert "9" in fault.remedy


def test_what_says_nothing_or_too_much_once_it_is_filled_is_refused():
    template = make_template(script="{{text}}", variables=[variable("text", required=False)])
    for text, code in (("", "empty"), ("字" * 5000, "too_long")):
        with pytest.raises(ScriptError) as caught:
            services.fill_template(template, {"text": text})
        assert (caught.value.field, caught.value.code) == ("variables", code)


def test_equal_values_share_one_video_whoever_asks():
    template = make_template()
    first = services.request_template_render(template, {"name": "王芳"})
    assert services.request_template_render(template, {"name": "王芳", "place": "hq"}).pk == first.pk
    assert services.request_template_render(template, {"name": "李雷"}).pk != first.pk
    plain = services.request_render(template.digital_human, first.text)
    assert plain.pk == first.pk
    assert (first.template, Render.objects.count()) == (template, 2)


def test_a_template_overrides_only_the_looks_that_it_names():
    voice = make_voice(key="zm_yunxi")
    human = make_digital_human(
        mode="talking_head", format="1:1", captions="plain", speed=1.2, background_color="#112233"
    )
    template = make_template(human, mode="lipsync", voice=voice, background_color="#445566")
    recipe = services.request_template_render(template, {"name": "王芳"}).recipe
    assert (recipe["mode"], recipe["voice"], recipe["speed"]) == ("lipsync", "zm_yunxi", 1.2)
    scene = recipe["scene"]
    assert (scene["format"], scene["captions"], scene["colour"]) == ("1:1", "plain", "#445566")
    human.refresh_from_db()
    assert (human.mode, human.background_color, human.voice) == ("talking_head", "#112233", human.voice)
    assert human.voice != voice


@pytest.mark.parametrize(
    ("script", "values", "pieces"),
    [
        ("你好{{a}}！欢迎你。再见。", {"a": "王芳"}, ["你好王芳！", "欢迎你。再见。"]),
        ("早上好。{{a}}，欢迎。再见！", {"a": "王芳。李雷"}, ["早上好。", "王芳。李雷，欢迎。", "再见！"]),
        ("{{a}}你好。{{b}}再见。好。", {"a": "一", "b": "二"}, ["一你好。二再见。", "好。"]),
        ("Hello {{a}}. Welcome to us.", {"a": "Dr. Li"}, ["Hello Dr. Li.", " Welcome to us."]),
        ("{{a}}。欢迎。{{b}}！再见。", {"a": "", "b": "😀"}, ["。欢迎。😀！", "再见。"]),
        ("{{a}}。欢迎。再来，{{b}}！再见。", {"a": "", "b": ""}, ["。欢迎。", "再来，！", "再见。"]),
        ("欢迎。{{a}}", {"a": ""}, ["欢迎。"]),
        ("你好{{a}}。", {"a": "王芳"}, ["你好王芳。"]),
        ("你好。再见。", {}, ["你好。再见。"]),
        (" {{a}}。(好)。[*]？\n", {"a": "a.*"}, ["a.*。", "(好)。[*]？"]),
    ],
)
def test_a_script_is_split_where_personal_sentences_begin(script, values, pieces):
    text = fill_placeholders(script, values, {}).strip()
    cuts = variables.cuts(script, text)
    assert [text[begin:end] for begin, end in pairwise([0, *cuts, len(text)])] == pieces
    assert variables.cuts(script, "别的话。") == []


def test_a_template_that_is_spliced_asks_for_pieces_and_another_does_not():
    template = make_template(script="你好{{name}}！欢迎你。", variables=[variable()], spliced=True)
    render = services.request_template_render(template, {"name": "王芳"})
    assert render.recipe["cuts"] == [5]
    assert recipes.video_spec(render).cuts == (5,)
    plain = services.request_render(template.digital_human, render.text)
    assert "cuts" not in plain.recipe
    assert plain.pk != render.pk
    assert recipes.audible_part(plain.recipe) == recipes.audible_part(render.recipe)


def test_later_changes_leave_what_was_asked_for():
    template = make_template()
    render = services.request_template_render(template, {"name": "王芳"})
    template.mode, template.script = "lipsync", "再见{{name}}，{{place}}，{{day}}。"
    services.save_template(template)
    render.refresh_from_db()
    assert render.text.startswith("你好")
    assert services.request_template_render(template, {"name": "王芳"}).text == "再见王芳，hq，2026年12月1日。"


def test_who_speaks_in_a_template_cannot_be_deleted():
    template = make_template()
    with pytest.raises(InUse):
        services.remove_digital_human(template.digital_human)
    voice = make_voice()
    make_template(voice=voice)
    with pytest.raises(ProtectedError):
        voice.delete()


def test_its_files_go_with_it_unless_a_video_may_need_them(django_capture_on_commit_callbacks):
    unused, used = make_template(), make_template()
    for template in (unused, used):
        template.background.save("b.png", ContentFile(b"picture"))
    render = services.request_template_render(used, {"name": "王芳"})
    names = [str(template.background.name) for template in (unused, used)]
    with django_capture_on_commit_callbacks(execute=True):
        for template in (unused, used):
            services.remove_template(template)
    assert [default_storage.exists(name) for name in names] == [False, True]
    render.refresh_from_db()
    assert render.template is None
    assert render.recipe["scene"]["backdrop"] == names[1]
    default_storage.delete(names[1])
