"""Personal values in a template: validated before, filled for each member."""

from datetime import date

import pytest

from avatars.models import TemplateVariable
from avatars.video_templates.personalisation import is_personalised, personal_values, value_faults
from avatars.video_templates.variables import filled_script
from core.text.slot_values import Slot, SlotType, parse_choices

TODAY = date(2026, 11, 26)
SLOTS = {
    "name": Slot(name="name"),
    "age": Slot(name="age", type=SlotType.NUMBER),
    "place": Slot(name="place", type=SlotType.CHOICE, choices=parse_choices("hq = 总部\nlab = 研究院")),
    "moon": Slot(name="moon", type=SlotType.CHOICE, choices=parse_choices("moon = 月球\nhq = 总部")),
}
NAME = TemplateVariable(name="name", label="姓名", maximum=6)
NICK = TemplateVariable(name="nick", required=False, default="同事")
DAYS = TemplateVariable(name="days", type="number", required=False)
WHERE = TemplateVariable(name="where", type="choice", choices="hq = 总部\nlab = 研究院", required=False, default="hq")


def codes(*variables, **values):
    return [(fault.field, fault.code) for fault in value_faults(variables, values, SLOTS, today=TODAY)]


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        (NAME, "", "required"),
        (NAME, "  ", "required"),
        (NAME, "王芳芳芳芳芳芳", "invalid"),
        (NAME, "{{nobody}}", "unknown_slot"),
        (NAME, "{{name", "bad_placeholder"),
        (DAYS, "many", "invalid"),
        (DAYS, "{{name}}", "kind"),
        (DAYS, "{{age}} days", "kind"),
        (WHERE, "{{moon}}", "kind"),
        (WHERE, "{{place.label}}", "kind"),
    ],
)
def test_what_cannot_fit_is_told_with_what_to_do(variable, value, code):
    (fault,) = value_faults([variable], {variable.name: value}, SLOTS, today=TODAY)
    assert (fault.field, fault.code) == (variable.name, code)
    assert fault.words
    assert fault.remedy


def test_a_variable_that_there_is_not_is_told():
    assert codes(NAME, name="王芳", nickname="小芳") == [("nickname", "unknown_variable")]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        (NAME, "王芳"),
        (NAME, "{{name}}"),
        (NAME, "同事{{name}}"),
        (NAME, "{{place.label}}"),
        (DAYS, "{{age}}"),
        (DAYS, "3"),
        (DAYS, ""),
        (WHERE, "{{place}}"),
        (WHERE, "研究院"),
    ],
)
def test_what_may_fit_is_taken(variable, value):
    assert codes(variable, **{variable.name: value}) == []


def said(values, facts, *variables, script="{{name}}，{{nick}}在{{where.label}}，{{days}}天。"):
    """The script with the values in it, and the values."""
    rows = variables or (NAME, NICK, WHERE, DAYS)
    personal = personal_values(rows, values, facts, SLOTS, today=TODAY)
    return filled_script(script, rows, personal.values), personal


def test_each_person_is_told_their_own():
    values = {"name": "{{name}}", "nick": "{{place.label}}的人", "where": "{{place}}", "days": "{{age}}"}
    text, personal = said(values, {"name": "王芳", "place": "lab", "age": "3"})
    assert text == "王芳，研究院的人在研究院，3天。"
    assert (personal.defaulted, personal.missing) == ((), ())


def test_the_default_is_said_where_nothing_is_known_and_that_is_noted():
    wish = {"name": "王芳", "nick": "{{name}}先生", "where": "{{place}}", "days": "{{age}}"}
    text, personal = said(wish, {"place": "moon"})
    assert text == "王芳，同事在总部，天。"
    assert personal.defaulted == ("nick", "where", "days")


def test_a_default_that_is_meant_is_not_noted():
    assert said({"name": "王芳"}, {})[1].defaulted == ()


def test_a_required_value_that_is_unknown_is_missing():
    text, personal = said({"name": "{{name}}"}, {})
    assert personal.missing == ("name",)
    assert text == "，同事在总部，天。"


def test_what_is_known_but_does_not_fit_counts_as_not_known():
    assert said({"name": "{{name}}"}, {"name": "阿卜杜拉·艾合买提"})[1].missing == ("name",)


def test_what_somebody_is_called_is_never_read_as_a_placeholder():
    assert said({"name": "{{name}}"}, {"name": "{{x}}"}, NAME, script="{{name}}！")[0] == "{{x}}！"


def test_values_that_show_nobody_are_the_same_for_all():
    assert not is_personalised({"name": "王芳"})
    assert is_personalised({"name": "王芳", "nick": "{{name}}"})
