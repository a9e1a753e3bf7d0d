"""Signals of conversations, sent inside the transaction that settles."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from django.db.models import Model
from django.dispatch import Signal

from wecom.models import Application

SATURDAY, PUBLISHED_IN = 5, 11  # the State Council publishes the days of a year in the November before it

preferences_changed = Signal()
"""A member chose something else: `change` (`PreferenceChange`)."""

question_unanswered = Signal()
"""A member asked something that has no answer: `occurrence` (`QuestionOccurrence`), `is_new` if nobody had asked it."""

card_pressed = Signal()
"""Something on a card was pressed: `application`, `member`, `event` (`wecom.messages.CardEvent`), `at`. A receiver
whose card it is returns the words that were chosen, which take the place of the buttons; all others return None."""

thread_shown = Signal()
"""A page shows what a member was told: `application`, `member`, `since` (None for the beginning), `most`. A receiver
returns `ThreadEntry` values for what is no `Message`, such as messages of campaigns, the newest `most` ones."""

message_explained = Signal()
"""*Why?* of a message is asked: `message`. A receiver returns the `Line` values of what its app knows, such as who has
planned it."""

entry_explained = Signal()
"""*Why?* of a `ThreadEntry` is asked: its `key`, `member`, `application`. The receiver that has made it returns an
`Explanation`; all others return None."""

working_days_wanted = Signal()
"""Office hours and formulas depend on the company's calendar: `application`, None for the default one. A receiver
returns a `WorkingCalendar`; without one, Monday to Friday count."""

message_received = Signal()
"""A member has written or sent something: `message`, which is recorded and not answered yet."""

session_finished = Signal()
"""A run of a flow has ended: `session`, whose `status` says how."""

ticket_opened = Signal()
"""A member is passed on to people, or left a message for them: `ticket`."""

ticket_assigned = Signal()
"""An operator has a ticket now, or another one than before: `ticket`."""

ticket_closed = Signal()
"""A ticket ended: `ticket`, whose `outcome` says how."""


class WorkingCalendar(Protocol):
    """The working days of a company."""

    def works_on(self, day: date) -> bool:
        """Whether it is a working day; Monday to Friday where that is not known."""

    def knows(self, day: date) -> bool:
        """Whether that is known, and not only inferred from its weekday."""


class MondayToFriday:
    """Without a calendar: Monday to Friday are working days, and no holidays are known."""

    def works_on(self, day: date) -> bool:
        return day.weekday() < SATURDAY

    def knows(self, day: date) -> bool:
        return False


def company_calendar(application: Application | None) -> WorkingCalendar:
    """The calendar of an application's company; of the default application without one."""
    answers: Any = working_days_wanted.send(Application, application=application)
    return next((calendar for _receiver, calendar in answers if calendar is not None), MondayToFriday())


def unknown_years_ahead(calendar: WorkingCalendar, today: date) -> list[int]:
    """This year, and from November on the next one, if their days are not known."""
    days = [today, *([date(today.year + 1, 1, 1)] if today.month >= PUBLISHED_IN else [])]
    return [day.year for day in days if not calendar.knows(day)]


@dataclass(frozen=True, kw_only=True)
class ThreadEntry:
    """A line that was sent to a member and is no `Message`.

    Attributes:
        said_at: when it went out.
        text: its words.
        status: its outcome, in the active language.
        row: the row that it belongs to, whose page says more; `query` is the part of that page.
        key: names it to the receiver that has made it.
    """

    said_at: datetime
    text: str
    status: str
    row: Model
    query: str
    key: str
