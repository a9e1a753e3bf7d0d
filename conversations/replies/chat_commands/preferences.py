"""`/preferences`: the topics of the member, and text instead of videos."""

from conversations.machine.commands import AS_TEXT, AS_VIDEO, PREFERENCES
from conversations.models import Conversation
from conversations.preferences import preference_cards
from conversations.replies.chat_commands.registry import ACTS


@ACTS.of(PREFERENCES)
def choose(conversation: Conversation, args: str, cid: str) -> None:
    """Show the member's settings, or change those at the numbers that are named, or take text or videos."""
    if args in (AS_TEXT, AS_VIDEO):
        preference_cards.choose_text(conversation, as_text=args == AS_TEXT, cid=cid)
        return
    numbers = [int(word) for word in args.split() if word.isdecimal()]
    for number in numbers:
        preference_cards.choose_number(conversation, number, cid=cid)
    if not numbers:
        preference_cards.show(conversation, cid=cid)
