"""Problems of calls in flows."""

from dataclasses import replace

import pytest

from conversations.flows.rules.calls import problems
from conversations.machine.calls import Call, Method
from conversations.machine.edges import Edge, On
from conversations.machine.kinds.call import CallNode
from tests.conversations.support.machines import video_machine

SOUND = Call(
    url="https://oa.example.com/leaves/{{text}}",
    headers=(("Authorization", "Bearer {{secret:OA_TOKEN}}"),),
    body='{"quality": "{{quality.label}}"}',
    results=(("number", "data.id"),),
)
WAYS = (Edge(to="bye"), Edge(to="bye", on=On.FAILED))


def codes(*, edges: tuple[Edge, ...] = WAYS, **fields: object) -> list[str]:
    call = replace(SOUND, **fields)  # type: ignore[arg-type]
    node = CallNode(key="call", name="提交", call=call, edges=edges)
    return [problem.code for problem in problems(video_machine(nodes=(*video_machine().nodes, node)))]


@pytest.fixture(autouse=True)
def secrets(settings):
    known = {"OA_TOKEN": {"host": "oa.example.com", "value": "x"}, "CRM": {"host": "crm.example.com", "value": "x"}}
    settings.CONVERSATIONS = {**settings.CONVERSATIONS, "CALL_SECRETS": known}


def test_a_sound_call_has_no_problem():
    assert codes() == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"url": ""}, "no_url"),
        ({"url": "https://{{text}}.example.com/", "headers": ()}, "url_host"),
        ({"url": "https://10.0.0.8/", "headers": ()}, "url_forbidden"),
        ({"url": "http://oa.example.com/"}, "url_forbidden"),
        ({"headers": (("Token", "{{secret:NOBODY}}"),)}, "no_secret"),
        ({"headers": (("Token", "{{secret:CRM}}"),)}, "secret_elsewhere"),
        ({"body": '{"days": {{days}}}'}, "body_no_json"),
        ({"method": Method.GET}, "body_unused"),
        ({"body": '{"days": "{{days}}"}'}, "unknown_slot"),
        ({"body": '{"days": "{{days"}'}, "bad_placeholder"),
        ({"results": (("No 1", "id"),)}, "result_name"),
        ({"edges": WAYS[:1]}, "no_way_out"),
    ],
)
def test_each_fault_of_a_call_is_named(fields, code):
    assert code in codes(**fields)
