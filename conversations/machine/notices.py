"""The notices of flows, and their use."""

from enum import StrEnum

from conversations.machine.edges import On
from conversations.machine.places import Outcome
from core.text.slot_values import SlotType


class Notice(StrEnum):
    """A notice with a built-in text."""

    NOT_VALID = "not_valid"
    NOT_A_TIME = "not_a_time"
    NOT_A_MOMENT = "not_a_moment"
    NOT_A_MEMBER = "not_a_member"
    NOT_A_DEPARTMENT = "not_a_department"
    NOT_A_PICTURE = "not_a_picture"
    NOT_A_FILE = "not_a_file"
    DONE = "done"
    AT_START = "at_start"
    HELP = "help"
    REMINDER = "reminder"
    CANCELLED = "cancelled"
    GAVE_UP = "gave_up"
    EXPIRED = "expired"
    FAILED = "failed"
    KEPT = "kept"


MISSES = {
    SlotType.TIME: Notice.NOT_A_TIME,
    SlotType.DATETIME: Notice.NOT_A_MOMENT,
    SlotType.MEMBER: Notice.NOT_A_MEMBER,
    SlotType.DEPARTMENT: Notice.NOT_A_DEPARTMENT,
    SlotType.PICTURE: Notice.NOT_A_PICTURE,
    SlotType.FILE: Notice.NOT_A_FILE,
}
UNFINISHED = {  # how a session ends that a sub-flow left so, if the step that ran it leads nowhere
    On.RETRIES: (Notice.GAVE_UP, Outcome.GAVE_UP),
    On.EXPIRED: (Notice.EXPIRED, Outcome.EXPIRED),
}
