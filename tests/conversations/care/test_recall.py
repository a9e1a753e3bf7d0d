"""The table that ships notices at least as much as it did, and is not noticed where nothing is meant."""

import pytest

from conversations.care.detection import Level
from conversations.knowledge.embedders.bundled import Bundled
from tests.benchmarks.talk import care

OWN = care.FOLDER / "care-own.yaml"


@pytest.fixture(scope="module")
def by_words():
    return care.results_of(care.cases_of(OWN), None)


@pytest.fixture(scope="module")
def by_both():
    if Bundled.missing_packages():
        pytest.skip("the bundled embedder is not installed")
    return care.results_of(care.cases_of(OWN), Bundled())


def in_language(results, language):
    return [row for row in results if row.case.language == language]


@pytest.mark.parametrize(("language", "sure", "any_level"), [("zh", 0.85, 0.9), ("en", 0.75, 0.9)])
def test_words_alone_find_most(by_words, language, sure, any_level):
    rows = in_language(by_words, language)
    assert care.recall(rows, level=Level.SURE) >= sure
    assert care.recall(rows) >= any_level


@pytest.mark.parametrize("language", ["zh", "en"])
def test_meaning_adds_to_words(by_both, language):
    assert care.recall(in_language(by_both, language)) >= 0.95


def test_what_is_sure_is_meant(by_both):
    assert care.precision(by_both, level=Level.SURE) == 1.0
    assert care.precision(by_both) >= 0.9
