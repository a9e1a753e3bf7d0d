"""A flow that begins with each member."""

from collections.abc import Iterator
from typing import Any

from scheduling.content_kinds.content_kind import ContentKind, Flaw, gettext_noop
from scheduling.content_kinds.content_kind_registry import register

MOST_AT_ONCE = 50


@register
class FlowKind(ContentKind):
    """The member gets the first question of a published flow."""

    name, label, order = "flow", gettext_noop("flow"), 70
    fields = ("flow",)
    has_sources = True
    is_dialogue = True

    def flaws(self, content: Any) -> Iterator[Flaw]:
        flow = content.flow
        if flow is None or flow.live is None or not flow.enabled:
            fault, remedy = gettext_noop("There is no flow that runs."), gettext_noop("Choose a published flow.")
            yield Flaw(field="flow", code="flow_not_live", words=fault, remedy=remedy)

    def batch_size(self, *, is_personal: bool) -> int:
        return MOST_AT_ONCE
