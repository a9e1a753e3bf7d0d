"""Group chats over REST: create, change and read at WeChat Work, and send through rows."""

import pytest

from tests.support.factories import make_api, make_application, make_group_message, make_upload
from tests.support.problem_details import problem
from wecom.models import GroupChat, GroupMessage
from wecom.outbox import group_messages

pytestmark = pytest.mark.django_db
CHATS, MESSAGES = "/api/v1/group-chats/", "/api/v1/group-messages/"
ARTICLE = {"title": "周会", "url": "https://example.com", "description": "九点"}


@pytest.fixture
def api():
    return make_api("messages:read", "messages:write")


def make(api, **fields):
    return api.post(CHATS, {"name": "项目群", "user_ids": ["zhangsan", "lisi"], **fields}, format="json")


def test_a_chat_is_made_changed_and_read_as_wechat_work_has_it(api, connected):
    answer = make(api, owner="LiSi", chat_id="Launch2026")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["chat_id"], made["owner"], made["user_ids"]) == ("Launch2026", "lisi", ["zhangsan", "lisi"])
    url = answer["Location"]
    changed = api.patch(url, {"name": "新名", "add": ["wangwu"], "remove": ["zhangsan"]}, format="json").json()
    assert (changed["name"], changed["user_ids"]) == ("新名", ["lisi", "wangwu"])
    GroupChat.objects.update(name="old", user_ids=[])
    assert api.post(f"{url}refresh/").json() == changed
    assert api.get(CHATS, {"name": "新", "owner": "lisi"}).json()["results"] == [changed]


def test_a_chat_that_was_made_elsewhere_is_taken_over(api, connected):
    made = make(api, chat_id="Elsewhere1").json()
    GroupChat.objects.all().delete()
    found = api.post(f"{CHATS}adopt/", {"chat_id": "Elsewhere1"}, format="json")
    assert (found.status_code, found.json()["user_ids"]) == (200, made["user_ids"])
    assert problem(api.post(f"{CHATS}adopt/", {"chat_id": "nowhere"}, format="json"), 409)["code"] == "86003"
    assert GroupChat.objects.count() == 1


def test_the_same_request_sent_again_makes_one_chat(api, connected, emulator):
    first = api.post(CHATS, {"name": "群", "user_ids": ["zhangsan", "lisi"]}, format="json", HTTP_IDEMPOTENCY_KEY="k-1")
    again = api.post(CHATS, {"name": "群", "user_ids": ["zhangsan", "lisi"]}, format="json", HTTP_IDEMPOTENCY_KEY="k-1")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert emulator.calls("appchat/create") == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"user_ids": ["lisi"]}, "user_ids"),
        ({"user_ids": ["lisi", "@all"]}, "user_ids[1]"),
        ({"user_ids": ["lisi", "LISI"]}, "user_ids"),
        ({"owner": "wangwu"}, "owner"),
        ({"chat_id": "a-b"}, "chat_id"),
        ({"name": "名" * 51}, "name"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_chat_names_its_field_before_any_call(api, connected, emulator, fields, field):
    assert problem(make(api, **fields), 422)["field"] == field
    assert emulator.calls("appchat/create") == 0


def test_what_wechat_work_refuses_is_told_with_its_code(api, connected, emulator):
    assert problem(make(api, user_ids=["lisi", "nobody"]), 409)["code"] == "86007"
    emulator.fault("busy", "appchat/create")
    assert make(api).status_code == 503


@pytest.mark.parametrize(
    ("wish", "msgtype"),
    [
        ({"kind": "text", "text": "大家好", "mentions": ["@all"]}, "text"),
        ({"kind": "markdown", "text": "**好**"}, "markdown"),
        ({"kind": "textcard", "title": "t", "description": "d", "url": "https://example.com"}, "textcard"),
        ({"kind": "news", "articles": [ARTICLE]}, "news"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_what_is_said_reaches_the_chat_and_is_followed_to_its_end(api, connected, person, wish, msgtype):
    chat = make(api, user_ids=[person.user_id, "lisi"]).json()
    answer = api.post(MESSAGES, {"chat": chat["id"], **wish}, format="json")
    assert answer.status_code == 202, answer.content
    assert (answer.json()["status"], answer.json()["msgtype"]) == ("queued", msgtype)
    assert answer.json()["cid"] == answer["X-Request-ID"]
    group_messages.deliver_to_chat(answer.json()["id"])
    found = api.get(answer["Location"]).json()
    assert (found["status"], found["errcode"], found["words"]) == ("done", 0, "done")
    assert [entry["msgtype"] for entry in person.received()] == [msgtype]


@pytest.mark.parametrize("kind", ["image", "voice", "video", "file"])
def test_files_are_sent_by_their_upload_or_media_id(api, kind):
    message = make_group_message(make_application(is_default=True))
    upload = make_upload(message.application, kind=kind, media_id="OURS")
    for one in ({"upload": upload.pk}, {"media_id": "OURS"}):
        answer = api.post(MESSAGES, {"chat": message.chat_id, "kind": kind, **one}, format="json")
        assert answer.status_code == 202, answer.content
        assert GroupMessage.objects.get(pk=answer.json()["id"]).upload == upload


@pytest.mark.parametrize(
    ("wish", "field", "code"),
    [
        ({}, "kind", "required"),
        ({"kind": "button_interaction", "title": "t"}, "kind", "invalid_choice"),
        ({"kind": "text", "text": "字" * 700}, "text", "too_long"),
        ({"kind": "text", "text": "a", "chat": 0}, "chat", "does_not_exist"),
        ({"kind": "image"}, "upload", "one_of"),
        ({"kind": "news", "articles": []}, "articles", "min_length"),
        ({"kind": "news", "articles": [{**ARTICLE, "url": "nowhere"}]}, "articles[0].url", "invalid"),
        ({"kind": "news", "articles": [{**ARTICLE, "colour": "red"}]}, "articles[0].colour", "unknown_field"),
        ({"kind": "mpnews", "pages": [{"title": "t", "content": "c"}]}, "pages[0].thumb_media_id", "required"),
    ],
)
def test_what_cannot_be_said_names_the_field(api, wish, field, code):
    message = make_group_message(make_application(is_default=True))
    found = problem(api.post(MESSAGES, {"chat": message.chat_id, **wish}, format="json"), 422)
    assert (found["field"], found["errors"][0]["code"]) == (field, code)
    assert GroupMessage.objects.count() == 1


def test_what_nobody_knows_of_is_said_so_and_sent_again_on_demand(api):
    message = make_group_message(make_application(is_default=True), status="failed", reason="unknown", in_doubt=True)
    url = f"{MESSAGES}{message.pk}/"
    assert api.get(url).json()["words"] == "unclear whether it arrived"
    answer = api.post(f"{url}resend/")
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    listed = api.get(MESSAGES, {"chat": message.chat_id, "status": "queued"}).json()["results"]
    assert [row["id"] for row in listed] == [message.pk]


def test_who_only_reads_changes_nothing():
    message = make_group_message(make_application(is_default=True))
    reader = make_api("messages:read")
    assert make(reader).status_code == 403
    assert reader.patch(f"{CHATS}{message.chat_id}/", {"name": "x"}, format="json").status_code == 403
    assert reader.post(f"{MESSAGES}{message.pk}/resend/").status_code == 403
    assert make_api("members:read").get(CHATS).status_code == 403
