"""Requests of the approval engine (`open_approval_change`) as values. Knows text, no framework.

Source: https://developer.work.weixin.qq.com/document/path/90240.
"""

from dataclasses import dataclass
from datetime import datetime

from wecom.messages.events import Event, Happened
from wecom.messages.xml_tree import Fields, Node


@dataclass(frozen=True, kw_only=True)
class Approver:
    """A member who decides on a request, or is notified of it. If only notified, numbers are 0 and the time is 1970."""

    name: str
    user_id: str
    image: str
    status: int
    speech: str
    acted_at: datetime


@dataclass(frozen=True, kw_only=True)
class ApprovalStep:
    """A step of a request: `status` 1 open, 2 agreed, 3 refused, 4 passed on; `rule` 1 any of them, 2 all of them."""

    status: int
    rule: int
    sort: int
    approvers: tuple[Approver, ...]


@dataclass(frozen=True, kw_only=True)
class ApprovalEvent(Event):
    """`open_approval_change`: a request of the approval engine. `status` 1 open, 2 agreed, 3 refused, 4 withdrawn.

    `step` is the number of the step that is open, from 0.
    """

    third_no: str
    template_name: str
    template_id: str
    status: int
    applied_at: datetime
    applicant_name: str
    applicant_id: str
    applicant_department: str
    applicant_image: str
    steps: tuple[ApprovalStep, ...]
    notified: tuple[Approver, ...]
    step: int


def change(fields: Fields, happened: Happened) -> ApprovalEvent:
    """The request that these fields tell of."""
    info = Fields(fields.node("ApprovalInfo"))
    return ApprovalEvent(
        **happened,
        third_no=info.word("ThirdNo"),
        template_name=info.text("OpenSpName"),
        template_id=info.word("OpenTemplateId"),
        status=info.whole("OpenSpStatus"),
        applied_at=info.moment("ApplyTime"),
        applicant_name=info.text("ApplyUserName"),
        applicant_id=info.word("ApplyUserId").lower(),
        applicant_department=info.text("ApplyUserParty"),
        applicant_image=info.word("ApplyUserImage"),
        steps=tuple(map(_step, info.node("ApprovalNodes").all("ApprovalNode"))),
        notified=tuple(map(_approver, info.node("NotifyNodes").all("NotifyNode"))),
        step=info.whole("approverstep"),
    )


def _step(node: Node) -> ApprovalStep:
    fields = Fields(node)
    return ApprovalStep(
        status=fields.whole("NodeStatus"),
        rule=fields.whole("NodeAttr"),
        sort=fields.whole("NodeType"),
        approvers=tuple(map(_approver, node.all("Items/Item"))),
    )


def _approver(node: Node) -> Approver:
    fields = Fields(node)
    return Approver(
        name=fields.text("ItemName"),
        user_id=fields.word("ItemUserId").lower(),
        image=fields.word("ItemImage"),
        status=fields.whole("ItemStatus"),
        speech=fields.text("ItemSpeech"),
        acted_at=fields.moment("ItemOpTime"),
    )
