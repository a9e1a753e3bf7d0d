"""Group chats against the emulator: created once, changed, read, and never sent to twice."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from tests.support import factories
from tests.wecom.emulator.support.media_samples import PNG
from tests.wecom.support.message_samples import button_card
from wecom import bot, platform_quirks, services
from wecom.contents import Image, Markdown, MpNews, Page, Text, TextCard
from wecom.exceptions import ApiError, ChatGone, ContentError
from wecom.media import uploads
from wecom.models import GroupChat, GroupMessage, Upload
from wecom.outbox import group_messages
from wecom.platform_quirks import Assumptions
from wecom.quotas import group_chat_quota

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chat(connected, person) -> GroupChat:
    return services.create_chat("项目群", [person.user_id.upper(), "lisi"])


def deliver(message: GroupMessage, *, later: timedelta = timedelta()) -> GroupMessage:
    group_messages.deliver_to_chat(message.pk, now=timezone.now() + later)
    message.refresh_from_db()
    return message


def test_a_chat_is_made_with_its_first_member_as_owner(chat, person):
    assert (chat.name, chat.owner, chat.user_ids) == ("项目群", person.user_id, [person.user_id, "lisi"])
    assert services.get_chat(chat.chat_id) == chat


def test_members_come_and_go(chat, person):
    changed = services.update_chat(chat, name="新名", owner="LiSi", add=["wangwu"], remove=[person.user_id])
    assert (changed.pk, changed.name, changed.owner) == (chat.pk, "新名", "lisi")
    assert changed.user_ids == ["lisi", "wangwu"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"user_ids": ["lisi"]}, "user_ids"),
        ({"user_ids": ["lisi", "LISI"]}, "user_ids"),
        ({"user_ids": "lisi"}, "user_ids"),
        ({"user_ids": ["lisi", " "]}, "user_ids"),
        ({"user_ids": [f"u{n}" for n in range(2001)]}, "user_ids"),
        ({"owner": "zhangsan"}, "owner"),
        ({"chat_id": "a-b"}, "chat_id"),
        ({"chat_id": "x" * 33}, "chat_id"),
        ({"name": "名" * 51}, "name"),
    ],
)
def test_a_wrong_chat_names_its_field_before_any_call(connected, emulator, fields, field):
    with pytest.raises(ContentError) as caught:
        services.create_chat(**({"name": "群", "user_ids": ["lisi", "wangwu"]} | fields))
    assert caught.value.field == field
    assert caught.value.remedy
    assert emulator.calls("appchat/create") == 0


@pytest.mark.databases
@pytest.mark.parametrize("fault", ["reset-after", "truncated", "server-error"])
def test_a_chat_is_made_once_though_the_answer_was_lost(connected, emulator, fault):
    emulator.fault(fault, "appchat/create")
    chat = services.create_chat("群", ["lisi", "wangwu"])
    assert services.get_chat(chat.chat_id).user_ids == ["lisi", "wangwu"]
    assert GroupChat.objects.count() == 1


def test_who_is_not_in_the_company_is_refused_by_the_platform(connected):
    with pytest.raises(ApiError) as caught:
        services.create_chat("群", ["lisi", "nobody"])
    assert caught.value.errcode == 86007
    assert not GroupChat.objects.exists()


def test_a_chat_that_there_is_not_is_gone(connected):
    with pytest.raises(ChatGone) as caught:
        services.get_chat("unknown")
    assert caught.value.errcode == 86003


def test_what_is_said_reaches_everybody_in_the_chat(chat, person):
    message = deliver(services.send_to_chat(chat, Text(content="大家好", safe=True), mentions=["@all"]))
    assert (message.status, message.errcode) == ("done", 0)
    (entry,) = person.received()
    assert entry["chat"] == {"id": chat.chat_id, "name": "项目群"}
    assert (entry["content"]["content"], entry["content"]["mentioned"]) == ("大家好", ["@all"])


@pytest.mark.databases
def test_the_same_again_arrives_again_and_in_order(chat, person):
    first, second = (services.send_to_chat(chat, Text(content="一样")) for _ in range(2))
    assert deliver(second).status == "queued"
    deliver(first)
    assert deliver(second).status == "done"
    assert person.texts() == ["一样", "一样"]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("fault", "arrived"),
    [("reset-after", 1), ("late", 1), ("truncated", 1), ("server-error", 0), ("html", 0), ("empty", 0)],
)
def test_what_may_have_arrived_is_left_to_a_person(chat, emulator, person, fault, arrived):
    emulator.fault(fault, "appchat/send", **({"value": 2} if fault == "late" else {}))
    message = deliver(services.send_to_chat(chat, Text(content="也许")))
    assert (message.status, message.reason) == ("failed", "unknown")
    deliver(message, later=timedelta(hours=1))
    assert len(person.received()) == arrived
    assert services.resend_to_chat(message)
    assert deliver(message).status == "done"


@pytest.mark.databases
def test_a_worker_that_died_in_the_call_leaves_a_doubt(chat, person):
    message = services.send_to_chat(chat, Text(content="也许"))
    row = GroupMessage.claim(message.pk)
    assert row is not None
    group_messages._call(row)
    GroupMessage.objects.update(lease_until=timezone.now() - timedelta(days=1))
    assert deliver(message).reason == "unknown"
    assert len(person.received()) == 1


@pytest.mark.parametrize("fault", ["busy", "concurrency-limited", "token-invalid"])
def test_what_certainly_did_not_arrive_is_tried_again(chat, emulator, person, fault):
    emulator.fault(fault, "appchat/send")
    message = deliver(services.send_to_chat(chat, Text(content="再试")))
    if fault != "token-invalid":  # a new token is tried at once
        assert (message.status, message.reason) == ("queued", "quota" if fault == "concurrency-limited" else "busy")
    assert deliver(message, later=timedelta(hours=1)).status == "done"
    assert len(person.received()) == 1


def test_a_chat_that_is_gone_fails_with_that_reason(connected):
    chat = GroupChat.objects.create(application=connected, chat_id="gone", user_ids=["lisi", "wangwu"])
    message = deliver(services.send_to_chat(chat, Text(content="有人吗")))
    assert (message.status, message.reason, message.errcode) == ("failed", "chat", 86003)


def test_a_wrong_setting_holds_it_and_saving_the_application_goes_on(chat, emulator, connected):
    emulator.fault("untrusted-ip", "appchat/send")
    message = deliver(services.send_to_chat(chat, Text(content="等等")))
    assert (message.status, message.reason) == ("queued", "held")
    connected.refresh_from_db()
    services.save_application(connected)
    assert deliver(message).status == "done"


def test_a_picture_is_healed_when_the_platform_forgets_it(chat, emulator, person, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    path = tmp_path / "p.png"
    path.write_bytes(PNG + person.user_id.encode())
    message = services.send_to_chat(chat, Image(media_id=services.upload_image(path)))
    emulator.fault("media-expired", "appchat/send")
    assert deliver(message).reason == "uploading"
    uploads.run_upload(Upload.objects.get().pk)
    assert deliver(message, later=timedelta(minutes=1)).status == "done"
    assert [entry["msgtype"] for entry in person.received()] == ["image"]


def test_the_pictures_of_pages_are_healed_too(chat, emulator, person, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    thumbs = []
    for number in range(2):
        path = tmp_path / f"{number}.png"
        path.write_bytes(PNG + f"{number}{person.user_id}".encode())
        thumbs.append(services.upload_image(path))
    pages = tuple(Page(title=f"第{n}页", thumb_media_id=one, content="<p>好</p>") for n, one in enumerate(thumbs))
    message = services.send_to_chat(chat, MpNews(pages=pages))
    emulator.fault("media-expired", "appchat/send")
    assert deliver(message).reason == "uploading"
    for upload in Upload.objects.all():
        uploads.run_upload(upload.pk)
    assert deliver(message, later=timedelta(minutes=1)).status == "done"
    (entry,) = person.received()
    shown = {page["thumb_media_id"] for page in entry["content"]["articles"]}
    assert shown == set(Upload.objects.values_list("media_id", flat=True))
    assert not shown & set(thumbs)


def test_a_page_whose_picture_cannot_be_uploaded_ends_with_that_reason(chat, connected):
    upload = factories.make_upload(connected, kind="image", status="failed")
    page = Page(title="页", thumb_media_id=upload.placeholder, content="<p>好</p>")
    assert deliver(services.send_to_chat(chat, MpNews(pages=(page,)))).reason == "upload_failed"


def test_a_chat_shows_no_cards(chat):
    with pytest.raises(ContentError) as caught:
        services.send_to_chat(chat, button_card())
    assert (caught.value.code, caught.value.field) == ("type", "content")
    for content in (Markdown(content="**好**"), TextCard(title="t", description="d", url="https://a")):
        assert deliver(services.send_to_chat(chat, content)).status == "done"


def test_the_awaitables_make_change_read_and_write(connected, person):
    async def script() -> GroupMessage:
        chat = await bot.create_chat("群", [person.user_id, "lisi"], owner="lisi")
        chat = await bot.update_chat(chat, name="新群")
        assert (await bot.get_chat(chat.chat_id)).name == "新群"
        return await bot.send_to_chat(chat, Text(content="你好"), mentions=["lisi"])

    assert deliver(async_to_sync(script)()).status == "done"
    assert person.texts() == ["你好"]


def test_the_admin_shows_chats_and_sends_again_what_is_in_doubt(admin_client, connected):
    message = factories.make_group_message(connected, status="failed", reason="unknown")
    assert "项目群" in admin_client.get("/admin/wecom/groupchat/").content.decode()
    assert admin_client.get(f"/admin/wecom/groupchat/{message.chat_id}/change/").status_code == 200
    page = admin_client.get(f"/admin/wecom/groupmessage/{message.pk}/change/").content.decode()
    assert "resend_this" in page
    admin_client.post("/admin/wecom/groupmessage/", {"action": "resend", "_selected_action": [message.pk]})
    message.refresh_from_db()
    assert (message.status, message.in_doubt) == ("queued", False)


# How fast


@pytest.mark.databases
def test_a_group_chats_limit_delays_the_rest(chat, person, emulator, monkeypatch):
    monkeypatch.setattr(group_chat_quota, "PER_MEMBER", ((timedelta(minutes=1), 3), (timedelta(days=1), 10_000)))
    other = services.create_chat("另一个", [person.user_id, "wangwu"])
    rows = [services.send_to_chat(one, Text(content=f"{n}")) for n in range(2) for one in (chat, other)]
    assert [deliver(row).status for row in rows] == ["done", "done", "done", "queued"]
    last = rows[-1]
    assert (last.reason, last.attempts) == ("quota", 0)
    GroupMessage.objects.filter(status="done").update(called_at=timezone.now() - timedelta(minutes=1))
    assert deliver(last, later=timedelta(seconds=6)).status == "done"
    assert len(person.received()) == 4


def test_a_chat_of_others_need_not_wait(chat, person, connected, monkeypatch):
    monkeypatch.setattr(group_chat_quota, "PER_MEMBER", ((timedelta(minutes=1), 1), (timedelta(days=1), 10_000)))
    others = services.create_chat("别人", ["wangwu", "emma"])
    assert deliver(services.send_to_chat(chat, Text(content="1"))).status == "done"
    assert deliver(services.send_to_chat(others, Text(content="2"))).status == "done"


@pytest.mark.databases
def test_the_people_that_a_company_reaches_in_an_hour_are_counted(chat, monkeypatch):
    monkeypatch.setattr(platform_quirks, "current", Assumptions(chat_people_per_hour=5))
    rows = [services.send_to_chat(chat, Text(content=f"{n}")) for n in range(3)]
    assert [deliver(row).status for row in rows] == ["done", "done", "queued"]
    assert rows[2].reason == "quota"


def test_what_was_refused_does_not_count(chat, emulator, monkeypatch):
    monkeypatch.setattr(group_chat_quota, "PER_MEMBER", ((timedelta(minutes=1), 1), (timedelta(days=1), 10_000)))
    emulator.fault("busy", "appchat/send")
    message = deliver(services.send_to_chat(chat, Text(content="1")))
    assert (message.status, message.called_at) == ("queued", None)
    assert deliver(message, later=timedelta(minutes=1)).status == "done"
