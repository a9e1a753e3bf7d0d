"""From where on an answer is given, asked back or not known: each limit, just reached and just missed.

The numbers stand here once more, so that a limit that is changed by mistake is found.
"""

from datetime import date, timedelta

import pytest

from conversations.knowledge import answer_retrieval
from conversations.knowledge.answer_index import Entry, Match, Reader
from conversations.knowledge.answer_retrieval import Verdict
from conversations.knowledge.documents import passage_retrieval as passages
from conversations.models import Answer, Document

ZH, EN = "zh-hans", "en"
STEP = 0.0001
TODAY = date(2026, 12, 4)
KNOWN, UNSURE, UNKNOWN = Verdict.KNOWN, Verdict.UNSURE, Verdict.UNKNOWN
LEAST = 1.1
"""The lift from which on a row counts, among 209 rows."""


def match(pk: int, likeness: float = 0.0, lift: float | None = None, language: str = ZH) -> Match:
    entry = Entry(pk=pk, question=str(pk), wordings=(str(pk),), language=language)
    return Match(entry=entry, likeness=likeness, lift=lift)


def by_words(*found: Match, language: str = ZH) -> tuple[Verdict, list[int]]:
    ranked = sorted(found, key=lambda one: -one.likeness)
    judged = answer_retrieval._judge_words(ranked, language)
    return judged.verdict, [one.entry.pk for one in judged.matches]


def by_meaning(*found: Match, least: float = LEAST, language: str = ZH) -> tuple[Verdict, list[int]]:
    alike = sorted((one for one in found if one.likeness >= 0.2), key=lambda one: -one.likeness)
    judged = answer_retrieval._judge(list(found), alike, least, language)
    return judged.verdict, [one.entry.pk for one in judged.matches]


@pytest.mark.parametrize(("likeness", "verdict"), [(0.62, KNOWN), (0.62 - STEP, UNSURE)])
def test_words_that_are_alike_are_meant(likeness, verdict):
    assert by_words(match(1, likeness)) == (verdict, [1])


@pytest.mark.parametrize(("other", "verdict"), [(0.8 - 0.0301, KNOWN), (0.8 - 0.0299, UNSURE)])
def test_two_answers_that_are_close_are_both_meant(other, verdict):
    assert by_words(match(1, 0.8), match(2, other))[0] == verdict


@pytest.mark.parametrize(("best", "verdict"), [(0.9, KNOWN), (0.9 - STEP, UNSURE)])
def test_of_a_certain_answer_nobody_is_asked(best, verdict):
    assert by_words(match(1, best), match(2, best))[0] == verdict


@pytest.mark.parametrize(("ours", "best"), [(0.62, 2), (0.62 - STEP, 1)])
def test_an_answer_in_the_own_language_comes_first_if_it_is_alike(ours, best):
    assert by_words(match(1, 0.8, language=EN), match(2, ours))[1][0] == best


@pytest.mark.parametrize(("lift", "verdict"), [(LEAST, KNOWN), (LEAST - STEP, UNKNOWN)])
def test_a_meaning_that_is_near_is_known(lift, verdict):
    assert by_meaning(match(1, lift=lift))[0] == verdict


@pytest.mark.parametrize(("likeness", "verdict"), [(0.62, UNSURE), (0.62 - STEP, UNKNOWN)])
def test_words_beside_another_meaning_are_asked_back(likeness, verdict):
    assert by_meaning(match(1, likeness, lift=LEAST - 0.5))[0] == verdict


@pytest.mark.parametrize(("likeness", "verdict"), [(0.9, KNOWN), (0.9 - STEP, UNSURE)])
def test_certain_words_outdo_another_meaning(likeness, verdict):
    assert by_meaning(match(1, likeness, lift=LEAST - 0.5))[0] == verdict


@pytest.mark.parametrize(("other", "verdict"), [(1.5 - 0.2001, KNOWN), (1.5 - 0.1999, UNSURE)])
def test_the_next_meaning_has_to_be_apart(other, verdict):
    assert by_meaning(match(1, lift=1.5), match(2, lift=other))[0] == verdict


@pytest.mark.parametrize(("twin", "best"), [(1.5 - 0.2999, 2), (1.5 - 0.3001, 1)])
def test_the_same_in_the_own_language_is_preferred(twin, best):
    assert by_meaning(match(1, lift=1.5, language=EN), match(2, lift=twin))[1][0] == best


@pytest.mark.parametrize(("other", "first"), [(0.9 + 0.0999, 1), (0.9 + 0.1001, 2)])
def test_the_own_language_counts_as_nearer(other, first):
    verdict, order = by_meaning(match(1, lift=0.9), match(2, lift=other, language=EN))
    assert (verdict, order[0]) == (UNKNOWN, first)


@pytest.mark.parametrize(
    ("count", "answers", "of_documents"),
    [
        (0, 0.5961, 0.4934),
        (5, 0.5961, 0.4934),
        (6, 0.6207, 0.5025),
        (209, 1.1, 0.68),
        (1_000, 1.3113, 0.7583),
        (2_000, 1.3113, 0.7929),
        (9_999, 1.3113, 0.7929),
    ],
)
def test_among_more_rows_more_is_asked(count, answers, of_documents):
    assert answer_retrieval.known_from(count) == pytest.approx(answers, abs=0.0001)
    assert passages.known_from(count) == pytest.approx(of_documents, abs=0.0001)


@pytest.mark.parametrize(
    ("found", "is_sure"),
    [
        (match(1, 0.66), True),
        (match(1, 0.66 - STEP), False),
        (match(1, 0.99, lift=0.72 - STEP), False),
        (match(1, 0.0, lift=0.72), True),
    ],
)
def test_a_passage_is_quoted_from_there_on(found, is_sure):
    assert passages._is_sure(found, 0.72) is is_sure


def test_at_most_three_questions_are_suggested():
    findings = answer_retrieval.Findings(verdict=UNSURE, matches=tuple(match(pk) for pk in range(5)))
    assert [one.entry.pk for one in findings.suggestions] == [0, 1, 2]


@pytest.mark.parametrize(("wording", "count"), [("甲乙庚辛壬癸", 1), ("甲乙庚辛壬癸子", 0)])
def test_words_that_are_far_are_not_suggested(wording, count):
    """One pair of characters in common: 2 of 10 pairs are near enough, 2 of 11 are not."""
    index = answer_retrieval.Index(None)
    index.put(Entry(pk=1, question=wording, wordings=(wording,), language=ZH))
    assert len(answer_retrieval.search(index, "甲乙丙丁戊己", language=ZH).matches) == count


@pytest.mark.parametrize("days", [-1, 0, 1, 2, 3])
@pytest.mark.parametrize("kind", [Answer, Document])
def test_it_is_given_from_its_first_day_to_its_last(kind, days):
    period = {"valid_from": TODAY, "valid_until": TODAY + timedelta(days=2)}
    day = TODAY + timedelta(days=days)
    is_given = days in (0, 1, 2)
    assert kind(**period).is_valid_on(day) is is_given
    assert Entry(pk=1, question="", wordings=(), language="", **period).is_for(Reader(today=day)) is is_given
