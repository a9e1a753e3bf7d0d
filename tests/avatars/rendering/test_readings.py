"""Names in a script, from the directory and from variables, and how they are read."""

import pytest

from avatars import services
from avatars.models import LexiconEntry, TemplateVariable
from avatars.rendering import readings
from tests.support.factories import make_application, make_digital_human, make_member, make_template

pytestmark = pytest.mark.django_db(transaction=True)


def said_in(text: str, **options) -> dict[str, str]:
    return {entry.token: entry.reading for entry in readings.said_in(text, **options)}


@pytest.fixture
def application():
    return make_application()


def test_members_are_read_by_their_surname_or_their_own_pinyin(application):
    for user_id, name, pinyin in (
        *(("a", "单丽", ""), ("b", "曾伟", "céng"), ("c", "王芳", ""), ("d", "王重", "wang2 chong2")),
    ):
        make_member(application, user_id, name=name, pinyin=pinyin)
    found = said_in("请单丽、曾伟、王芳、王重和单雄信来。")
    assert found == {"单丽": "shan4", "曾伟": "céng", "王重": "wang2 chong2"}
    assert said_in("请来。Hello!") == {}


def test_namesakes_who_differ_are_read_by_the_surname(application):
    make_member(application, "a", name="曾丽", pinyin="céng")
    assert said_in("曾丽好") == {"曾丽": "céng"}
    make_member(application, "b", name="曾丽")
    assert said_in("曾丽好") == {"曾丽": "céng"}
    make_member(application, "c", name="曾丽", pinyin="zēng")
    assert said_in("曾丽好") == {"曾丽": "zeng1"}


@pytest.mark.parametrize("called", ["曾丽（人事）", "曾丽-人事部", "Zeng Li 曾丽", "曾丽 HR", "【外包】曾丽"])
def test_a_member_is_named_without_the_note_beside_the_name(application, called):
    make_member(application, "a", name=called, pinyin="céng")
    make_member(application, "b", name="曾丽人事部")
    assert said_in("曾丽的单据，曾经给过。") == {"曾丽": "céng"}


def test_a_whole_name_comes_before_one_with_a_note(application):
    make_member(application, "a", name="曾丽")
    make_member(application, "b", name="曾丽（人事）", pinyin="céng")
    assert said_in("曾丽好") == {"曾丽": "zeng1"}


def test_a_variable_for_a_name_may_carry_a_note():
    assert said_in("您好，单晓（人事）！", names=["单晓（人事）"]) == {"单晓": "shan4"}


def test_the_lexicon_comes_before_a_name(application):
    make_member(application, "a", name="单丽", pinyin="shàn")
    LexiconEntry.objects.create(token="单丽", reading="dān lì")
    assert said_in("单丽好") == {"单丽": "dān lì"}


def test_another_pinyin_is_another_video_for_those_who_hear_the_name(application):
    member, human = make_member(application, "a", name="曾丽"), make_digital_human()
    first, other = services.request_render(human, "曾丽好"), services.request_render(human, "王芳好")
    assert services.request_render(human, "曾丽好") == first
    member.pinyin = "céng"
    member.save()
    second = services.request_render(human, "曾丽好")
    assert second.content_hash != first.content_hash
    assert second.recipe["lexicon"] == [{"token": "曾丽", "reading": "céng", "match_case": False}]
    assert services.request_render(human, "王芳好") == other


@pytest.mark.parametrize(("kind", "name"), [("text", "name"), ("name", "winner")])
def test_a_variable_for_a_name_is_read_as_one(kind, name):
    variables = [TemplateVariable(name=name, type=kind), TemplateVariable(name="prize")]
    template = make_template(script=f"恭喜{{{{{name}}}}}获得{{{{prize}}}}！{{{{{name}}}}}，加油。", variables=variables)
    render = services.request_template_render(template, {name: "单晓", "prize": "单反相机"})
    assert render.text == "恭喜单晓获得单反相机！单晓，加油。"
    assert [(entry["token"], entry["reading"]) for entry in render.recipe["lexicon"]] == [("单晓", "shan4")]
    plain = services.request_template_render(template, {name: "王芳", "prize": "单反"})
    assert plain.recipe["lexicon"] == []


def test_a_preview_of_a_template_reads_names_as_the_video_does():
    template = make_template(script="您好，{{name}}！", variables=[TemplateVariable(name="name")])
    text = services.fill_template(template, {"name": "单晓"})
    (line,) = services.preview_script(text, template=template).lines
    assert line.words[-1].reading == "shàn xiǎo"
