"""Rows of `conversations`."""

import secrets
from datetime import time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from conversations.flows import publication
from conversations.models import (
    Answer,
    Conversation,
    Desk,
    Document,
    Embedding,
    Errand,
    Flow,
    MoveBatch,
    Operator,
    OperatorGroup,
    SessionPlan,
    State,
    Ticket,
    Topic,
    Transition,
)
from tests.support.factories.avatars import make_digital_human
from tests.support.factories.wecom import make_application, make_member
from wecom.models import Application


def make_desk(application: Application, **fields: Any) -> Desk:
    if "digital_human" not in fields:
        fields["digital_human"] = make_digital_human()
    fields.setdefault("greeting", "你好，我是林晓。")
    return Desk.objects.create(application=application, **fields)


def make_conversation(application: Application | None = None, user_id: str = "zhangsan", **fields: Any) -> Conversation:
    application = application or make_application()
    fields.setdefault("language", "zh-hans")
    return Conversation.objects.create(application=application, member=make_member(application, user_id), **fields)


def make_errand(conversation: Conversation | None = None, **fields: Any) -> Errand:
    fields.setdefault("provider", "chat")
    fields.setdefault("question", "年假有几天？")
    fields.setdefault("language", "zh-hans")
    fields.setdefault("deadline_at", timezone.now() + timedelta(seconds=45))
    return Errand.objects.create(conversation=conversation or make_conversation(), **fields)


def make_answer(question: str = "你好", answer: str = "你好！今天想了解什么？", **fields: Any) -> Answer:
    return Answer.objects.create(question=question, answer=answer, **fields)


def make_embedding(**fields: Any) -> Embedding:
    """The vector of an answer, still to be computed."""
    fields.setdefault("answer", None)
    answer = fields.pop("answer") or make_answer(f"问题 {secrets.token_hex(6)}")
    return Embedding.objects.create(answer=answer, **fields)


def make_document(**fields: Any) -> Document:
    """A document that is still to be read."""
    fields = {"title": f"手册 {secrets.token_hex(6)}", "file": "documents/guide.md", "kind": "markdown", **fields}
    return Document.objects.create(**fields)


def make_move_batch(**fields: Any) -> MoveBatch:
    """A batch of no sessions, of a plan of a published flow."""
    if "plan" not in fields:
        version = publication.publish(make_flow(triggers=secrets.token_hex(6)))
        state = {"state": "ask_text", "state_name": "问文本", "choice": "move", "target": "ask_text"}
        fields["plan"] = SessionPlan.objects.create(version=version, session_count=0, **state)
    return MoveBatch.objects.create(**fields)


def make_flow(**fields: Any) -> Flow:
    """The guide's conversation that makes a video, as HR would draw it; not published."""
    fields.setdefault("name", f"制作视频 {secrets.token_hex(3)}")
    fields.setdefault("triggers", "制作视频\ncreate video")
    flow = Flow.objects.create(**fields)
    text = State.objects.create(
        flow=flow,
        position=1,
        key="ask_text",
        name="问文本",
        text="请发送视频文本。",
        slot="text",
        maximum=100,
        remind_after=10,
    )
    quality = State.objects.create(
        flow=flow,
        position=2,
        key="ask_quality",
        name="问清晰度",
        text="“{{text}}”要多清晰？",
        slot="quality",
        slot_type="choice",
        choices="lipsync = 基础\nenhanced_lipsync = 增强\nenhanced_talking_head = 高清",
        retries=1,
    )
    video = State.objects.create(
        flow=flow, position=3, key="video", name="制作", kind="video", text="{{text}}", mode="{{quality}}"
    )
    bye = State.objects.create(flow=flow, position=4, key="bye", name="结束", kind="end", text="做好就发给你。")
    sorry = State.objects.create(flow=flow, position=5, key="sorry", name="抱歉", kind="end", text="请找人事。")
    for state, target, when in ((text, quality, "next"), (quality, video, "next"), (quality, sorry, "retries")):
        Transition.objects.create(state=state, target=target, when=when)
    Transition.objects.create(state=video, target=bye)
    return flow


def make_operator(application: Application | None = None, user_id: str = "wanggong", **fields: Any) -> Operator:
    """An operator with a phone; without one where `member` is None."""
    if "member" not in fields:
        fields["member"] = make_member(application or make_application(), user_id)
    return Operator.objects.create(**{"name": "王工", **fields})


def make_operator_group(application: Application | None = None, *operators: Operator, **fields: Any) -> OperatorGroup:
    """A group that is there around the clock."""
    fields.setdefault("name", f"IT 支持 {secrets.token_hex(3)}")
    fields.setdefault("days", OperatorGroup.Days.ALL)
    fields.setdefault("opens_at", time(0))
    fields.setdefault("closes_at", time(0))
    topics = fields.pop("topics", ())
    group = OperatorGroup.objects.create(application=application or make_application(), **fields)
    group.operators.set(operators)
    group.topics.set(topics)
    return group


def make_ticket(conversation: Conversation | None = None, **fields: Any) -> Ticket:
    fields.setdefault("reason", Ticket.Reason.ASKED)
    return Ticket.objects.create(conversation=conversation or make_conversation(), **fields)


def make_topic(name: str = "", **fields: Any) -> Topic:
    return Topic.objects.create(name=name or f"主题{secrets.token_hex(3)}", **fields)


def change_steps(steps: QuerySet[State], **fields: Any) -> None:
    """Save these steps with other fields, wherever the row keeps them."""
    for step in steps:
        for name, value in fields.items():
            setattr(step, name, value)
        step.save()
