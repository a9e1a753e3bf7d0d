"""Problems of texts in other languages."""

import pytest
from django.utils import translation

from conversations.flows import publication
from conversations.models import Flow
from tests.conversations.support.two_languages import make_flow

pytestmark = pytest.mark.django_db


def found(flow: Flow) -> list[tuple[str, str, bool]]:
    flow.refresh_from_db()
    with translation.override("en"):
        return [(one.code, one.words, one.is_error) for one in publication.check(flow)]


def with_english(flow: Flow, key: str, **texts: str) -> Flow:
    state = flow.states.get(key=key)
    state.translations["en"] |= texts
    state.save()
    return flow


def test_a_missing_text_is_a_warning_if_the_flow_has_that_language():
    flow = make_flow(published=False)
    words = "English: The step has no reminder. Members read it in the flow's own language."
    assert found(flow) == [("untranslated", words, False)]
    Flow.objects.filter(pk=flow.pk).update(also_in="")
    assert found(flow) == []


@pytest.mark.parametrize(
    ("key", "texts", "code", "words", "is_error"),
    [
        ("done", {"text": "Done."}, "other_placeholders", "shows other answers", False),
        (
            "done",
            {"text": "{{quality.label}} {{town}}"},
            "unknown_slot",
            "Its text shows the answer “town”",
            True,
        ),
        ("done", {"text": "{{quality.label}" * 200}, "text_too_long", "2,048 bytes", True),
        ("quality", {"choices": "fast = Fast\nhd = High"}, "unknown_choice", "“fast” is no choice of the step", False),
        ("quality", {"choices": "lipsync = Basic"}, "untranslated", "The choice “hd” is missing.", False),
        ("quality", {"choices": "Basic\n普通"}, "same_choice", "Two choices have the same word", True),
        ("quality", {"choices": "Basic\ncancel"}, "reserved", "“cancel” has a meaning of its own", True),
    ],
)
def test_a_text_that_does_not_fit_is_told_with_its_language(key, texts, code, words, is_error):
    flow = with_english(make_flow(published=False), "quality", reminder="Still there?")
    every = {one: (its_words, its_error) for one, its_words, its_error in found(with_english(flow, key, **texts))}
    assert words in every[code][0]
    assert every[code][0].startswith("English: ")
    assert every[code][1] == is_error


@pytest.mark.parametrize(
    ("own", "english", "is_missing"), [("", "", False), ("再见", "", True), ("再见", "Bye", False)]
)
def test_the_text_at_the_end_of_the_time_may_not_be_missing(own, english, is_missing):
    flow = with_english(make_flow(published=False), "quality", reminder="Still there?")
    translations = {**flow.translations, "en": {**flow.translations.get("en", {}), "expire_text": english}}
    Flow.objects.filter(pk=flow.pk).update(expire_text=own, translations=translations)
    words = "English: The text at the end of its time is missing."
    assert found(flow) == [("untranslated", words, False)] * is_missing
