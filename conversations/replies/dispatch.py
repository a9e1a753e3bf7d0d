"""Dispatches an act of a member: to a keyword, a command, the running flow, a flow that starts, or a reply provider.

There is always an answer, in the active language.
"""

from datetime import datetime

from django.conf import settings

from conversations.care import detection
from conversations.delivery import answer_offers
from conversations.delivery.causes import Cause, because
from conversations.delivery.messages import say
from conversations.errands import worker
from conversations.flows import triggers
from conversations.machine.commands import CANCEL, HELP, act_for
from conversations.machine.places import Act
from conversations.models import Conversation, Flow, Message, Session
from conversations.providers.base import RemoteProvider
from conversations.replies import (
    answers,
    asides,
    commands,
    grounded_answers,
    local_replies,
    plain_replies,
    received_files,
    suggestions,
)
from conversations.sessions import current, flow_starts, questions, runner
from conversations.wording import chat_texts, flow_texts
from core import backends
from wecom.messages import Inbound, TextMessage

LEAVING = (Act.CANCEL, Act.BACK, Act.RESTART)  # what counts during a call; other texts are answered after it
COMMAND_OF = {Act.CANCEL: CANCEL, Act.HELP: HELP}  # of a keyword, outside of flows
DURING_SESSION = (Act.CANCEL, Act.BACK, Act.RESTART, Act.HELP)


def answer(conversation: Conversation, inbound: Inbound, *, session: Session | None, cid: str, now: datetime) -> None:
    """Answer a message, in the `session` that waits for one. `now` is when it arrived, however late it is handled."""
    session = _current(session, conversation, cid=cid, now=now)
    if not isinstance(inbound, TextMessage):
        with because(Cause.NOTICE, notice="cannot_read"):
            say(conversation, chat_texts.cannot_read(inbound.kind), cid=cid)
    elif len(inbound.content) > settings.CONVERSATIONS["MAX_TEXT"]:
        most = settings.CONVERSATIONS["MAX_TEXT"]
        with because(Cause.NOTICE, notice="too_long"):
            say(conversation, chat_texts.text_too_long(len(inbound.content), most), cid=cid)
    elif session is not None and current.is_calling(session) and act_for(inbound.content) not in LEAVING:
        runner.hold(session, cid)
    elif session is not None and session.awaited_file_id and act_for(inbound.content) not in DURING_SESSION:
        with because(Cause.NOTICE, notice="file_is_coming"):
            say(conversation, flow_texts.file_is_coming(), cid=cid)
    elif not _handle_keyword(conversation, session, inbound.content, cid=cid, now=now):
        _text(conversation, session, inbound, cid=cid, now=now)


def take_file(conversation: Conversation, message: Message, *, cid: str, now: datetime) -> bool:
    """Take the file of a message for the flow that asks for one; False if none does."""
    if message.download is None:
        return False
    session = _current(Session.objects.active_in(conversation), conversation, cid=cid, now=now)
    if session is None or not received_files.is_asked_for(session, message):
        return False
    received_files.receive(session, message, cid=cid, now=now)
    return True


def press_menu(conversation: Conversation, key: str, *, cid: str) -> None:
    """Handle a button of the application's menu: a command, or the start of a flow."""
    if key.startswith("/"):
        name, _, args = key.partition(" ")
        commands.run(conversation, name.lower(), args.strip(), cid=cid)
        return
    flow = Flow.objects.live().select_related("live__flow").filter(menu_key=key).first()
    if flow is not None:
        runner.start(conversation, flow, cid=cid)
    else:
        with because(Cause.NOTICE, notice="button_does_nothing"):
            say(conversation, flow_texts.button_does_nothing(), cid=cid)


def start_by_event(conversation: Conversation, event: str, *, cid: str, now: datetime) -> bool:
    """Start the flow of an event, now or when no other flow waits for an answer; False if there is none."""
    flow = triggers.flow_for_event(event, conversation.language)
    if flow is None:
        return False
    if Session.objects.active_in(conversation) is not None:
        flow_starts.wait_to_start(conversation, flow, cid=cid, now=now)
    else:
        runner.start(conversation, flow, cid=cid, now=now)
    return True


def press_card(conversation: Conversation, task_id: str, key: str, *, cid: str, now: datetime) -> str | None:
    """Handle a button of a question's card, once. Returns the text that replaces the buttons.

    None for a second tap that came before the first was handled: the card already shows the choice.
    """
    if suggestions.is_card(task_id):
        question = suggestions.press(conversation, key, cid=cid)
        if question is None:
            with because(Cause.NOTICE, notice="question_over"):
                say(conversation, flow_texts.question_is_over(), cid=cid)
        return flow_texts.over() if question is None else flow_texts.chosen(question)
    if answer_offers.is_card(task_id):
        return flow_texts.chosen(answer_offers.press(conversation, key, cid=cid))
    waits = Session.objects.active_in(conversation)
    session = _current(waits, conversation, cid=cid, now=now)
    if session is None or not task_id or session.task_id != task_id:
        if current.was_advanced_after(conversation, task_id, now):
            return None
        if waits is None:  # else they have just got a message, or another question
            with because(Cause.NOTICE, notice="question_over"):
                say(conversation, _why_closed(conversation, task_id, now), cid=cid)
        return flow_texts.over()
    chosen = current.answer_label(session, key, now=now)
    runner.advance(session, Act.CHOOSE, key, cid=cid, now=now)
    return flow_texts.over() if chosen is None else flow_texts.chosen(chosen)


