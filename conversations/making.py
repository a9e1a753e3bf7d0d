"""A video on a member's wish: how many may wait, what is said meanwhile, and why not."""

from django.conf import settings

from avatars import services as avatars
from avatars.exceptions import ScriptError
from avatars.models import DigitalHuman
from conversations import saying, wording
from conversations.models import Conversation


def make_video(
    conversation: Conversation, text: str, *, mode: str = "", digital_human: DigitalHuman | None = None, cid: str
) -> None:
    """Ask for a video and say how long it takes, or say that too many wait. Raises `ScriptError` for a bad script."""
    most = settings.CONVERSATIONS["QUEUED_PER_MEMBER"]
    if conversation.messages().waiting().count() >= most:
        saying.say(conversation, wording.too_many_videos(most), cid=cid)
        return
    message = saying.say_video(conversation, text, mode=mode, digital_human=digital_human, cid=cid)
    render = message.render
    assert render is not None
    ready = render.is_finished
    words = wording.video_ready_soon(text) if ready else wording.video_started(avatars.seconds_left(render), text)
    saying.say(conversation, words, cid=cid)


def refusal(error: ScriptError, text: str) -> str:
    """Why a script cannot become a video, as a person is told."""
    if error.code == "too_long":
        return wording.script_too_long(len(text), settings.AVATARS["MAX_CHARACTERS"])
    return wording.no_digital_human() if error.code == "no_desk" else wording.nothing_to_say()
