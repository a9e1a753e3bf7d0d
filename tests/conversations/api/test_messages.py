"""Messages over REST: to whom, their outcomes, recalls and members."""

import pytest
from django.utils import timezone

from avatars.models import Render
from conversations import services
from conversations.api.serializers.messages import DeliveryStatus
from conversations.models import Content, Conversation, Message
from tests.conversations.support.message_api import MEMBERS, MESSAGES, send
from tests.support.factories import (
    make_api,
    make_application,
    make_directory_sync,
    make_member,
    make_render,
    make_upload,
)
from tests.support.problem_details import problem
from wecom.models import Member, Outbound, Recall

pytestmark = pytest.mark.django_db


def test_text_goes_to_a_member_and_is_followed_to_its_end(api):
    answer = send(api, "text", text="你好")
    assert answer.status_code == 202, answer.content
    sent = answer.json()
    assert (sent["text"], sent["user_id"], sent["direction"]) == ("你好", "zhangsan", "out")
    assert sent["outcome"]["status"] == "sending"
    assert sent["cid"] == answer["X-Request-ID"] == Outbound.objects.get().cid
    Outbound.objects.update(status="done", errcode=0)
    assert api.get(answer["Location"]).json()["outcome"]["status"] == "sent"


@pytest.mark.parametrize(
    ("status", "reason", "outcome", "words"),
    [
        ("done", "", "sent", "accepted"),
        ("running", "", "sending", "on its way"),
        ("queued", "held", "sending", "waits for a setting"),
        ("failed", "recipient", "failed", "cannot be reached"),
        ("failed", "refused", "failed", "refused"),
        ("failed", "unknown", "unknown", "unclear"),
        ("failed", "attempts", "failed", "not delivered"),
        ("cancelled", "cancelled", "cancelled", "cancelled"),
    ],
)
def test_the_outcome_of_a_message_has_status_reason_and_words(api, status, reason, outcome, words):
    url = send(api, "text", text="你好")["Location"]
    Outbound.objects.update(status=status, reason=reason, errcode=60111)
    found = api.get(url).json()["outcome"]
    assert (found["status"], found["reason"], found["errcode"]) == (outcome, reason, 60111)
    assert words in found["words"]
    listed = {value: len(api.get(MESSAGES, {"outcome": value}).json()["results"]) for value in DeliveryStatus.values}
    assert listed == dict.fromkeys(DeliveryStatus.values, 0) | {outcome: 1}


def test_a_long_text_goes_out_in_parts(api):
    assert send(api, "text", text="字" * 2000).status_code == 202
    assert Outbound.objects.count() == 3
    assert Message.objects.count() == 1


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_long_text_that_lost_a_part_is_not_sent(api, status):
    url = send(api, "text", text="字" * 2000)["Location"]
    Outbound.objects.update(status="done", errcode=0)
    assert api.get(url).json()["outcome"]["status"] == "sent"
    first = Outbound.objects.order_by("pk")[0]
    Outbound.objects.filter(pk=first.pk).update(status=status, reason="refused", errcode=40201)
    found = api.get(url).json()["outcome"]
    assert (found["status"], found["words"]) == ("incomplete", "Only parts of it were delivered.")
    listed = {value: len(api.get(MESSAGES, {"outcome": value}).json()["results"]) for value in DeliveryStatus.values}
    assert listed == dict.fromkeys(DeliveryStatus.values, 0) | {"incomplete": 1}


@pytest.mark.parametrize(
    ("wish", "field", "code"),
    [
        ({"kind": "hologram"}, "kind", "invalid_choice"),
        ({"kind": ["text"]}, "kind", "invalid_choice"),
        ({}, "kind", "required"),
        ({"kind": "text"}, "text", "required"),
        ({"kind": "text", "text": " "}, "text", "blank"),
        ({"kind": "text", "text": 5}, "text", "invalid"),
        ({"kind": "text", "text": "你好", "mode": "lipsync"}, "mode", "unknown_field"),
        ({"kind": "text", "text": "你好", "to": 5}, "to", "invalid"),
        ({"kind": "text", "text": "你好", "to": "@all"}, "to", "invalid"),
        ({"kind": "text", "text": "你好", "to": "a|b"}, "to", "invalid"),
        ({"kind": "image"}, "upload", "one_of"),
        ({"kind": "image", "media_id": "M", "upload": 1}, "upload", "does_not_exist"),
        ({"kind": "textcard", "title": "字" * 100, "description": "d", "url": "https://a.b"}, "title", "too_long"),
        ({"kind": "textcard", "title": "t", "description": "d", "url": "nowhere"}, "url", "invalid"),
        ({"kind": "digital_human_video", "text": "字" * 601}, "text", "max_length"),
    ],
)
def test_what_cannot_be_sent_names_the_field(api, wish, field, code):
    found = problem(api.post(MESSAGES, {"to": "zhangsan", **wish}), 422)
    assert (found["field"], found["errors"][0]["code"]) == (field, code)
    assert not Message.objects.exists()


def test_a_body_that_is_no_object_is_refused(api):
    for body in ([], "text", 5, None):
        problem(api.post(MESSAGES, body, format="json"), 422)


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_sent_leaves_nobody_behind(api):
    foreign = make_upload(make_application(), kind="image")
    problem(send(api, "image", upload=foreign.pk), 422)
    assert not Member.objects.exists()
    assert not Conversation.objects.exists()


def test_without_an_application_it_is_said_what_is_missing():
    found = problem(send(make_api("messages:write"), "text", text="你好"), 503)
    assert found["code"] == "not_configured"
    assert found["hint"]


def test_a_token_for_videos_sends_nothing(application):
    found = problem(send(make_api("renders:read", "renders:write"), "text", text="你好"), 403)
    assert found["code"] == "scope_missing"
    assert "messages:write" in found["hint"]


