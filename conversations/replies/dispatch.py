"""Which answer a member's act gets: a word that always works, a command, the flow they are in, a flow that begins, or
somebody who knows. There is always an answer, in the active language."""

from datetime import datetime

from django.conf import settings

from conversations import wording
from conversations.delivery import messages as saying
from conversations.errands import worker
from conversations.machine.keywords import act_of
from conversations.machine.values import Act
from conversations.models import Conversation, Flow, Session
from conversations.providers.knowledge import plain
from conversations.replies import commands
from conversations.sessions import current, questions, runner
from core import backends
from wecom import messages

WITHIN_SESSION = (Act.CANCEL, Act.BACK, Act.RESTART, Act.HELP)


def answer(conversation: Conversation, inbound: messages.Inbound, *, cid: str, now: datetime) -> None:
    """Answer a message. `now` is when it arrived, however late it is handled."""
    session = _current(current.active(conversation), conversation, cid=cid, now=now)
    if not isinstance(inbound, messages.TextMessage):
        saying.say(conversation, wording.cannot_read(inbound.kind), cid=cid)
    elif len(inbound.content) > settings.CONVERSATIONS["MAX_TEXT"]:
        most = settings.CONVERSATIONS["MAX_TEXT"]
        saying.say(conversation, wording.text_too_long(len(inbound.content), most), cid=cid)
    elif not _always_works(conversation, session, inbound.content, cid=cid, now=now):
        _text(conversation, session, inbound, cid=cid, now=now)


def press_menu(conversation: Conversation, key: str, *, cid: str) -> None:
    """A button of the application's menu: a command, or a flow that begins."""
    if key.startswith("/"):
        name, _, args = key.partition(" ")
        commands.run(conversation, name.lower(), args.strip(), cid=cid)
        return
    flow = Flow.objects.live().select_related("live__flow").filter(menu_key=key).first()
    if flow is not None:
        runner.start(conversation, flow, cid=cid)
    else:
        saying.say(conversation, wording.button_does_nothing(), cid=cid)


def press_card(conversation: Conversation, task_id: str, key: str, *, cid: str, now: datetime) -> str | None:
    """A button of a card: the answer to its question, once. Returns what the card shall show from now on.

    None for a second tap that came before the first was answered: the card shows what was chosen, and keeps it.
    """
    waits = current.active(conversation)
    session = _current(waits, conversation, cid=cid, now=now)
    if session is None or not task_id or session.task_id != task_id:
        if current.has_stepped_since(conversation, task_id, now):
            return None
        if waits is None:  # else they have just been told, or have another question before them
            saying.say(conversation, _why_closed(conversation, task_id, now), cid=cid)
        return wording.over()
    chosen = current.meaning(session, key, now=now)
    runner.take(session, Act.CHOOSE, key, cid=cid, now=now)
    return wording.over() if chosen is None else wording.chosen(chosen)


def _why_closed(conversation: Conversation, task_id: str, now: datetime) -> str:
    ended = current.resumable(conversation, now=now)
    is_resumable = ended is not None and questions.is_of(task_id, ended.pk)
    return wording.question_waits() if is_resumable else wording.question_is_over()


def _current(session: Session | None, conversation: Conversation, *, cid: str, now: datetime) -> Session | None:
    """The session that waits; one whose time was over when the member wrote ends here, before it is answered."""
    if session is None or not current.is_late(session, now):
        return session
    runner.take(session, Act.EXPIRE, cid=cid, now=now)
    return current.active(conversation)


def _always_works(conversation: Conversation, session: Session | None, text: str, *, cid: str, now: datetime) -> bool:
    """Words that mean the same anywhere. They end with the answer given, or are left to whoever comes next."""
    act = act_of(text)
    if session is not None and act is not None and (act in WITHIN_SESSION or _goes_on(session, act, text, now)):
        runner.take(session, act, cid=cid, now=now)
        return True
    if session is not None or act is None:
        return False
    ended = current.resumable(conversation, now=now) if act in (Act.RESUME, Act.RESTART) else None
    if ended is not None:
        runner.revive(ended, act, cid=cid, now=now)
    elif act == Act.CANCEL:
        commands.cancel(conversation, "", cid)
    elif act == Act.HELP:
        commands.help_(conversation, "", cid)
    else:
        return False
    return True


def _text(
    conversation: Conversation, session: Session | None, message: messages.TextMessage, *, cid: str, now: datetime
) -> None:
    name = message.get_command()
    if name and (session is None or not _is_answer(session, message, now)):
        commands.run(conversation, name, message.get_command_args(), cid=cid)
    elif session is not None:
        runner.take(session, Act.SAY, message.content, cid=cid, now=now)
    elif flow := _flow_for(message.content, conversation.language):
        runner.start(conversation, flow, cid=cid, now=now)
    else:
        _reply(conversation, message.content, cid=cid)


def _goes_on(session: Session, act: Act | None, text: str, now: datetime) -> bool:
    """“Continue” asks again where it is no answer, or answers the reminder rather than the question."""
    return act == Act.RESUME and (session.reminded or current.meaning(session, text, now=now) is None)


def _is_answer(session: Session, message: messages.TextMessage, now: datetime) -> bool:
    """Whether a text that begins like a command is none, but what the question asks for: “/usr/bin is a path”."""
    if current.meaning(session, message.content, now=now) is None:
        return False
    return not commands.is_meant(message.get_command())


def _flow_for(text: str, language: str) -> Flow | None:
    """The flow with the longest trigger in this text; among equals, one in the member's language."""
    said = plain(text)
    best: tuple[int, bool, Flow] | None = None
    for flow in Flow.objects.live().only("triggers", "language"):  # without the definitions, which are large
        fits = [len(words) for words in map(plain, flow.trigger_words) if _triggers(words, said)]
        rank = (max(fits, default=0), flow.language == language)
        if rank[0] and (best is None or rank > best[:2]):
            best = (*rank, flow)
    return Flow.objects.live().select_related("live__flow").filter(pk=best[2].pk).first() if best else None


def _triggers(words: str, said: str) -> bool:
    """A trigger of some length may stand inside a sentence; a short one is the whole message."""
    short = 2 if any(ord(char) > 0x2E7F for char in words) else 5
    return words == said or (len(words) >= short and words in said)


def _reply(conversation: Conversation, text: str, *, cid: str) -> None:
    for name in backends.names("REPLY_PROVIDERS"):
        provider = backends.backend("REPLY_PROVIDERS", name)
        if provider.waits:
            worker.ask(conversation, name, text, cid=cid)
            return
        reply: str | None = provider.reply(text, language=conversation.language)
        if reply:
            saying.say(conversation, reply, cid=cid)
            return
    saying.say(conversation, wording.not_understood(), cid=cid)
