"""Facts of members in texts: which a flow shows, and what stands there."""

from datetime import date
from decimal import Decimal

from conversations.machine.calls import Call
from conversations.machine.effects import CallService, Say
from conversations.machine.formulas.values import Context, Value
from conversations.machine.kinds.call import CallNode
from conversations.machine.kinds.end import EndNode
from conversations.machine.kinds.say import SayNode
from conversations.machine.kinds.video import VideoNode
from conversations.machine.nodes.node import Node
from conversations.machine.places import Act, Place
from conversations.machine.shown_facts import facts_shown
from conversations.machine.step import step
from tests.conversations.support.machines import video_machine

TODAY = date(2026, 11, 25)
MEMBER: dict[str, Value] = {
    "city": "上海",
    "start_date": TODAY,
    "facts.size": Decimal(42),
    "tags": ("新员工", "党员"),
    "name": "",
}


def effects_of(node: Node) -> list[object]:
    machine = video_machine(start=node.key, nodes=(node,))
    return list(step(machine, Place(), Act.START, today=TODAY, context=Context(member=MEMBER)).effects)


def says(text: str) -> str:
    (said,) = effects_of(EndNode(key="hi", name="问候", text=text))
    assert isinstance(said, Say)
    return said.text


def test_a_text_shows_facts_of_the_member():
    assert says("{{member.city}}，{{member.start_date}}") == "上海，2026-11-25"
    assert says("{{member.facts.size}} {{member.tags}}") == "42 新员工, 党员"


def test_a_fact_that_is_not_known_becomes_its_default():
    assert says("{{member.name|同事}}在{{member.floor|一楼}}") == "同事在一楼"


def test_a_call_sends_facts_of_the_member():
    call = Call(url="https://oa.example.com/{{member.city}}", body='{"size": "{{member.facts.size}}"}')
    (called,) = effects_of(CallNode(key="call", name="调用", call=call))
    assert isinstance(called, CallService)
    assert called.request.url == "https://oa.example.com/%E4%B8%8A%E6%B5%B7"
    assert called.request.body == '{"size": "42"}'


def test_all_facts_of_a_flow_are_found():
    call = Call(url="https://oa.example.com/{{member.user_id}}")
    nodes = (
        CallNode(key="a", name="一", call=call),
        SayNode(key="b", name="二", text="{{member.city}}", title="{{member.name}}", link="{{x}}"),
        VideoNode(key="c", name="三", values=(("who", "{{member.alias}}"),)),
    )
    found = facts_shown(video_machine(nodes=nodes, expire_text="{{member.position}}"))
    assert found == {"user_id", "city", "name", "alias", "position"}