def test_messages_are_filtered(api, application):
    send(api, "text", text="一")
    send(api, "image", media_id="M")
    api.post(MESSAGES, {"to": "lisi", "kind": "text", "text": "二"})
    services.say(Conversation.objects.get(member__user_id="lisi"), "三", cid="abc")
    for query, count in (
        ({"user_id": "ZHANGSAN"}, 2),
        ({"user_id": "lisi"}, 2),
        ({"kind": "image"}, 1),
        ({"cid": "abc"}, 1),
        ({"direction": "in"}, 0),
        ({"application": application.pk}, 4),
        ({"created_after": "2100-01-01T00:00:00Z"}, 0),
    ):
        assert len(api.get(MESSAGES, query).json()["results"]) == count, query


def test_members_are_found_added_and_named(api, application):
    there = make_member(application, "lisi", name="李四")
    answer = api.post(MEMBERS, {"user_id": "WangWu", "name": "王五"})
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["user_id"], made["name"]) == ("wangwu", "王五")
    assert [row["id"] for row in api.get(MEMBERS).json()["results"]] == [made["id"], there.pk]
    for query in ({"user_id": "LISI"}, {"name": "李"}):
        assert [row["id"] for row in api.get(MEMBERS, query).json()["results"]] == [there.pk]
    renamed = api.patch(f"{MEMBERS}{there.pk}/", {"name": "李小四"})
    assert (renamed.json()["name"], renamed.json()["user_id"]) == ("李小四", "lisi")
    refused = problem(api.patch(f"{MEMBERS}{there.pk}/", {"user_id": "other"}), 422)
    assert (refused["field"], refused["errors"][0]["code"]) == ("user_id", "unknown_field")


def test_a_member_is_added_once(api):
    api.post(MEMBERS, {"user_id": "wangwu"})
    found = problem(api.post(MEMBERS, {"user_id": "WANGWU"}), 422)
    assert (found["field"], found["code"]) == ("user_id", "unique")
    assert problem(api.post(MEMBERS, {"user_id": "a|b"}), 422)["field"] == "user_id"
    assert Member.objects.count() == 1


def test_a_message_that_waits_is_taken_back_at_once(api):
    url = send(api, "text", text="说错了")["Location"]
    answer = api.post(f"{url}recall/")
    assert answer.status_code == 202, answer.content
    found = answer.json()["outcome"]
    assert (found["status"], found["reason"]) == ("recalled", "recalled")
    assert [row["id"] for row in api.get(MESSAGES, {"outcome": "recalled"}).json()["results"]] == [answer.json()["id"]]


def test_a_message_that_was_sent_is_taken_back_by_a_worker(api):
    url = send(api, "text", text="说错了")["Location"]
    Outbound.objects.update(status="done", msgid="m", first_attempt_at=timezone.now(), finished_at=timezone.now())
    assert api.post(f"{url}recall/").json()["outcome"]["status"] == "sent"
    Recall.objects.update(status="done")
    assert api.get(url).json()["outcome"]["status"] == "recalled"
    assert len(api.get(MESSAGES, {"outcome": "sent"}).json()["results"]) == 0


def test_what_cannot_be_taken_back_says_why(api):
    url = send(api, "text", text="说错了")["Location"]
    Outbound.objects.update(status="failed", reason="refused")
    found = problem(api.post(f"{url}recall/"), 422)
    assert found["errors"][0]["code"] == "not_sent"
    Message.objects.update(direction="in", state="received", outbound=None)
    assert problem(api.post(f"{url}recall/"), 422)["errors"][0]["code"] == "not_sent"


def test_a_video_that_is_being_made_is_not_made_any_more(api, application):
    url = send(api, "digital_human_video", text="你好")["Location"]
    assert api.post(f"{url}recall/").json()["outcome"]["status"] == "cancelled"
    assert Render.objects.get().status == "cancelled"


@pytest.mark.parametrize(("status", "code"), [("left", "left"), ("active", "out_of_range")])
def test_whoever_is_known_to_be_out_of_reach_is_refused_at_once(api, application, status, code):
    member = make_member(application, "wangwu", status=status)
    member.application_members.create(application=application, in_range=False)
    for wish in ({"kind": "text", "text": "你好"}, {"kind": "digital_human_video", "text": "你好"}):
        found = problem(api.post(MESSAGES, {"to": "WangWu", **wish}), 422)
        assert (found["field"], found["code"]) == ("to", code)
        assert "sync the directory" in found["hint"]
    assert not Outbound.objects.exists()
    assert not Render.objects.exists()


def test_an_id_that_the_directory_lacks_makes_no_member(api, application):
    make_directory_sync(application, status="done")
    found = problem(api.post(MESSAGES, {"to": "不存在", "kind": "text", "text": "你好"}), 422)
    assert (found["field"], found["code"]) == ("to", "unknown_member")
    assert "不存在" in found["detail"]
    assert not Member.objects.exists()
    assert not Outbound.objects.exists()


def test_the_estimate_of_a_video_has_tenths_of_a_second(api, application):
    member = make_member(application)
    fields = {"application": application, "member": member, "direction": "out"}
    render = make_render(estimated_seconds=12.34, estimated_low=12.34, estimated_high=12.34)
    content = Content.objects.create(kind="video", text="Hello")
    waits = Message.objects.create(state="waiting", content=content, render=render, **fields)
    sent = Message.objects.create(state="sending", content=content, render=render, **fields)
    eta = [api.get(f"{MESSAGES}{row.pk}/").json()["eta_seconds"] for row in (waits, sent)]
    assert eta[1] == 0
    assert eta[0] > 0
    assert eta[0] == round(eta[0], 1) != round(eta[0])
