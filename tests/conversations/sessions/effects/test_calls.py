"""A flow that calls a real service over HTTP: what is sent and kept, and what happens if the service is bad."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import services
from conversations.errands import http_calls
from conversations.exceptions import ServiceBusy, ServiceRefused
from conversations.machine.calls import Method, Request
from conversations.models import Errand, Flow, Session, State, Transition
from tests.conversations.support import web_service
from tests.conversations.support.errands import run
from tests.conversations.support.web_service import Answer
from tests.support import factories
from tests.support.factories.conversations import change_steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(settings):
    with web_service.running() as server:
        secret = {"host": "127.0.0.1", "value": 'S3"cret'}
        found = {"CALL_NETWORKS": ["127.0.0.0/8"], "CALL_SECRETS": {"OA_TOKEN": secret}}
        settings.CONVERSATIONS = {**settings.CONVERSATIONS, **found}
        yield server


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    for thread in threading.enumerate():
        if thread.name.startswith("errand"):
            thread.join(20)


@pytest.fixture
def flow(application, service) -> Flow:
    """Asks how long, calls the service, and asks whether all is right."""
    flow = Flow.objects.create(name="请假", triggers="请假")
    call = {
        **{"key": "call", "name": "提交", "kind": "call", "url": f"{service.url}/leaves/{{{{why}}}}"},
        "headers": "Authorization = Bearer {{secret:OA_TOKEN}}",
        "results": "number = data.id\nfirst = data.items.0.name",
        "body": '{"days": "{{days}}", "why": "因为{{why}}", "token": "{{secret:OA_TOKEN}}"}',
    }
    rows = (
        {"key": "days", "name": "天数", "text": "几天？", "slot": "days", "slot_type": "number"},
        {"key": "why", "name": "原因", "text": "为什么？", "slot": "why"},
        call,
        {"key": "right", "name": "对吗", "text": "单号 {{number}}，对吗？", "slot": "right", "slot_type": "yes_no"},
        {"key": "bye", "name": "结束", "kind": "end", "text": "好的。"},
        {"key": "sorry", "name": "抱歉", "kind": "end", "text": "没提交成功。"},
        {"key": "late", "name": "太慢", "kind": "end", "text": "太慢了。"},
    )
    steps = {row["key"]: State.objects.create(flow=flow, position=n, **row) for n, row in enumerate(rows)}
    ways = (("call", "failed", "sorry"), ("call", "timeout", "late"), ("right", "next", "bye"))
    for number, (state, when, target) in enumerate(ways):
        Transition.objects.create(state=steps[state], when=when, target=steps[target], position=number)
    services.publish(flow)
    return flow


def begin(person, why: str = "病了") -> None:
    person.says("请假")
    person.says("3")
    assert person.says(why) == []


def test_a_call_sends_answers_and_keeps_fields(person, flow, service):
    begin(person, '病 "了"/?x=1')
    errand = run()
    assert errand.status == Errand.Status.DONE
    (asked,) = service.asked
    assert (asked.method, asked.path) == ("POST", "/leaves/%E7%97%85%20%22%E4%BA%86%22%2F%3Fx%3D1")
    assert asked.body == {"days": 3, "why": '因为病 "了"/?x=1', "token": 'S3"cret'}
    assert asked.headers["Authorization"] == 'Bearer S3"cret'
    assert len(asked.headers["Idempotency-Key"]) == 32
    assert person.read() == ["单号 7，对吗？ | 1. 是 | 2. 否"]
    slots = Session.objects.get().slots
    assert (slots["number"], slots["first"]) == ("7", "A")


def test_an_errand_keeps_neither_secret_nor_request(person, flow, service):
    begin(person)
    assert "S3" not in Errand.objects.get().question
    errand = run()
    assert (errand.question, errand.detail) == ("", "")


def test_a_busy_service_is_called_again_under_the_same_key(person, flow, service):
    service.script = [Answer(status=500), Answer()]
    begin(person)
    assert run().status == Errand.Status.QUEUED
    assert person.read() == ["请稍等。"]
    Errand.objects.update(due_at=timezone.now())
    assert run().status == Errand.Status.DONE
    first, second = (asked.headers["Idempotency-Key"] for asked in service.asked)
    assert first == second
    assert person.read() == ["单号 7，对吗？ | 1. 是 | 2. 否"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(status=404), "http_404"),
        (Answer(status=302, headers={"Location": "http://169.254.169.254/"}), "http_302"),
        (Answer(body=b"<html>"), "not_json"),
        (Answer(body=b"x" * 300_000), "too_long"),
    ],
)
def test_a_bad_response_takes_the_way_of_failures(person, flow, service, answer, code):
    service.script = [answer]
    begin(person)
    run()
    assert person.read() == ["没提交成功。"]
    assert len(service.asked) == 1


def test_a_service_that_stays_broken_takes_the_way_of_failures(person, flow, service):
    change_steps(State.objects.filter(key="call"), attempts=1)
    services.publish(flow)
    service.script = [Answer(status=503)]
    begin(person)
    run()
    assert person.read() == ["没提交成功。"]


def test_a_slow_service_takes_the_way_of_its_own(person, flow, service, settings):
    change_steps(State.objects.filter(key="call"), attempts=1, seconds=1)
    services.publish(flow)
    service.script = [Answer(after=service.over)]
    begin(person)
    run()
    assert person.read() == ["太慢了。"]


def test_texts_during_a_call_are_answered_after_it_in_order(person, flow, service):
    begin(person)
    assert person.says("不对") == []
    assert person.says("你好") == []
    run()
    assert person.read() == ["单号 7，对吗？ | 1. 是 | 2. 否", "好的。", "你好！今天想了解什么？"]
    assert Session.objects.get().slots["right"] == "no"


def test_who_cancels_during_a_call_hears_nothing_of_it(person, flow, service):
    begin(person)
    assert person.says("取消") == ["好的，已取消“请假”。"]
    assert run().reason == Errand.Reason.OVERTAKEN
    assert (person.read(), service.asked) == ([], [])


def test_a_call_that_was_killed_is_made_again_and_told_once(person, flow, service):
    begin(person)
    errand = Errand.objects.get()
    claimed = Errand.claim(errand.pk)
    http_calls.HttpCalls().answer(claimed.conversation, claimed.question, language="zh-hans")
    Errand.objects.update(status=Errand.Status.QUEUED, lease_until=None)
    run()
    first, second = (asked.headers["Idempotency-Key"] for asked in service.asked)
    assert first == second
    assert person.read() == ["单号 7，对吗？ | 1. 是 | 2. 否"]


def test_a_call_with_one_attempt_is_not_made_again_after_a_kill(person, flow, service):
    change_steps(State.objects.filter(key="call"), attempts=1)
    services.publish(flow)
    begin(person)
    Errand.claim(Errand.objects.get().pk)
    Errand.objects.update(status=Errand.Status.QUEUED, lease_until=None)
    assert run().reason == Errand.Reason.LATE
    assert service.asked == []
    assert person.read() == ["太慢了。"]


@pytest.mark.parametrize(("seconds", "attempts", "limit"), [(15, 3, 60), (15, 4, 60), (60, 1, 70)])
def test_all_attempts_together_have_one_deadline(person, flow, service, seconds, attempts, limit):
    change_steps(State.objects.filter(key="call"), seconds=seconds, attempts=attempts)
    services.publish(flow)
    begin(person)
    left = Errand.objects.get().deadline_at - timezone.now()
    assert timedelta(seconds=limit - 5) < left <= timedelta(seconds=limit)


def test_the_flow_goes_on_when_the_deadline_is_over(person, flow, service):
    service.script = [Answer(status=503)]
    begin(person)
    assert run().status == Errand.Status.QUEUED
    assert run(now=timezone.now() + timedelta(seconds=61)).reason == Errand.Reason.LATE
    assert person.read() == ["请稍等。", "太慢了。"]
    assert len(service.asked) == 1


def test_a_result_waits_while_a_person_talks_with_the_member(application, person, flow, service):
    operator = factories.make_operator(application, "wanggong", name="王工")
    factories.make_operator_group(application, operator, name="IT 支持")
    begin(person)
    services.hand_off(Session.objects.get().conversation)
    person.read()
    assert run().status == Errand.Status.QUEUED
    assert person.read() == []
    person.says("/bot")
    errand = run()
    assert errand.status == Errand.Status.DONE
    assert len(service.asked) == 1
    assert person.read()[-1] == "单号 7，对吗？ | 1. 是 | 2. 否"


def request(url: str, **fields: object) -> Request:
    given = {"headers": (), "body": "", "seconds": 2, "attempts": 1, "results": (("id", "data.id"),)} | fields
    return Request(method=Method.GET, url=url, **given)  # type: ignore[arg-type]


def test_a_secret_goes_to_its_own_host_only(service):
    headers = (("Authorization", "{{secret:OA_TOKEN}}"),)
    url = service.url.replace("127.0.0.1", "127.0.0.2")
    with pytest.raises(ServiceRefused) as caught:
        http_calls.make(request(url, headers=headers), key="k")
    assert caught.value.code == "secret_elsewhere"


def test_an_internal_address_is_refused_unless_it_is_allowed(service, settings):
    assert http_calls.make(request(service.url), key="k") == {"id": "7"}
    settings.CONVERSATIONS = {**settings.CONVERSATIONS, "CALL_NETWORKS": []}
    with pytest.raises(ServiceRefused) as caught:
        http_calls.make(request(service.url), key="k")
    assert (caught.value.code, "OPENUSER_FLOW_NETWORKS" in caught.value.remedy) == ("forbidden", True)


def test_a_dead_service_and_an_endless_response_may_pass(service):
    with pytest.raises(ServiceBusy) as caught:
        http_calls.make(request("http://127.0.0.1:1"), key="k")
    assert caught.value.code == "unreachable"
    service.script = [Answer(drips=True)]
    with pytest.raises(ServiceBusy) as caught:
        http_calls.make(request(service.url, seconds=1), key="k")
    assert caught.value.code == "timeout"
