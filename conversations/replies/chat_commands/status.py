"""`/status`: the videos that are being made."""

from avatars import services as avatars
from conversations.delivery.messages import say
from conversations.machine.commands import STATUS
from conversations.models import Conversation
from conversations.replies.chat_commands.registry import ACTS
from conversations.wording import video_texts


@ACTS.of(STATUS)
def tell(conversation: Conversation, _args: str, cid: str) -> None:
    """List the videos that the member waits for, with their stage."""
    waiting = conversation.messages().waiting().select_related("render", "content").order_by("pk")
    rows = [
        (message.content.text, message.render.get_stage_display(), avatars.seconds_left(message.render))
        for message in waiting
        if message.render is not None
    ]
    say(conversation, video_texts.work_in_progress(rows) if rows else video_texts.nothing_waits(), cid=cid)
