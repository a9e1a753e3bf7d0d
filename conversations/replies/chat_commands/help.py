"""`/help`: the commands and the flows."""

from conversations.delivery.messages import say
from conversations.language import detect_language
from conversations.machine.commands import HELP
from conversations.models import Conversation, Desk, Flow, OperatorGroup
from conversations.replies.chat_commands.registry import ACTS, usable_commands
from conversations.wording import chat_texts, command_texts


@ACTS.of(HELP)
def tell(conversation: Conversation, _args: str, cid: str) -> None:
    """Send the list of commands and flows."""
    desk = Desk.objects.of(conversation.application)
    name = desk.digital_human.name if desk else conversation.application.name
    has_operators = OperatorGroup.objects.for_topic(conversation.application, None) is not None
    usable = usable_commands(conversation)
    listed = [command for command in usable if has_operators or not command.needs_operators]
    lines = command_texts.lines(listed)
    say(conversation, chat_texts.help_text(name, lines, _ways_in(conversation.language)), cid=cid)


def _ways_in(language: str) -> list[tuple[str, str]]:
    """The command or trigger of each flow, and its name; only flows of this language, if there are any."""
    flows = list(Flow.objects.live())
    flows = [flow for flow in flows if language in flow.languages] or flows
    return [(way, flow.name_in(language)) for flow in flows if (way := _way_in(flow, language))]


def _way_in(flow: Flow, language: str) -> str:
    """A command or words that start a flow; of a flow with several languages some in the member's, if there are any."""
    ways = [*flow.commands, *flow.trigger_words]
    readable = (way for way in ways if detect_language(way, default=language, is_first=True) == language)
    return next(readable, ways[0] if ways else "")
