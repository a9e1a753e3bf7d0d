"""`/cancel`: ends the flow, video or errand that the member is in or waits for."""

from conversations.delivery.messages import say
from conversations.machine.commands import CANCEL
from conversations.machine.places import Act
from conversations.models import Conversation, Session
from conversations.replies.chat_commands.registry import ACTS
from conversations.sessions import runner
from conversations.videos import lifecycle
from conversations.wording import video_texts


@ACTS.of(CANCEL)
def cancel(conversation: Conversation, _args: str, cid: str) -> None:
    """Cancel the flow that the member is in; else the videos that they wait for; else the flow that sleeps."""
    session = Session.objects.active_in(conversation)
    if session is not None:
        runner.advance(session, Act.CANCEL, cid=cid)
        return
    videos = lifecycle.cancel_waiting(conversation)
    asleep = Session.objects.sleeping_in(conversation) if not videos else None
    if asleep is not None:
        runner.advance(asleep, Act.CANCEL, cid=cid)
    else:
        say(conversation, video_texts.cancelled(videos), cid=cid)
