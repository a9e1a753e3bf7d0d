"""The words on our own buttons fit in both languages: WeChat Work refuses a card with a longer one."""

import pytest
from django.utils import translation

from conversations.wording import (
    flow_texts,
    handoff_texts,
    preference_texts,
    rating_texts,
    unanswered_texts,
    video_texts,
)
from wecom.contents import Button

BUTTONS = (
    *(handoff_texts.keep_waiting, handoff_texts.leave_message, handoff_texts.back_to_bot, handoff_texts.reach_person),
    *(handoff_texts.take, handoff_texts.not_me, unanswered_texts.button, flow_texts.button_choose),
    *(video_texts.button_progress, video_texts.button_text_first, video_texts.button_cancel),
    *(preference_texts.button_as_text, preference_texts.button_as_videos, preference_texts.button_topics),
    *(preference_texts.button_page, preference_texts.button_save),
)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_words_of_buttons_fit(language):
    with translation.override(language):
        for words in (*(words() for words in BUTTONS), *map(str, rating_texts.RATINGS.values())):
            Button(key="one", text=words).check("")
