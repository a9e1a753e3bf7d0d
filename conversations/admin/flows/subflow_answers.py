"""Pick lists for a step that runs another flow: the answers that each flow keeps, and those of the step's own flow."""

import json
from typing import Any

from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminTextareaWidget

from conversations import services
from conversations.models import Flow, State
from core.text.slot_values import SlotType

WITH_LABELS = (SlotType.CHOICE, SlotType.YES_NO, SlotType.MEMBER, SlotType.DEPARTMENT)
PLACEHOLDERS = {"given": "days = leave_days", "taken": "contact = phone"}


def widgets(flow: Flow) -> dict[str, UnfoldAdminTextareaWidget]:
    """The fields `given` and `taken`; a script turns their lines into lists to choose from."""
    states = State.objects.filter(flow=flow.pk).exclude(slot="").order_by("position", "pk")
    own = [[slot, name] for slot, name in states.values_list("slot", "name")]
    called = Flow.objects.live().exclude(pk=flow.pk).select_related("live")
    theirs = {subflow.pk: _answers_of(subflow) for subflow in called}
    return {
        field: UnfoldAdminTextareaWidget(
            attrs={
                "rows": 2,
                "placeholder": placeholder,
                "data-answers": field,
                "data-own": json.dumps(own, ensure_ascii=False),
                "data-theirs": json.dumps(theirs, ensure_ascii=False),
                "data-words": json.dumps(_words(field), ensure_ascii=False),
            }
        )
        for field, placeholder in PLACEHOLDERS.items()
    }


def _answers_of(flow: Flow) -> list[list[Any]]:
    """The answers of a flow's running version: name, step, and whether a label goes with it."""
    machine = services.readable_machine(flow.live)
    if machine is None:
        return []
    steps = {node.slot.name: node.name for node in machine.nodes if node.slot}
    names = dict.fromkeys((*steps, *machine.slots))
    return [[name, steps.get(name, ""), machine.slots[name].type in WITH_LABELS] for name in names]


def _words(field: str) -> dict[str, str]:
    is_given = field == "given"
    return {
        "theirs": _("Answer of the sub-flow"),
        "own": _("Formula here") if is_given else _("Answer here"),
        "between": _("is filled with") if is_given else _("is kept as"),
        "choose": _("Choose an answer"),
        "label": _("%s, in words"),
        "missing": _("%s – not there"),
        "add": _("Pass an answer") if is_given else _("Take over an answer"),
        "remove": _("Remove"),
    }
