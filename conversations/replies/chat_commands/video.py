"""`/video`: a video of the member's text."""

from conversations.delivery.messages import say
from conversations.machine.commands import VIDEO
from conversations.models import Conversation
from conversations.replies.chat_commands.registry import ACTS
from conversations.videos import member_requests
from conversations.wording import video_texts


@ACTS.of(VIDEO)
def request(conversation: Conversation, text: str, cid: str) -> None:
    """Request the video; without a text, say how."""
    if not text:
        say(conversation, video_texts.video_usage(), cid=cid)
        return
    member_requests.request_video(conversation, text, cid=cid)
