"""Notices and questions of flows: each with its values, in both forms."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from conversations.machine.calls import Returned, Way
from conversations.machine.notices import Notice
from conversations.wording import flow_texts

NAMES_ITS_FLOW = {Notice.HELP, Notice.REMINDER, Notice.CANCELLED, Notice.KEPT, Notice.EXPIRED, Notice.FAILED}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize("kind", Notice)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_each_notice_is_a_sentence_and_names_its_flow(kind, language):
    with translation.override(language):
        text = flow_texts.notice(kind, "50 % Lunch")
    assert ("50 % Lunch" in text) is (kind in NAMES_ITS_FLOW)
    assert "%(" not in text
    assert "%%" not in text


def test_a_question_lists_its_choices_by_number():
    assert flow_texts.question(" Which? ", ["Soup", "Rice"]).splitlines() == ["Which?", "1. Soup", "2. Rice"]
    assert flow_texts.question("Which?", []) == "Which?"


@pytest.mark.parametrize("ask", [flow_texts.which_member, flow_texts.which_department])
def test_more_of_the_name_are_announced_only_if_there_are(ask):
    assert "There are more" in ask("Wang", more=True)
    assert "There are more" not in ask("Wang", more=False)
    assert "“Wang”" in ask("Wang", more=False)


@pytest.mark.parametrize(
    ("endings", "is_picture", "words"),
    [
        (["jpg", "png"], True, "Please send a picture here, from your album or your camera. Possible are: jpg, png."),
        (["mp4"], False, "Please send a picture or a video here. Possible are: mp4."),
        ([], True, "Please send a picture here, from your album or your camera."),
    ],
)
def test_a_file_of_another_kind_is_told_what_is_possible(endings, is_picture, words):
    assert flow_texts.send_file(endings, is_picture=is_picture) == words


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (Returned(way=Way.FAILED), "The call fails"),
        (Returned(way=Way.TIMEOUT), "The call takes too long"),
        (Returned(way=Way.NEXT), "The call works"),
        (Returned(way=Way.NEXT, kept={"days": "3", "left": "4"}), "The call works: days = 3, left = 4"),
    ],
)
def test_the_end_of_a_call_is_told(what, words):
    assert flow_texts.returned(what) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (lambda: flow_texts.file_too_large(20), "This file is too large. Please send one of at most 20 MB."),
        (flow_texts.file_is_lost, "Your file did not arrive. Please send it again."),
        (flow_texts.file_is_coming, "One moment, I am still receiving your file."),
        (flow_texts.refused, "This answer is not accepted. Please check it."),
        (lambda: flow_texts.updated("A"), "“A” was updated. Your answers are kept; we go on here:"),
        (flow_texts.please_choose, "Please choose:"),
        (flow_texts.please_answer, "Please write your answer."),
        (flow_texts.button_choose, "Choose"),
        (lambda: flow_texts.chosen("Soup"), "Chosen: Soup"),
        (flow_texts.over, "Closed"),
        (flow_texts.one_moment, "One moment, please."),
        (lambda: flow_texts.calls("GET", "https://a"), "The flow calls GET https://a."),
        (
            lambda: flow_texts.ended_by_plan("A"),
            "“A” has ended, because there is a newer version. Start it again whenever you like.",
        ),
    ],
)
def test_each_text_says_its_values(text, words):
    assert text() == words


@pytest.mark.parametrize("text", [flow_texts.ends_soon, flow_texts.ends_asleep])
def test_an_end_by_plan_names_flow_and_moment(text):
    words = text("Lunch", datetime(2026, 3, 4, 15, 30))
    assert "“Lunch”" in words
    assert "03/04/2026 3:30 p.m." in words


def test_a_wait_is_told_in_the_time_zone_of_the_house():
    assert "03/04/2026 3:30 p.m." in flow_texts.sleeps(datetime(2026, 3, 4, 7, 30, tzinfo=UTC))


def test_yes_and_no_are_choices_in_the_language():
    assert [(one.value, one.label) for one in flow_texts.yes_no_choices()] == [("yes", "Yes"), ("no", "No")]
