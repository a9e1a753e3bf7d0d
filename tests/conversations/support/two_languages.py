"""A flow in Chinese with its texts in English too: asks for a quality, decides by its label, and ends."""

from typing import Any

from conversations import services
from conversations.models import Flow, State, Transition

ASKS: dict[str, Any] = {
    "key": "quality",
    "name": "画质",
    "text": "{{member.name|同事}}，请选择画质：",
    "slot": "quality",
    "slot_type": "choice",
    "choices": "lipsync = 基础, 普通\nhd = 高清",
    "retry_text": "没看懂。",
    "reminder": "还在吗？",
    "remind_after": 10,
    "translations": {
        "en": {
            "text": "Which quality, {{member.name|colleague}}?",
            "choices": "Basic, simple\nhd = High",
            "retry_text": "I did not get that.",
        }
    },
}
ENDS: dict[str, Any] = {
    "key": "done",
    "name": "结束",
    "kind": "end",
    "text": "选了{{quality.label}}。",
    "translations": {"en": {"text": "It is {{quality.label}}."}},
}
FLOW: dict[str, Any] = {
    "name": "选画质",
    "triggers": "选画质\nchoose quality",
    "also_in": "en",
    "translations": {"en": {"name": "Choose a quality"}},
}


def make_flow(*, published: bool = True, **fields: Any) -> Flow:
    """The flow with its rows."""
    flow = Flow.objects.create(**{**FLOW, **fields})
    asks, done = (State.objects.create(flow=flow, position=place, **row) for place, row in enumerate((ASKS, ENDS)))
    formula = 'quality.label in ("基础", "高清")'
    Transition.objects.create(state=asks, test="formula", value=formula, target=done)
    Transition.objects.create(state=asks, target=asks, position=1)
    if published:
        services.publish(flow)
        flow.refresh_from_db()
    return flow
