"""The messages of a ticket's member, with who wrote each: the member, the digital human, or an operator; and notes."""

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from conversations.models import Message, Ticket, TicketChange
from wecom.models import Upload

SHOWN = 80
FOLDER = "desk"  # of the media storage, with the files that are sent here
SHOWN_FOLDERS = (FOLDER, "inbound")  # those from operators' phones are in the second
INSIDE = (TicketChange.Kind.NOTE,)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A message, a note, or something that happened; `who` is the operator's name, empty for the digital human."""

    said_at: datetime
    message: Message | None = None
    change: TicketChange | None = None
    who: str = ""

    @property
    def key(self) -> str:
        """Its key among the page's nodes."""
        return f"message-{self.message.pk}" if self.message else f"change-{self.change.pk if self.change else 0}"

    @property
    def sent_file(self) -> Upload | None:
        """The file that an operator sent, if it may be seen with the rights of the desk."""
        upload = self.message.outbound.upload if self.who and self.message and self.message.outbound else None
        return upload if upload and upload.path.partition("/")[0] in SHOWN_FOLDERS else None


def thread_of(ticket: Ticket) -> list[Entry]:
    """The newest messages of the member until the ticket was closed, with its changes among them, oldest first."""
    rows = ticket.conversation.messages().exclude(content__kind="event")
    if ticket.closed_at is not None:
        rows = rows.filter(created_at__lte=ticket.closed_at)
    rows = rows.select_related("content", "outbound__upload", "download", "render", "ticket_line__operator")
    entries = [_entry(message) for message in rows.order_by("-created_at", "-pk")[:SHOWN]]
    happened = [
        Entry(said_at=change.at, change=change) for change in ticket.changes.select_related("by", "to", "group")
    ]
    return sorted([*entries, *happened], key=attrgetter("said_at"))


def _entry(message: Message) -> Entry:
    line = getattr(message, "ticket_line", None)
    who = line.operator.name if line is not None and line.operator is not None else ""
    return Entry(said_at=message.created_at, message=message, who=who)
