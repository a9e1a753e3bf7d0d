"""Cards on the phones of operators, with *Take it* and *Not me*; once one has taken the ticket, all of them say so."""

from django.utils import timezone

from conversations.delivery import broadcasts, card_names, messages
from conversations.models import Conversation, Desk, Operator, Ticket, TicketCard
from conversations.tickets import summary
from conversations.tickets.threads import thread_of
from conversations.wording import handoff_texts
from wecom.contents import Button, ButtonCard, Row, columns
from wecom.models import Outbound

TASK = "ticket-"
TAKE, DECLINE = "take", "decline"
TITLE, TEXT, NAME, VALUE = 72, 320, 10, 60  # columns
MOST_ROWS = 6  # of a card; the platform refuses more


def announce(ticket: Ticket) -> None:
    """Send a card to each operator of the ticket's group who has a phone, but not to the member who asks."""
    if ticket.group is None:
        return
    asking = ticket.conversation.member_id
    operators = ticket.group.operators.filter(enabled=True, member__isnull=False).exclude(member=asking)
    for operator in operators.select_related("member").order_by("pk"):
        send(ticket, operator)


def send(ticket: Ticket, operator: Operator) -> None:
    """Send one operator the card of a ticket; as text with a command where the desk sends no cards."""
    application = ticket.conversation.application
    desk = Desk.objects.of(application)
    with thread_of(operator, application) as thread:
        if thread is None:
            return
        if desk is not None and not desk.progress_cards:
            messages.say(thread, handoff_texts.announced(_title(ticket), ticket.summary, ticket.pk), cid=ticket.cid)
            return
        turn = ticket.cards.filter(operator=operator).count()  # some get it again, after a transfer
        name = card_names.name(f"{TASK}{ticket.pk}-", [operator.pk, turn], cid=ticket.cid)
        card = _card(ticket, task_id=name)
        message = messages.say_content(thread, card, cid=ticket.cid)
        assert message.outbound is not None
        TicketCard.objects.create(ticket=ticket, operator=operator, outbound=message.outbound, task_id=card.task_id)


def find(conversation: Conversation, task_id: str) -> TicketCard | None:
    """The card that this member got as an operator; None for another's."""
    if not task_id.startswith(TASK):
        return None
    rows = TicketCard.objects.select_related("ticket__conversation", "operator__member")
    return rows.filter(task_id=task_id, operator__member=conversation.member_id).first()


def fits(title: str) -> bool:
    """Whether a phone shows this title in full."""
    return columns(title) <= TITLE


def close_all(ticket: Ticket, *, but: TicketCard | None = None) -> None:
    """Show on all cards of a ticket that are still open who has taken it, or that it is over."""
    cards = ticket.cards.filter(closed_at=None).select_related("outbound", "operator__member")
    for card in cards.exclude(pk=but.pk) if but else cards:
        _close(card, ticket)


def close_late(outbound: Outbound) -> None:
    """A card was delivered after its ticket was taken: show that now."""
    if outbound.msgtype != "template_card":
        return
    rows = TicketCard.objects.select_related("ticket__operator", "ticket__conversation", "outbound", "operator__member")
    card = rows.filter(outbound=outbound, closed_at=None).first()
    if card is not None and card.ticket.status != Ticket.Status.OPEN:
        _close(card, card.ticket)


def shown_for(ticket: Ticket, operator: Operator | None) -> str:
    """The line that replaces the buttons on the card of this operator."""
    if ticket.status == Ticket.Status.CLOSED:
        return handoff_texts.is_over()
    if ticket.operator is None:
        return handoff_texts.you_declined()
    mine = operator is not None and ticket.operator_id == operator.pk
    return handoff_texts.taken_by_you() if mine else handoff_texts.taken_by(ticket.operator.name)


def _close(card: TicketCard, ticket: Ticket) -> None:
    """A card that was not called for yet is taken back; one on its way is closed when it has arrived."""
    application = ticket.conversation.application
    outbound = card.outbound
    if broadcasts.take_back(outbound):
        TicketCard.objects.filter(pk=card.pk).update(closed_at=timezone.now())
        return
    if not outbound.response_code:
        return
    with thread_of(card.operator, application) as thread:
        if thread is not None:
            shown = shown_for(ticket, card.operator)
            messages.update_card(application, thread.member, outbound.response_code, shown)
    TicketCard.objects.filter(pk=card.pk).update(closed_at=timezone.now())


def _title(ticket: Ticket) -> str:
    return handoff_texts.card_title(str(ticket.conversation.member))


def _card(ticket: Ticket, *, task_id: str) -> ButtonCard:
    rows = [Row(name=handoff_texts.label_reason(), value=_fitting(str(ticket.get_reason_display()), VALUE))]
    if ticket.topic is not None:
        rows.append(Row(name=handoff_texts.label_topic(), value=_fitting(ticket.topic.shown, VALUE)))
    rows += _files(ticket, MOST_ROWS - len(rows))
    buttons = (
        Button(key=TAKE, text=handoff_texts.take(), style=1),
        Button(key=DECLINE, text=handoff_texts.not_me(), style=2),
    )
    return ButtonCard(
        title=_fitting(_title(ticket), TITLE),
        text=_ending(ticket.summary, TEXT),
        rows=tuple(rows),
        buttons=buttons,
        task_id=task_id,
    )


def _files(ticket: Ticket, most: int) -> list[Row]:
    """The files that the member has sent as answers, one a row; the last row counts those for which there is none."""
    files = list(summary.files_of(ticket.session))
    shown = files if len(files) <= most else files[: most - 1]
    rows = [Row(name=_fitting(step, NAME), value=_fitting(name, VALUE)) for step, name in shown]
    if len(files) > len(shown):
        rows.append(Row(name=handoff_texts.label_files(), value=handoff_texts.more_files(len(files) - len(shown))))
    return rows


def _fitting(text: str, width: int) -> str:
    """As much of the beginning as fits."""
    if columns(text) <= width:
        return text
    while columns(text) > width - 1:
        text = text[:-1]
    return f"{text}…"


def _ending(text: str, width: int) -> str:
    """As many of the last lines as fit, which say most."""
    kept: list[str] = []
    for line in reversed(text.splitlines()):
        if columns("\n".join([line, *kept])) > width:
            break
        kept.insert(0, line)
    return "\n".join(kept) or _fitting(text, width)
