"""Whether the questions for a file take anything that can come."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from conversations.flows.problems import Problem
from conversations.machine.values import Machine
from core.text.file_types import endings_of
from core.text.slot_values import RECEIVED, SlotType

PICTURES = ("jpg", "png", "gif")
COMING = {SlotType.PICTURE: PICTURES, SlotType.FILE: (*PICTURES, "mp4", "amr")}  # as wecom.media gives the endings


def problems(machine: Machine) -> Iterator[Problem]:
    """An error for each limit that no file can keep."""
    for node in machine.nodes:
        if node.slot is None or node.slot.type not in RECEIVED:
            continue
        coming = COMING[node.slot.type]
        for ending in endings_of(node.file_types):
            if ending not in coming:
                words = _("WeChat Work brings no “%(ending)s” to an application here. Choose of: %(coming)s.")
                named = {"ending": ending, "coming": ", ".join(coming)}
                yield Problem(code="file_types", state=node.name, words=words % named)
        if node.slot.maximum is not None and node.slot.maximum < 1:
            words = _("“At most” leaves no room for a file; it counts MB.")
            yield Problem(code="bounds", state=node.name, words=words)
