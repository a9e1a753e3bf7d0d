"""What is noticed by words and by meaning, and how surely; ordinary messages are not."""

import pytest

from conversations.care import detection
from conversations.care.detection import Level
from conversations.care.example_vectors import compute_missing
from conversations.care.heard_text import heard
from conversations.care.wordings import Found, problems_of, wordings_of
from conversations.knowledge.embedders import base
from conversations.models import CareSubject
from core import backends
from tests.conversations.support.tiny_embedder import Tiny


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("骚扰", "被騷擾了", Found.SURE),
        ("不想活了", "不想货了", Found.SURE),
        ("不想活", "不想货", Found.LIKELY),
        ("自杀", "紫砂壶", Found.NOT),
        ("不想活", "bu xiang huo le", Found.SURE),
        ("harass*", "he is harassing me", Found.SURE),
        ("harass*", "hraassing", Found.SURE),
        ("complaint", "a complaitn", Found.SURE),
        ("complaint", "is this compliant", Found.NOT),
        ("injured", "i am insured", Found.NOT),
        ("violent", "a violet shirt", Found.NOT),
        ("dont want to live", "I don’t want to live", Found.SURE),
        ("dont want to live", "want to live here", Found.NOT),
        ("手 + 卷进", "手被机器卷进去了", Found.SURE),
        ("手 + 卷进", "卷进去了", Found.NOT),
        ("想死\n-想死你", "想死你了", Found.NOT),
        ("不想活\n-累死", "累死了，不想活了", Found.SURE),
        ("cry\n-cry laughing", "i cry laughing", Found.NOT),
        ("cry\n-cry laughing", "i cry laughing and then i cry", Found.SURE),
        ("崩溃\n-系统 + 崩溃", "系统又崩溃了", Found.NOT),
        ("?工伤", "工伤", Found.LIKELY),
        ("被pua", "加班餐被吞了", Found.NOT),
    ],
)
def test_a_wording_is_found_with_slips_and_no_other_word(words, text, found):
    assert wordings_of(words).find(heard(text)) == found


def test_lines_that_any_message_has_are_named():
    assert problems_of("难受\na\n+\n- \nno") == ["a", "+", "-"]


@pytest.fixture
def tiny(settings):
    """An embedder without a model: the same words have the same vector."""
    settings.EMBEDDERS = {"tiny": {"class": f"{Tiny.__module__}.Tiny"}}
    settings.EMBEDDER = "tiny"
    backends.backend.cache_clear()
    yield base.configured()
    backends.backend.cache_clear()


@pytest.fixture
def meant(tiny):
    """A subject that only its example can find."""
    CareSubject.objects.exclude(key="distress").update(enabled=False)
    subject = CareSubject.objects.get(key="distress")
    subject.words, subject.examples = "qqq", "每天早上都吃不下东西"
    subject.save()
    compute_missing()
    return subject


@pytest.mark.django_db
def test_the_same_meaning_is_sure_where_the_turn_has_a_vector(tiny, meant):
    text = "每天早上都吃不下东西！"
    assert detection.notice(text) is None
    base.question_vector(tiny, text)
    noticed = detection.notice(text)
    assert (noticed.key, noticed.level, noticed.found_by) == ("distress", Level.SURE, "meaning")


@pytest.mark.django_db
def test_a_far_meaning_is_ordinary(tiny, meant):
    base.question_vector(tiny, "打印机在几楼")
    assert detection.notice("打印机在几楼") is None


@pytest.mark.django_db
def test_vectors_are_computed_once_and_after_a_change(tiny, meant):
    assert compute_missing() == 0
    meant.refresh_from_db()
    meant.examples += "\n晚上睡不着"
    meant.save()
    assert compute_missing() == 1


@pytest.mark.django_db
def test_a_turn_asks_the_database_for_nothing_more(django_assert_num_queries):
    detection.notice("打印机在几楼")
    with django_assert_num_queries(1):  # the number of the last change, which a turn reads along
        detection.notice("食堂几点开门")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("公司的反骚扰政策是什么", Level.SUSPECTED),
        ("怎么举报", Level.SUSPECTED),
        ("我想举报我们经理，怎么办", Level.SURE),
        ("着火了怎么办", Level.SURE),
        ("what is the harassment policy", Level.SUSPECTED),
        ("my manager ignores the harassment policy", Level.SURE),
    ],
)
def test_a_question_about_a_policy_is_only_suspected(text, level):
    assert detection.notice(text).level == level