def start_by_button(conversation: Conversation, task_id: str, key: str, *, cid: str, now: datetime) -> str | None:
    """Start the flow of a button, on a card of any kind; the words of the button, None if it starts none."""
    flow = None if questions.is_question(task_id) else triggers.flow_for_button(key)
    if flow is None:
        return None
    runner.start(conversation, flow, cid=cid, now=now)
    return questions.button_label(conversation, task_id, key) or flow.name_in(conversation.language)


def _why_closed(conversation: Conversation, task_id: str, now: datetime) -> str:
    ended = current.resumable(conversation, now=now)
    is_resumable = ended is not None and questions.is_card_of(task_id, ended.pk)
    return flow_texts.question_waits() if is_resumable else flow_texts.question_is_over()


def _current(session: Session | None, conversation: Conversation, *, cid: str, now: datetime) -> Session | None:
    """The session that waits. One that was expired when the member wrote ends here, before the answer."""
    ended = current.ended_by_time(session, now) if session is not None else None
    if session is None or ended is None:
        return session
    runner.advance(session, ended, cid=cid, now=now)
    return Session.objects.active_in(conversation)


def _handle_keyword(conversation: Conversation, session: Session | None, text: str, *, cid: str, now: datetime) -> bool:
    """Handle a keyword that works anywhere; False if the text is none, or means something else here."""
    act = act_for(text)
    if session is not None and act is not None and (act in DURING_SESSION or _goes_on(session, act, text, now)):
        runner.advance(session, act, cid=cid, now=now)
        return True
    if session is not None or act is None:
        return False
    ended = current.resumable(conversation, now=now) if act in (Act.RESUME, Act.RESTART) else None
    if ended is not None:
        runner.resume(ended, act, cid=cid, now=now)
    elif act in COMMAND_OF:
        commands.run(conversation, COMMAND_OF[act].name, "", cid=cid)
    else:
        return False
    return True


def _text(
    conversation: Conversation, session: Session | None, message: TextMessage, *, cid: str, now: datetime
) -> None:
    name = message.get_command()
    if name and (session is None or not _is_answer(session, message, now)):
        commands.run(conversation, name, message.get_command_args(), cid=cid)
    elif session is not None:
        if not asides.answer_aside(conversation, session, message.content, cid=cid, now=now):
            runner.advance(session, Act.SAY, message.content, cid=cid, now=now)
    elif suggestions.answer_chosen(conversation, message.content, cid=cid) or answer_offers.wishes(
        conversation, message.content, cid=cid, now=now
    ):
        return
    elif detection.is_suspected(message.content):
        _answer_carefully(conversation, message.content, cid=cid, now=now)
    elif commands.answer_talk(conversation, message.content, cid=cid):
        conversation.note_reply(found=True)
    elif flow := triggers.flow_for(message.content, conversation.language):
        runner.start(conversation, flow, cid=cid, now=now)
    else:
        _reply(conversation, message.content, cid=cid, now=now)


def _answer_carefully(conversation: Conversation, text: str, *, cid: str, now: datetime) -> None:
    """What may be about a sensitive subject gets no small talk, goes to no model and stands in no list of questions.

    An offer of help follows any answer.
    """
    if flow := triggers.flow_for(text, conversation.language):
        runner.start(conversation, flow, cid=cid, now=now)
    elif (reply := local_replies.find(conversation, text)) and reply.cause.get("by") != Cause.SMALL_TALK:
        answers.send_found(conversation, reply, cid=cid)


def _goes_on(session: Session, act: Act | None, text: str, now: datetime) -> bool:
    """“Continue” repeats the question, unless it is a valid answer and there was no reminder."""
    return act == Act.RESUME and (session.reminded or not current.is_answer(session, text, now=now))


def _is_answer(session: Session, message: TextMessage, now: datetime) -> bool:
    """Whether a text that begins like a command is an answer to the question: “/usr/bin is a path”."""
    if not current.is_answer(session, message.content, now=now):
        return False
    return not commands.is_command(message.get_command())


def _reply(conversation: Conversation, text: str, *, cid: str, now: datetime) -> None:
    waiting = next((name for name in backends.names("REPLY_PROVIDERS") if _waits(name)), None)
    provider: RemoteProvider | None = None if waiting is None else backends.backend("REPLY_PROVIDERS", waiting)
    if waiting is None or provider is None:
        plain_replies.send(conversation, text, cid=cid, now=now)
    elif _is_small_talk(conversation, text, cid=cid):
        return  # which goes to no model
    elif provider.needs_ground:
        if not grounded_answers.ask(conversation, waiting, provider, text, cid=cid):
            plain_replies.send(conversation, text, cid=cid, now=now)
    elif reply := local_replies.find(conversation, text):
        conversation.note_reply(found=True)
        answers.send_found(conversation, reply, cid=cid)
    else:
        worker.ask(conversation, waiting, text, cid=cid)


def _is_small_talk(conversation: Conversation, text: str, *, cid: str) -> bool:
    """Answer what is surely small talk and nothing that a source knows; False for others."""
    if local_replies.find(conversation, text) is not None:
        return False
    return commands.answer_sensed(conversation, text, cid=cid, only_sure=True)


def _waits(name: str) -> bool:
    return bool(backends.backend("REPLY_PROVIDERS", name).waits)
