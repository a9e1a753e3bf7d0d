"""What members read outside of flows."""

import pytest
from django.utils import translation

from conversations.wording import (
    chat_texts,
    formula_texts,
    rating_texts,
    small_talk_texts,
    unanswered_texts,
    video_texts,
    working_day_texts,
)

LATER = "Sorry, I could not listen to your voice message just now."


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("reason", "code", "words"),
    [
        ("empty", "", "I could not hear any words"),
        ("failed", "expired", "did not reach me in one piece"),
        ("failed", "format", "did not reach me in one piece"),
        ("failed", "too_large", "did not reach me in one piece"),
        ("failed", "busy", LATER),
        ("late", "", LATER),
    ],
)
def test_a_voice_message_without_words_says_why(reason, code, words):
    assert words in chat_texts.not_heard(reason, code)


@pytest.mark.parametrize("kind", ["image", "voice", "video", "location", "link", "other"])
def test_each_kind_that_cannot_be_read_is_thanked_for(kind):
    assert chat_texts.cannot_read(kind).startswith("Thank you")


def test_help_names_commands_then_flows():
    lines = chat_texts.help_text("Lin", ["/status – see"], [("lunch", "Order lunch")]).splitlines()
    assert lines == [
        "I am Lin. You can:",
        "· ask me a question, just as you would ask a colleague",
        "· /status – see",
        "· lunch – Order lunch",
    ]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (lambda: chat_texts.text_too_long(2001, 2000), "(2001 characters, 2000 at most)"),
        (lambda: chat_texts.examples(["A?", "B?"]), "You can ask me, for example:\n· A?\n· B?"),
        (lambda: chat_texts.heard("x" * 300), f"I heard: “{'x' * 300}”"),
        (lambda: chat_texts.heard("x" * 301), f"I heard: “{'x' * 297}…”"),
        (lambda: chat_texts.answer_to("x" * 60, "Yes."), f"On “{'x' * 60}”:\nYes."),
        (lambda: chat_texts.answer_to("x" * 61, "Yes."), f"On “{'x' * 57}…”:\nYes."),
        (lambda: chat_texts.did_you_mean("/help"), "Did you mean /help?"),
        (lambda: unanswered_texts.offer("x" * 48), f"No answer yet: “{'x' * 48}”"),
        (lambda: unanswered_texts.offer("x" * 49), f"No answer yet: “{'x' * 45}…”"),
        (lambda: unanswered_texts.now_known("x" * 200), f"You asked: “{'x' * 200}”."),
        (lambda: unanswered_texts.now_known("x" * 201), f"You asked: “{'x' * 197}…”."),
        (lambda: video_texts.video_cancelled("x" * 60), f"The video “{'x' * 60}” was cancelled."),
        (lambda: video_texts.video_cancelled("x" * 61), f"The video “{'x' * 57}…” was cancelled."),
        (lambda: video_texts.video_ready_soon("x" * 61), f"“{'x' * 57}…”"),
        (lambda: video_texts.video_started(10, 10, "x" * 61), f"“{'x' * 57}…”\nIt will be here in about 10 seconds."),
        (lambda: video_texts.voice_instead("x" * 61, late=True), f"Your video “{'x' * 57}…” is not ready in time"),
        (lambda: video_texts.voice_instead("x" * 60, late=False), f"Your video “{'x' * 60}” could not be made"),
        (lambda: video_texts.place_in_queue(0), "About to be made"),
        (lambda: video_texts.place_in_queue(1), "About to be made"),
        (lambda: video_texts.place_in_queue(2), "No. 2 in the queue"),
        (lambda: video_texts.making("speech", 7), "Being made: speech, 7 %"),
        (lambda: video_texts.cancelled(0), "You are not waiting for any video."),
        (lambda: video_texts.cancelled(1), "Done: 1 video was cancelled."),
        (lambda: video_texts.cancelled(2), "Done: 2 videos were cancelled."),
        (lambda: video_texts.too_many_videos(1), "You already wait for 1 video. Let me finish it first"),
        (lambda: video_texts.too_many_videos(3), "You already wait for 3 videos. Let me finish them first"),
        (lambda: video_texts.script_too_long(601, 600), "This text has 601 characters; a video can have 600."),
        (lambda: video_texts.quota_used_up(7200), "ask me again in 2 hours."),
        (
            lambda: video_texts.work_in_progress([("x" * 61, "queued", 61)]),
            f"Being made for you:\n· “{'x' * 57}…” – queued, about 2 minutes left",
        ),
        (lambda: rating_texts.thanks_for_rating(5), "Thank you: Very satisfied"),
        (lambda: rating_texts.thanks_for_rating(1), "Thank you: Very dissatisfied"),
        (lambda: working_day_texts.promised("Soon.", 2027), "Soon.\nThe public holidays of 2027 are not announced yet"),
        (lambda: working_day_texts.counted([2027, 2028]), "The public holidays of 2027, 2028 are not known yet"),
    ],
)
def test_each_text_says_its_values_and_cuts_long_ones(told, words):
    assert words in told()


def test_known_holidays_need_no_words():
    assert working_day_texts.promised("Soon.", None) == "Soon."
    assert working_day_texts.counted([]) == ""


def test_the_five_ratings_stand_best_first():
    assert list(rating_texts.RATINGS) == [5, 4, 3, 2, 1]


def test_a_desk_without_people_names_no_contact():
    assert "Ms Li" in small_talk_texts.person("Ms Li")
    assert "write to HR" in small_talk_texts.person()


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("days > 3", ""),
        ("", "The formula is empty. Write one, like days > 3."),
        ("(days", "The bracket at character 1 is not closed."),
        ("days >", "The formula ends too early: something is missing at character 7."),
        ("a = 'b", "A text that begins at character 5 has no quotation mark at its end."),
        ("days § 3", "The formula has “§” at character 6, which means nothing there."),
        ("days 3", "The formula has “3” at character 6, where it does not fit."),
        ("lenn(a)", "There is no function “lenn” (character 1). Did you mean “length”?"),
    ],
)
def test_each_fault_of_a_formula_names_its_place(formula, words):
    assert formula_texts.refusal(formula) == words
