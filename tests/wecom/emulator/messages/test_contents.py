"""Every type of message as raw JSON: at its limits, and one beyond with the platform's code.

Our own client has no part here: a mistake that it shares with the emulator would stay unseen.
"""

import itertools
from typing import Any

import pytest

from tests.wecom.emulator.support.clients import Application, Emulator, make_company
from tests.wecom.emulator.support.media_samples import MP4, PNG

NUMBERS = itertools.count(1)
AMR = b"#!AMR\n" + (b"\x3c" + bytes(31)) * 50
URL = "https://example.com/" + "a" * 2028
LINK, MINI = {"type": 1, "url": URL}, {"type": 2, "appid": "wx" + "0" * 16, "pagepath": "p"}
PAGE = {"title": "t", "thumb_media_id": "?", "content": "<p>" + "x" * (666 * 1024 - 3), "author": "a", "digest": "d"}
ITEM = {"key": "名" * 10, "value": "值" * 30}
NOTICE = {
    "appid": "wx" + "0" * 16,
    "page": "p" * 1024,
    "title": "十二个汉字的标题就这么长",
    "description": "四个汉字",
    "emphasis_first_item": True,
    "content_item": [ITEM] * 10,
}
ARTICLE = {"title": "t", "description": "d", "url": URL, "picurl": "https://a/p.png"}


# Pages, articles, notices


def send_pages(application: Application, to: str, count: int = 1, safe: int = 0, **changes: Any) -> dict[str, Any]:
    page = {**PAGE, "thumb_media_id": application.upload("image", PNG, "p.png")["media_id"], **changes}
    return application.send({"touser": to, "msgtype": "mpnews", "safe": safe, "mpnews": {"articles": [page] * count}})


def test_pages_are_kept_with_their_pictures(application: Application, member: str):
    assert send_pages(application, member, count=8, safe=2, title="题" * 43)["errcode"] == 0
    (entry,) = application.received(member)
    article = entry["content"]["articles"][0]
    assert article["title"] == "题" * 42
    assert article["thumb_url"].startswith("/emulator/media/")
    assert entry["content"]["safe"] == 2


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"count": 9}, 45008),
        ({"count": 0}, 40058),
        ({"thumb_media_id": ""}, 40007),
        ({"thumb_media_id": "unknown"}, 40007),
        ({"title": ""}, 40058),
        ({"content": ""}, 40058),
        ({"content": "x" * (666 * 1024 + 1)}, 45002),
        ({"safe": 3}, 40058),
    ],
)
def test_wrong_pages_are_refused(application: Application, member: str, change, errcode):
    assert send_pages(application, member, **change)["errcode"] == errcode


def test_an_article_may_open_a_mini_program(application: Application, member: str):
    article = {"title": "t", "appid": "wx" + "0" * 16, "pagepath": "p" * 128}
    body = {"touser": member, "msgtype": "news", "news": {"articles": [article]}}
    assert application.send(body)["errcode"] == 0
    body["news"] = {"articles": [{**article, "pagepath": "p" * 129}]}
    assert application.send(body)["errcode"] == 40058
    body["news"] = {"articles": [{**article, "pagepath": ""}]}
    assert application.send(body)["errcode"] == 40058


def send_notice(application: Application, to: str, **changes: Any) -> dict[str, Any]:
    return application.send(
        {"touser": to, "msgtype": "miniprogram_notice", "miniprogram_notice": {**NOTICE, **changes}}
    )


def test_a_notice_of_a_mini_program_may_be_full(application: Application, member: str):
    assert send_notice(application, member)["errcode"] == 0
    assert send_notice(application, member, page="", description="", content_item=[])["errcode"] == 0
    first, second = application.received(member)
    assert first["content"]["content_item"] == [ITEM] * 10
    assert second["content"]["title"] == NOTICE["title"]


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"appid": ""}, 90200),
        ({"appid": "wx1"}, 90207),
        ({"page": "p" * 1025}, 90204),
        ({"title": "题" * 13}, 40058),
        ({"title": "题" * 3}, 40058),
        ({"description": "述" * 13}, 40058),
        ({"content_item": [ITEM] * 11}, 90201),
        ({"content_item": [{**ITEM, "key": "名" * 11}]}, 90202),
        ({"content_item": [{**ITEM, "key": ""}]}, 90202),
        ({"content_item": [{**ITEM, "value": "值" * 31}]}, 90203),
        ({"content_item": [{"key": "k"}]}, 90203),
    ],
)
def test_a_wrong_notice_is_refused(application: Application, member: str, change, errcode):
    assert send_notice(application, member, **change)["errcode"] == errcode


