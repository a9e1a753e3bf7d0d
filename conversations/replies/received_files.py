"""Pictures and other files that answer a question: noted when they come, judged when they are fetched.

WeChat Work tells neither size nor format of a member's file, so the session waits for the download. If the process dies
in between, the sweeper goes on.
"""

import logging
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from conversations.machine.nodes.node import Node
from conversations.machine.places import Act
from conversations.machine.resolution import Resolution
from conversations.machine.values import Machine
from conversations.models import Content, Conversation, Message, Session, Ticket
from conversations.sessions import runner
from conversations.sessions.current import machine_of
from conversations.wording import flow_texts
from core.text.file_types import MB, endings_of
from core.text.slot_values import RECEIVED, SlotType
from wecom.models import Download

logger = logging.getLogger(__name__)

KINDS = {SlotType.PICTURE: (Content.Kind.IMAGE,), SlotType.FILE: (Content.Kind.IMAGE, Content.Kind.VIDEO)}
VOICE = "amr"  # a recording is a file only where the step says so; else it is heard
AT_ONCE = 200


def is_asked_for(session: Session, message: Message) -> bool:
    """Whether the open question takes a message with a file, or refuses it as the wrong kind."""
    node = _asking(machine_of(session), session)
    if node is None or message.download is None:
        return False
    return message.content.kind != Content.Kind.VOICE or VOICE in endings_of(node.file_types)


def receive(session: Session, message: Message, *, cid: str, now: datetime) -> None:
    """Keep the file of a message as the answer, as soon as it is fetched. The last one that comes counts."""
    node, download = _asking(machine_of(session), session), message.download
    assert node is not None
    assert node.slot is not None
    assert download is not None
    if message.content.kind not in (*KINDS[node.slot.type], Content.Kind.VOICE):
        _answer(session, Resolution(words=_wrong_kind(node)), cid=cid, now=now)
    elif download.is_finished:
        _answer(session, _judged(machine_of(session), node, download), cid=cid, now=now)
    else:
        runner.await_file(session, download, cid=cid)


def take_fetched(download: Download | None = None) -> int:
    """Go on with the sessions whose files have been fetched: of one download, or of all. Returns how many."""
    rows = Session.objects.active().exclude(awaited_file=None).exclude(awaited_file__status__in=Download.UNFINISHED)
    rows = rows if download is None else rows.filter(awaited_file=download)
    return sum(_take(pk) for pk in list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]))


@transaction.atomic
def _take(pk: int) -> bool:
    rows = Session.objects.active().exclude(awaited_file=None)
    row = rows.select_related("conversation__application", "conversation__member").filter(pk=pk).first()
    if row is None:
        return False
    conversation = Conversation.objects.locked(row.conversation.application, row.conversation.member)
    rows = rows.select_related("version__flow", "conversation__application", "conversation__member", "awaited_file")
    session = rows.filter(pk=pk).first()
    if session is None or Ticket.objects.concerning(conversation).exists():
        return False  # the question is asked again when the person has answered
    machine = machine_of(session)
    node, download = _asking(machine, session), session.awaited_file
    if node is None or download is None or not download.is_finished:
        return False
    _answer(session, _judged(machine, node, download), cid=session.file_cid, now=timezone.now())
    return True


def _answer(session: Session, found: Resolution, *, cid: str, now: datetime) -> None:
    runner.advance(session, Act.ANSWER, found.to_text(), cid=cid, now=now)


def _judged(machine: Machine, node: Node, download: Download) -> Resolution:
    """The file as the answer, or why it is none, in the language of the flow."""
    assert node.slot is not None
    most = min(
        node.slot.maximum * MB if node.slot.maximum else settings.WECOM["MAX_DOWNLOAD"], settings.WECOM["MAX_DOWNLOAD"]
    )
    with translation.override(machine.language):
        if download.reason == Download.Reason.TOO_LARGE or (download.is_here and download.size > most):
            return Resolution(words=flow_texts.file_too_large(most // MB))
        if download.reason == Download.Reason.NOT_WHAT_IT_SAYS:
            return Resolution(words=_wrong_kind(node))
        if not download.is_here:
            return Resolution(words=flow_texts.file_is_lost())
        ending = Path(download.path).suffix.removeprefix(".")
        if (wanted := endings_of(node.file_types)) and ending not in wanted:
            return Resolution(words=_wrong_kind(node))
        at = timezone.localtime(download.created_at)
        name = f"{download.get_kind_display()}-{at:%Y%m%d-%H%M%S}.{ending}"
        return Resolution(said=f"[{name}]", value=str(download.pk), label=name)


def _wrong_kind(node: Node) -> str:
    """The words to send instead, in the active language."""
    assert node.slot is not None
    return flow_texts.send_file(endings_of(node.file_types), is_picture=node.slot.type == SlotType.PICTURE)


def _asking(machine: Machine, session: Session) -> Node | None:
    """The open question, if it asks for a file."""
    node = machine.node(session.state)
    return node if node is not None and node.slot is not None and node.slot.type in RECEIVED else None
