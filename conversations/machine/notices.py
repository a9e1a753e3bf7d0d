"""Which notice tells what."""

from conversations.machine.edges import On
from conversations.machine.values import Notice, Outcome
from core.text.slot_values import SlotType

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
