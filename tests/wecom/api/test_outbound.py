"""Deliveries over REST: the results of one call for all its recipients."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.support.factories import make_api, make_application, make_outbound, make_recall
from wecom.models import Attempt, Outbound, Recall

pytestmark = pytest.mark.django_db
OUTBOUNDS = "/api/v1/outbounds/"


@pytest.fixture
def application():
    return make_application(is_default=True)


@pytest.fixture
def api():
    return make_api("messages:read")


def results(api, outbound: Outbound) -> dict[str, str]:
    found = api.get(f"{OUTBOUNDS}{outbound.pk}/").json()["results"]
    return {one["user_id"]: one["result"] for one in found}


@pytest.mark.databases
def test_each_recipient_has_a_result_of_their_own(api, application):
    outbound = make_outbound(
        application,
        recipients=["zhangsan", "lisi", "wangwu"],
        reach=3,
        status="done",
        errcode=0,
        invalid=["lisi"],
        unlicensed=["wangwu"],
    )
    assert results(api, outbound) == {"zhangsan": "sent", "lisi": "unreached", "wangwu": "unlicensed"}
    found = api.get(f"{OUTBOUNDS}{outbound.pk}/").json()
    assert (found["reach"], found["unreached"], found["status"]) == (3, 2, "done")
    assert [one["words"] for one in found["results"]] == ["accepted", "out of reach", "no interface licence"]


@pytest.mark.parametrize(
    ("status", "reason", "result"),
    [
        ("queued", "quota", "waiting"),
        ("running", "", "waiting"),
        ("done", "", "sent"),
        ("done", "unknown", "assumed"),
        ("failed", "unknown", "unknown"),
        ("failed", "busy", "failed"),
        ("failed", "attempts", "failed"),
        ("failed", "refused", "failed"),
        ("cancelled", "recalled", "cancelled"),
    ],
)
def test_what_became_of_the_whole_became_of_everybody(api, application, status, reason, result):
    outbound = make_outbound(application, recipients=["zhangsan", "lisi"], status=status, reason=reason)
    assert results(api, outbound) == {"zhangsan": result, "lisi": result}


@pytest.mark.parametrize(("status", "result"), [("done", "recalled"), ("failed", "sent"), ("queued", "sent")])
def test_what_was_taken_back_is_said_to_be(api, application, status, result):
    outbound = make_outbound(application, recipients=["zhangsan", "lisi"], status="done", invalid=["lisi"])
    make_recall(application, outbound=outbound, status=status)
    assert results(api, outbound) == {"zhangsan": result, "lisi": "unreached"}


def test_a_message_that_was_sent_leads_to_its_results():
    application = make_application(is_default=True)
    api = make_api("messages:read", "messages:write")
    sent = api.post("/api/v1/messages/", {"to": "ZhangSan", "kind": "text", "text": "你好"}).json()
    outbound = Outbound.objects.get(application=application)
    assert sent["outbound"] == outbound.pk
    assert results(api, outbound) == {"zhangsan": "waiting"}


def test_the_list_of_outbounds_hides_words_and_recipients(api, application):
    beside = make_application(corporation=application.corporation, agent_id=1000003)
    lost = make_outbound(application, status="failed", reason="unknown", content={"content": "geheim"}, cid="abc")
    make_outbound(beside, msgtype="image")
    for query in ({"application": application.pk}, {"status": "failed"}, {"reason": "unknown"}, {"cid": "abc"}):
        answer = api.get(OUTBOUNDS, query)
        assert [row["id"] for row in answer.json()["results"]] == [lost.pk]
        assert "geheim" not in answer.content.decode()
        assert "zhangsan" not in answer.content.decode()
    assert api.get(OUTBOUNDS, {"reason": "bad weather"}).status_code == 422


def test_every_try_is_told(api, application):
    outbound = make_outbound(application, status="failed", reason="unknown")
    Attempt.objects.create(outbound=outbound, number=1, outcome="ambiguous", errcode=None, detail="no_answer")
    (attempt,) = api.get(f"{OUTBOUNDS}{outbound.pk}/").json()["tries"]
    assert (attempt["number"], attempt["outcome"], attempt["detail"]) == (1, "ambiguous", "no_answer")


def test_what_nobody_knows_of_is_taken_for_sent_or_sent_again(application):
    api = make_api("messages:read", "messages:write")
    known, unknown = make_outbound(application, status="done"), make_outbound(application)
    Outbound.objects.filter(pk=unknown.pk).update(status="failed", reason="unknown")
    url = f"{OUTBOUNDS}{unknown.pk}/"
    assert api.post(f"{OUTBOUNDS}{known.pk}/treat-as-sent/").status_code == 409
    assert api.post(f"{url}treat-as-sent/").json()["results"][0]["result"] == "assumed"
    again = api.post(f"{url}resend/")
    assert (again.status_code, again.json()["status"]) == (202, "queued")
    refused = api.post(f"{url}resend/")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_now")
    assert "ended" in refused.json()["hint"]


def test_it_is_recalled_with_what_became_of_that(application):
    api = make_api("messages:read", "messages:write")
    sent = make_outbound(application, status="done", msgid="m", finished_at=timezone.now())
    assert api.post(f"{OUTBOUNDS}{sent.pk}/recall/").status_code == 202
    Recall.objects.update(status="done")
    assert results(api, sent) == {"zhangsan": "recalled"}
    old = make_outbound(application, status="done", msgid="m", finished_at=timezone.now() - timedelta(hours=25))
    late = api.post(f"{OUTBOUNDS}{old.pk}/recall/")
    assert (late.status_code, late.json()["code"]) == (422, "too_late")


def test_only_who_reads_messages_reads_results_and_nobody_writes_them(api, application):
    outbound = make_outbound(application)
    assert make_api("members:read").get(f"{OUTBOUNDS}{outbound.pk}/").status_code == 403
    for act in ("resend", "treat-as-sent", "recall"):
        assert api.post(f"{OUTBOUNDS}{outbound.pk}/{act}/").status_code == 403
    assert api.patch(f"{OUTBOUNDS}{outbound.pk}/", {"status": "done"}).status_code == 405
    assert api.get(f"{OUTBOUNDS}{outbound.pk + 1}/").status_code == 404
