"""Lines of a ticket: each is on the member's phone and on that of the operator once, pictures and recordings too.

A line is written in the transaction that settles the callback which brought it, together with the message to the other
side. A file goes there when it has been fetched; if the process dies in between, the sweeper sends it.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import translation

from conversations.delivery import messages
from conversations.delivery.causes import Cause, because
from conversations.models import Content, Conversation, Message, Operator, Ticket, TicketLine
from conversations.tickets.threads import thread_of
from conversations.wording import handoff_texts
from core.exceptions import OpenUserError
from core.live_updates import publish_change
from wecom.models import Download

logger = logging.getLogger(__name__)

AT_ONCE = 200


def from_member(ticket: Ticket, message: Message, *, now: datetime) -> TicketLine:
    """The member wrote: note it, and show it on the phone of the operator who answers there."""
    line = _note(ticket, None, message=message, now=now)
    if ticket.on_phone:
        _show_operator(ticket, line)
    return line


def from_operator(ticket: Ticket, operator: Operator, message: Message, *, now: datetime) -> TicketLine:
    """The operator wrote on the phone: send it to the member, a file as soon as it is fetched."""
    line = _note(ticket, operator, phone_message=message, now=now)
    if message.download is None:
        answering = because(Cause.OPERATOR, operator=operator.pk, ticket=ticket.pk)
        with translation.override(ticket.conversation.language), answering:
            sent = messages.say(ticket.conversation, message.content.text, cid=message.cid)
        _settle(line, message=sent)
    elif message.download.is_finished:
        _send_file(line, message.download)
    return line


def from_desk(ticket: Ticket, operator: Operator, message: Message, *, now: datetime) -> TicketLine:
    """The operator answered at the desk; `message` is on its way to the member."""
    return _note(ticket, operator, message=message, now=now)


def catch_up(ticket: Ticket) -> str:
    """The member's lines of the time without an operator, as text; files of that time are sent to the phone."""
    rows = ticket.lines.filter(operator=None, phone_message=None).select_related(
        "message__content", "message__download"
    )
    name, texts = str(ticket.conversation.member), []
    for line in rows:
        if line.message is not None and line.message.download is not None:
            _show_operator(ticket, line)
        elif line.message is not None and line.message.content.text.strip():
            texts.append(handoff_texts.line_of(name, line.message.content.text))
    return "\n".join(texts)


def carry_files(download: Download | None = None) -> int:
    """Send the files that have been fetched, of one download or of all, to the other side. Returns how many."""
    fetched = ~Q(download=None) & ~Q(download__status__in=Download.UNFINISHED)
    files = Message.objects.filter(fetched).values("pk")
    here = Q(phone_message__in=files, message=None)
    there = Q(
        message__in=files,
        operator=None,
        phone_message=None,
        ticket__on_phone=True,
        ticket__status=Ticket.Status.ASSIGNED,
    )
    rows = TicketLine.objects.filter(here | there)
    if download is not None:
        rows = rows.filter(Q(phone_message__download=download) | Q(message__download=download))
    return sum(_carry(pk) for pk in list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]))


@transaction.atomic
def _carry(pk: int) -> bool:
    lines = TicketLine.objects.select_related("ticket__conversation__application", "ticket__conversation__member")
    line = lines.filter(pk=pk).first()
    if line is None:
        return False
    asked = line.ticket.conversation
    Conversation.objects.locked(asked.application, asked.member)  # another worker may carry the same one
    line = lines.select_related(
        "phone_message__download", "message__download", "ticket__operator__member", "operator"
    ).get(pk=pk)
    if line.message is None and line.phone_message is not None and line.phone_message.download is not None:
        _send_file(line, line.phone_message.download)
        return True
    if line.phone_message is None and line.message is not None and line.ticket.on_phone:
        _show_operator(line.ticket, line)
        return True
    return False


def _note(ticket: Ticket, operator: Operator | None, *, now: datetime, **copies: Message) -> TicketLine:
    fields = {"last_line_at": now}
    if operator is not None and ticket.answered_at is None:
        fields["answered_at"] = now
    Ticket.objects.filter(pk=ticket.pk).update(**fields)
    for name, value in fields.items():
        setattr(ticket, name, value)
    publish_change("tickets", "line", id=ticket.pk)
    return TicketLine.objects.create(ticket=ticket, operator=operator, at=now, **copies)


def _settle(line: TicketLine, **copies: Message) -> None:
    for name, value in copies.items():
        setattr(line, name, value)
    line.save(update_fields=[*copies])


def _send_file(line: TicketLine, download: Download) -> None:
    """The operator's file, to the member; if it is lost, the operator is told."""
    conversation = line.ticket.conversation
    cid = line.phone_message.cid if line.phone_message else ""
    if download.is_here:
        try:
            with because(Cause.OPERATOR, operator=line.operator_id, ticket=line.ticket_id):
                sent = messages.say_stored_file(conversation, download.kind, download.path, cid=cid)
        except (OpenUserError, OSError) as error:
            logger.warning("A file was not passed on.", extra={"cid": cid, "error": type(error).__name__})
        else:
            _settle(line, message=sent)
            return
    with thread_of(line.operator, conversation.application) as thread:
        if thread is not None:
            messages.say(thread, handoff_texts.your_file_is_lost(), cid=cid)
    line.delete()


def _show_operator(ticket: Ticket, line: TicketLine) -> None:
    """A line of the member, on the operator's phone; a file that is not fetched yet follows."""
    message = line.message
    assert message is not None
    download = message.download
    if download is not None and not download.is_finished:
        return
    name = str(ticket.conversation.member)
    with thread_of(ticket.operator, ticket.conversation.application) as thread:
        if thread is None:
            return
        sent: Message | None = None
        if download is not None and download.is_here:
            try:
                sent = messages.say_stored_file(thread, download.kind, download.path, cid=message.cid)
            except (OpenUserError, OSError) as error:
                fields = {"cid": message.cid, "error": type(error).__name__}
                logger.warning("A file was not passed on.", extra=fields)
        elif download is None:
            text = message.content.text or f"[{Content.Kind(message.content.kind).label}]"
            sent = messages.say(thread, handoff_texts.line_of(name, text), cid=message.cid)
        sent = sent or messages.say(thread, handoff_texts.file_is_lost(name), cid=message.cid)
        _settle(line, phone_message=sent)
