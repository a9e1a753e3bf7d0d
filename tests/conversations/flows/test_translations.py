"""Texts in other languages as rows of a draft have them."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils import translation

from conversations import services
from conversations.flows import drafts, publication
from conversations.machine.spoken import spoken_in
from conversations.machine.words import FlowWords
from conversations.models import Answer, Flow, State
from tests.conversations.support.two_languages import make_flow
from tests.support.factories.conversations import change_steps

pytestmark = pytest.mark.django_db


def test_a_draft_has_the_texts_of_its_other_language():
    machine = publication.draft(make_flow(published=False))
    assert machine.translations == (FlowWords(language="en", name="Choose a quality"),)
    (words,) = machine.nodes[0].translations
    assert words.text == "Which quality, {{member.name|colleague}}?"
    assert [(one.value, one.label) for one in words.choices] == [("lipsync", "Basic"), ("hd", "High")]


def test_texts_wait_unused_while_the_flow_has_one_language():
    machine = publication.draft(make_flow(published=False, also_in=""))
    assert machine.translations == ()
    assert [node.translations for node in machine.nodes] == [(), ()]


def test_yes_and_no_have_their_labels_in_each_language():
    flow = make_flow(published=False)
    change_steps(flow.states.filter(key="quality"), slot_type="yes_no", choices="")
    (words,) = publication.draft(flow).nodes[0].translations
    assert [one.label for one in words.choices] == ["Yes", "No"]


def test_an_article_has_a_link_and_picture_in_each_language():
    flow = make_flow(published=False)
    english = {
        "title": "The guide",
        "link": "https://docs.example.com/en",
        "picture_url": "https://docs.example.com/en.png",
    }
    change_steps(
        flow.states.filter(key="done"),
        **{"kind": "say", "form": "news", "text": "看看指南。", "title": "指南", "link": "https://docs.example.com/zh"},
        **{"picture_url": "https://docs.example.com/zh.png", "translations": {"en": english}},
    )
    machine = publication.draft(flow)
    pictures = [spoken_in(machine, language).nodes[1].picture_url for language in ("zh-hans", "en")]
    assert pictures == ["https://docs.example.com/zh.png", "https://docs.example.com/en.png"]
    assert publication.live_machine(services.publish(flow)) == machine
    flow.states.filter(key="done").update(translations={"en": {"title": "The guide", "text": "Read it."}})
    assert spoken_in(publication.draft(flow), "en").nodes[1].picture_url == "https://docs.example.com/zh.png"
    assert "untranslated" not in {one.code for one in publication.check(flow) if one.state == "结束"}


def test_texts_that_this_kind_of_step_does_not_say_are_left_out():
    flow = make_flow(published=False)
    flow.states.filter(key="done").update(translations={"en": {"title": "A title", "retry_text": "Again"}})
    assert publication.draft(flow).nodes[1].translations == ()


def test_a_copy_and_an_older_version_have_all_texts():
    flow = make_flow()
    done = flow.states.get(key="done")
    done.kind, done.form = "say", "file"
    done.file.save("zh.pdf", ContentFile(b"%PDF"))
    done.second_file.save("en.pdf", ContentFile(b"%PDF"))
    machine = publication.draft(flow)
    files = [spoken_in(machine, language).nodes[1].file for language in ("zh-hans", "en")]
    assert files == [done.file.name, done.second_file.name]
    services.publish(flow)
    flow.refresh_from_db()
    copy = services.duplicate_flow(flow)
    assert publication.draft(copy).nodes == publication.draft(flow).nodes
    flow.states.update(translations={})
    Flow.objects.filter(pk=flow.pk).update(also_in="", translations={})
    flow.refresh_from_db()
    drafts.restore(flow.live)
    flow.refresh_from_db()
    assert (flow.also_in, flow.translations) == ("en", {"en": {"name": "Choose a quality"}})
    assert not publication.is_changed(flow)


@pytest.mark.parametrize(
    "value", [{"fr": {"text": "a"}}, {"en": "a"}, {"en": {"body": "a"}}, {"en": {"text": 3}}, ["a"]]
)
def test_only_known_texts_of_known_languages_are_kept(value):
    with pytest.raises(ValidationError):
        State._meta.get_field("translations").clean(value, None)


def test_the_other_language_is_another_one():
    with pytest.raises(ValidationError, match="own language"):
        Flow(name="一", language="en", also_in="en").clean()


def test_a_picture_to_send_is_no_picture_of_a_video():
    with translation.override("zh-hans"):
        assert {State.Form.IMAGE.label, Answer.Kind.IMAGE.label} == {"图片"}
