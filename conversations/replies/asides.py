"""Questions inside a flow: answered at once, and the flow's own question is asked again without a miss."""

from datetime import datetime

from conversations.handoff import member_turns
from conversations.knowledge import answer_retrieval
from conversations.machine.commands import HELP, HUMAN
from conversations.machine.places import Act
from conversations.models import Conversation, Session
from conversations.providers.small_talk import MEANT, talk_in
from conversations.providers.talk.phrases import Talk
from conversations.replies import answers, commands, local_replies
from conversations.sessions import current, runner

# Of the sentences that mean a command, those that ask for help or a person are taken out of a flow.
ASKING = {talk for talk, (command, _args) in MEANT.items() if command in (HELP, HUMAN)}
PASSED_OVER = {
    Talk.AGREED,
    Talk.PRAISE,
    Talk.DISMISSAL,
    Talk.FRAGMENT,
    *MEANT,
} - ASKING  # they answer the flow, or nothing


def answer_aside(conversation: Conversation, session: Session, text: str, *, cid: str, now: datetime) -> bool:
    """Answer a text that is no answer to the open question; False if it is one, or we know nothing about it."""
    if not _is_aside(conversation, session, text, now):
        return False
    if not commands.answer_talk(conversation, text, cid=cid):
        reply = local_replies.find(conversation, text)
        if reply is None:
            return False
        answers.send_found(conversation, reply, cid=cid)
    if not member_turns.is_silent(conversation):  # else the question waits until a person has answered
        runner.advance(session, Act.RESUME, cid=cid, now=now)
    return True


def _is_aside(conversation: Conversation, session: Session, text: str, now: datetime) -> bool:
    talk = talk_in(text)
    if not current.is_answer(session, text, now=now):
        return talk not in PASSED_OVER
    # Any text answers an open question, so only what is clearly meant for us is taken out.
    if not current.asks_for_text(session):
        return False
    if talk in ASKING:
        return True
    if not text.rstrip().endswith(("?", "？")):
        return False
    best = answer_retrieval.find(text, language=conversation.language, member=conversation.member).best
    return best is not None and best.likeness >= answer_retrieval.CERTAIN