def test_a_notice_of_a_mini_program_cannot_go_to_everybody(application: Application):
    assert send_notice(application, "@all")["errcode"] == 40058


# What stands beside a message


@pytest.mark.parametrize(
    ("msgtype", "part", "safe", "errcode"),
    [
        ("text", {"content": "x"}, 1, 0),
        ("text", {"content": "x"}, 2, 40058),
        ("text", {"content": "x"}, True, 40058),
        ("news", {"articles": [ARTICLE]}, 1, 40074),
        ("markdown", {"content": "x"}, 1, 0),
    ],
)
def test_some_messages_may_be_safe(application: Application, member: str, msgtype, part, safe, errcode):
    answer = application.send({"touser": member, "msgtype": msgtype, msgtype: part, "safe": safe})
    assert answer["errcode"] == errcode
    if errcode == 0:
        (entry,) = application.received(member)
        assert entry["content"].get("safe", 0) == (1 if msgtype == "text" else 0)


@pytest.mark.parametrize(("filename", "errcode"), [("plan.pdf", 0), ("PLAN.PDF", 0), ("plan.zip", 40005)])
def test_a_safe_file_is_one_that_can_be_shown(application: Application, member: str, filename: str, errcode: int):
    media_id = application.upload("file", b"a few bytes", filename)["media_id"]
    body = {"touser": member, "msgtype": "file", "file": {"media_id": media_id}, "safe": 1}
    assert application.send(body)["errcode"] == errcode


@pytest.mark.parametrize(("kind", "data"), [("image", PNG), ("voice", AMR), ("video", MP4), ("file", b"a few bytes")])
def test_a_file_is_sent_as_what_it_was_uploaded_as(application: Application, member: str, kind: str, data: bytes):
    media_id = application.upload(kind, data, "f.txt")["media_id"]
    for other in ("image", "voice", "video", "file"):
        answer = application.send({"touser": member, "msgtype": other, other: {"media_id": media_id}})
        assert answer["errcode"] == (0 if other == kind else 40007)


def test_ids_become_names_where_that_is_asked_for(application: Application, member: str):
    text = "$userName=LiSi$ in $departmentName=1$, $userName=nobody$, $departmentName=x$, $other=1$"
    body = {"touser": member, "msgtype": "text", "text": {"content": text}}
    application.send(body)
    application.send({**body, "enable_id_trans": 1})
    plain, named = application.received(member)
    assert plain["content"]["content"] == text
    assert named["content"]["content"] == "李四 in 总部, $userName=nobody$, $departmentName=x$, $other=1$"


# Quotas, and an application that is disabled


def test_a_day_has_room_for_two_hundred_messages_to_each_account(
    emulator: Emulator, application: Application, clean_clock: None
):
    small = make_company(emulator)
    emulator.control("POST", "members", corpid=small.corp_id, agentid=small.agent_id, userid="only")
    token = small.access_token()
    body = {"touser": "only", "msgtype": "text", "text": {"content": "x"}}
    assert {small.send(body, token)["errcode"] for _ in range(200)} == {0}
    assert small.send(body, token)["errcode"] == 45009
    emulator.control("POST", "clock", offset=86400)
    assert small.send(body)["errcode"] == 0


def test_an_application_that_is_disabled_may_not_send(application: Application, member: str, emulator: Emulator):
    emulator.control("POST", "apps", agentid=application.agent_id, closed=True)
    assert application.say(member)["errcode"] == 50003
    token = application.access_token()
    told = emulator.get("agent/get", access_token=token, agentid=application.agent_id)
    assert (told["errcode"], told["close"]) == (0, 1)


def test_the_platform_names_its_addresses(application: Application, emulator: Emulator):
    token = application.access_token()
    for path in ("getcallbackip", "get_api_domain_ip"):
        assert emulator.get(path, access_token=token)["ip_list"] == ["127.0.0.1"]
