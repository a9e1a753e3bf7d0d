"""Flows that make videos, and the session of a member in one."""

from typing import Any

from avatars.models import Presentation, RenderTemplate
from conversations.flows import publication
from conversations.models import Flow, Session, State
from tests.support import factories
from tests.support.factories.conversations import change_steps

CARD = "“欢迎加入！”要多清晰？ | 1. 基础 | 2. 增强 | 3. 高清"


def session_of(person: Any) -> Session:
    return Session.objects.latest("pk")


def make_video_flow(source: RenderTemplate | Presentation, **fields: Any) -> Flow:
    """Asks for a name, then makes a video of a video template or a presentation with it; not published."""
    kind = "template" if isinstance(source, RenderTemplate) else "presentation"
    flow = factories.make_flow(**fields)
    flow.states.all().delete()
    ask = State.objects.create(flow=flow, position=1, key="ask", name="问", text="你叫什么？", slot="who")
    said: dict[str, Any] = {kind: source, "values": "name = {{who}}\nplace = lab"}
    video = State.objects.create(flow=flow, position=2, key="video", name="制作", kind="video", **said)
    end = State.objects.create(flow=flow, position=3, key="end", name="结束", kind="end", text="再见。")
    ask.transitions.create(target=video)
    video.transitions.create(target=end)
    return flow


def problems(flow: Flow, **changes: Any) -> set[tuple[str, str, bool]]:
    """What is told at publication once the step of the video is changed: step, code, whether it is an error."""
    change_steps(State.objects.filter(flow=flow, key="video"), **changes)
    return {(problem.state, problem.code, problem.is_error) for problem in publication.check(flow)}
