"""Texts of hand-offs: numbers, moments, and what they leave out."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from conversations.wording import handoff_texts


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(("minutes", "words"), [(1, "within 1 minute. "), (2, "within 2 minutes. ")])
def test_the_promise_of_an_answer_counts_minutes(minutes, words):
    text = handoff_texts.passed_on("IT", minutes)
    assert words in text
    assert "A person of “IT”" in text


@pytest.mark.parametrize(
    ("ahead", "words"),
    [(0, ["answer you here."]), (1, ["1 member is before you."]), (2, ["2 members are before you."])],
)
def test_who_waits_is_told_how_many_are_before_them(ahead, words):
    lines = handoff_texts.still_waiting("IT", ahead).splitlines()
    assert lines[0] == "You are passed on to “IT” already. A person will answer you here."
    assert lines[-1].endswith(words[0])
    assert len(lines) == (2 if ahead else 1)


@pytest.mark.parametrize(("count", "words"), [(1, "1 more, at the desk"), (2, "2 more, at the desk")])
def test_files_that_have_no_room_are_counted(count, words):
    assert handoff_texts.more_files(count) == words


def test_a_moment_of_today_has_no_day():
    noon = timezone.localtime().replace(hour=12, minute=5)
    tomorrow = noon + timedelta(days=1)
    assert handoff_texts.when(noon) == "at 12:05"
    assert handoff_texts.when(tomorrow) == f"on {tomorrow:%m-%d %A} at 12:05"


@pytest.mark.parametrize(
    "text", [handoff_texts.passed_on_later, handoff_texts.nobody_there, handoff_texts.message_kept]
)
def test_the_next_opening_is_named_where_it_is_known(text):
    opening = timezone.localtime().replace(hour=12, minute=5)
    assert "at 12:05" in text("IT", opening)
    assert "12:05" not in text("IT", None)
    assert "“IT”" in text("IT", opening)
    assert "“IT”" in text("IT", None)


@pytest.mark.parametrize(
    ("lines", "answers", "words"),
    [
        ([], [], ""),
        (["> Hello"], [], "> Hello"),
        (["> Hello"], [("dish", "Soup")], "> Hello\nAnswers so far:\ndish: Soup"),
        ([], [("dish", "Soup"), ("day", "Monday")], "Answers so far:\ndish: Soup\nday: Monday"),
    ],
)
def test_a_summary_has_the_last_lines_and_the_answers(lines, answers, words):
    assert handoff_texts.summary(lines, answers) == words


@pytest.mark.parametrize(
    ("title", "summary", "words"),
    [
        ("Li needs a person", "> Help", "Li needs a person\n> Help\nSend “/take 7” to answer."),
        ("Li needs a person", "", "Li needs a person\nSend “/take 7” to answer."),
    ],
)
def test_a_phone_without_cards_reads_how_to_take_it(title, summary, words):
    assert handoff_texts.announced(title, summary, 7) == words


def test_the_operator_is_briefed_with_every_command_and_what_came_before():
    alone, after = handoff_texts.you_answer("Li", ""), handoff_texts.you_answer("Li", "> Hello")
    assert alone.splitlines()[0] == "You write with Li now; what you send here goes to them."
    assert after == f"{alone}\n\n> Hello"
    commands = [line.split(" ")[0] for line in alone.splitlines()[1:]]
    assert {"/close", "/note", "/release"} <= set(commands)
    assert handoff_texts.unknown_command().splitlines()[1:] == alone.splitlines()[1:]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (lambda: handoff_texts.answered_by("Wang"), "Wang answers you now. To get back to me, send “/bot”."),
        (lambda: handoff_texts.now_by("Wang"), "From now on Wang answers you."),
        (lambda: handoff_texts.with_person("Wang"), "Wang answers you here. To get back to me, send “/bot”."),
        (
            lambda: handoff_texts.takes_longer("IT"),
            "Sorry, nobody of “IT” has answered yet. What would you like to do?",
        ),
        (lambda: handoff_texts.ended_by("Wang"), "Wang has ended the chat. The digital human answers you again."),
        (lambda: handoff_texts.card_title("Li"), "Li needs a person"),
        (lambda: handoff_texts.taken_by("Wang"), "Taken by Wang"),
        (lambda: handoff_texts.line_of("Li", "Hi"), "Li: Hi"),
        (lambda: handoff_texts.file_is_lost("Li"), "A file of Li could not be fetched. Please ask for it again."),
        (
            lambda: handoff_texts.not_passed_on("link"),
            "This was not passed on: only text, pictures, recordings and videos are (link).",
        ),
        (lambda: handoff_texts.handed_back("Li"), "Li is with the digital human again."),
        (lambda: handoff_texts.closed("Li"), "Closed: Li is with the digital human again."),
        (lambda: handoff_texts.released("Li"), "Put back: the others can take Li now."),
        (lambda: handoff_texts.member_left("Li"), "Li went back to the digital human."),
        (lambda: handoff_texts.ended_elsewhere("Li"), "The chat with Li was ended at the desk."),
        (
            lambda: handoff_texts.moved_to("Li", "Wang"),
            "Wang answers Li now. What you send here is no longer passed on.",
        ),
        (lambda: handoff_texts.assigned_to_you("Li"), "You have been given Li."),
        (lambda: handoff_texts.bot_said("Hi"), "Digital human: Hi"),
    ],
)
def test_each_text_says_its_values(text, words):
    assert text() == words
