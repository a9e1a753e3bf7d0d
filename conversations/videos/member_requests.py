"""A member's own request for a video: its limits, the notice how long it takes, and the buttons of its card."""

from datetime import datetime
from typing import Any

from django.conf import settings

from avatars.exceptions import QuotaExceeded, ScriptError
from avatars.models import DigitalHuman
from avatars.services import PersonalScript
from conversations.delivery import messages
from conversations.models import Conversation, ProgressCard
from conversations.preferences.preference_choices import prefers_text
from conversations.videos import lifecycle, progress_cards, video_messages
from conversations.wording import preference_texts, video_texts


def request_video(
    conversation: Conversation,
    text: str,
    *,
    mode: str = "",
    digital_human: DigitalHuman | None = None,
    script: PersonalScript | None = None,
    by_flow: bool = False,
    cid: str,
) -> None:
    """Request a video and tell the member how long it takes, or why there is none.

    A video `by_flow` comes as text to members who prefer that; one that a member asks for stays a video.
    """
    reads = prefers_text(conversation.member)
    if by_flow and reads:
        video_messages.say_chosen_text(conversation, text, cid=cid)
        return
    options: dict[str, Any] = {"mode": mode, "digital_human": digital_human, "script": script, "insists": True}
    most = settings.CONVERSATIONS["QUEUED_VIDEOS_PER_MEMBER"]
    if conversation.messages().waiting().count() >= most:
        messages.say(conversation, video_texts.too_many_videos(most), cid=cid)
        return
    try:
        message = video_messages.say_video(conversation, text, **options, asked=True, cid=cid)
    except QuotaExceeded as error:
        messages.say(conversation, video_texts.quota_used_up(error.wait), cid=cid)
        return
    except ScriptError as error:
        if script is not None:
            # HR wrote it, so the member cannot mend it.
            video_messages.say_script(conversation, text, why=error.code, cid=cid)
        else:
            messages.say(conversation, _refusal(error, text), cid=cid)
        return
    render = message.render
    if render is None:
        return  # it was sent as text
    if render.is_finished:
        messages.say(conversation, video_texts.video_ready_soon(text), cid=cid)
    else:
        progress_cards.announce(conversation, message, cid=cid)
    if reads:
        messages.say(conversation, preference_texts.asked_as_video(), cid=cid)


def press_button(
    conversation: Conversation, card: ProgressCard, key: str, *, code: str, cid: str, now: datetime
) -> str:
    """Act on a button of a progress card, and update the card. Returns the label of the button."""
    message = card.message
    is_over = progress_cards.status_of(message) in progress_cards.FINAL
    if key == progress_cards.CANCEL:
        lifecycle.cancel_message(message)
    elif key == progress_cards.TEXT and not card.text_given and not is_over:
        card.text_given = True
        card.save(update_fields=["text_given"])
        messages.say(conversation, video_texts.text_first(message.content.text), cid=cid)
    message.refresh_from_db()
    if code:
        progress_cards.update(card, code, now=now)
    else:
        progress_cards.show_end(message)
    pressed = {progress_cards.TEXT: video_texts.button_text_first, progress_cards.CANCEL: video_texts.button_cancel}
    return pressed.get(key, video_texts.button_progress)()


def _refusal(error: ScriptError, text: str) -> str:
    """The text for a script that cannot become a video."""
    if error.code == "too_long":
        return video_texts.script_too_long(len(text), settings.AVATARS["MAX_CHARACTERS"])
    return video_texts.no_digital_human() if error.code == "no_desk" else video_texts.nothing_to_say()
