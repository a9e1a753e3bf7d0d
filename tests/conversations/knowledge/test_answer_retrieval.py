"""Questions in other words find their answers, in both languages; what nobody wrote down is not known.

The bundled models are loaded once. `tests.benchmarks.knowledge.measure` has the whole set of questions.
"""

import numpy as np
import pytest

from conversations.knowledge import answer_retrieval
from conversations.knowledge.answer_index import Entry, Index, Match
from conversations.knowledge.answer_retrieval import Findings, Verdict
from conversations.knowledge.embedding import vector_of
from conversations.knowledge.likeness import gist
from tests.benchmarks.knowledge.questions import known, unknown


def make_index(embedder, rows) -> Index:
    index = Index(embedder)
    for pk, (question, answer, language) in enumerate(rows, start=1):
        index.put(Entry(pk=pk, question=question, wordings=(question,), language=language))
        if embedder:
            index.put_vector(pk, vector_of(embedder, (question,), answer))
    return index


@pytest.fixture(scope="session")
def office(bundled):
    """Every eighth question of the benchmark."""
    return make_index(bundled, [(row.question, row.answer, row.language) for row in known()[::8]])


def find(index, text, language="zh-hans"):
    return answer_retrieval.search(index, text, language=language)


def test_ordinary_wordings_are_answered(office):
    asked = [(row.asked["ordinary"], row.language, row.question) for row in known()[::24]]
    wrong = [text for text, language, question in asked if _best(find(office, text, language)) != question]
    assert wrong == []


def test_colloquial_words_and_the_other_language_mostly_find_it(office):
    rows = known()[::24]
    asked = [(row.asked[way], row.language_of(way), row) for row in rows for way in ("colloquial", "other_language")]
    firsts = [[match.entry.question for match in find(office, text, lang).matches[:3]] for text, lang, _row in asked]
    found = [row.question in three for three, (_text, _lang, row) in zip(firsts, asked, strict=True)]
    assert sum(found) >= 0.6 * len(found)


def test_most_of_what_was_never_written_down_is_not_known(office):
    verdicts = [find(office, row.text, row.language).verdict for row in unknown()[::8]]
    assert verdicts.count(Verdict.KNOWN) <= 1
    assert verdicts.count(Verdict.UNKNOWN) >= 0.8 * len(verdicts)


def test_many_wordings_bring_no_lift_by_chance():
    index, vector = Index(None), np.ones(4, dtype=np.float32)
    for pk, wordings in enumerate([("a",), ("a", "b"), ("a", *"bcdef")], start=1):
        index.put(Entry(pk=pk, question="a", wordings=wordings, language="en"))
        index.put_vector(pk, vector.astype("<f2").tobytes())
    lifts = {match.entry.pk: match.lift for match in index.near(gist("x"), vector, 3)}
    assert [round(lifts[1] - lifts[pk], 2) for pk in (1, 2, 3)] == [0.0, 0.03, 0.09]


def test_the_same_words_need_no_vector():
    index = make_index(None, [("怎么请假", "", "zh-hans"), ("怎么报销", "", "zh-hans")])
    assert _best(find(index, "怎么请假？")) == "怎么请假"
    assert find(index, "？").verdict == Verdict.UNKNOWN


def test_traditional_characters_are_the_same_words_and_the_same_meaning(bundled):
    index = make_index(bundled, [("怎么请假", "在审批里请假。", "zh-hans"), ("怎么报销", "贴发票。", "zh-hans")])
    assert _best(find(index, "怎麼請假")) == "怎么请假"
    vectors = bundled.questions(["我們想申請休假", "我们想申请休假"])
    assert (vectors[0] == vectors[1]).all()


def test_of_the_same_in_two_languages_the_members_comes_first(bundled):
    rows = [("怎么请假", "在审批里请假。", "zh-hans"), ("How do I take leave", "In Approval.", "en")]
    index = make_index(bundled, rows)
    assert _best(find(index, "请假流程是什么", "zh-hans")) == "怎么请假"
    assert _best(find(index, "what is the process to take leave", "en")) == "How do I take leave"


def _best(found) -> str:
    return found.best.entry.question if found.best else ""


@pytest.mark.parametrize(("lift", "known_from", "asks"), [(0.8, 0.91, False), (1.2, 0.91, True), (None, None, True)])
def test_rows_near_by_words_alone_give_way_to_a_document(lift, known_from, asks):
    row = Match(entry=Entry(pk=1, question="when is payday", wordings=(), language="en"), likeness=0.75, lift=lift)
    assert Findings(verdict=Verdict.UNSURE, matches=(row,), known_from=known_from).asks_back == asks
