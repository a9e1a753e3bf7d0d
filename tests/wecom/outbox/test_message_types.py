"""Every type of message through the outbox arrives, and so does an equal one within four hours."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from tests.wecom.emulator.messages.test_contents import AMR
from tests.wecom.emulator.support.media_samples import MP4, PNG
from tests.wecom.support.message_samples import CARDS, ROWS, WITHOUT_FILES, text_notice
from wecom import bot, services
from wecom.contents import (
    Article,
    Content,
    File,
    Image,
    Item,
    Media,
    MpNews,
    Page,
    Row,
    Text,
    Video,
    Voice,
)
from wecom.exceptions import ContentError
from wecom.media import uploads
from wecom.models import Outbound, Upload
from wecom.outbox import dispatcher

pytestmark = pytest.mark.django_db(transaction=True)

NUMBERS = itertools.count(1)
FILES = {"image": ("p.png", PNG), "voice": ("v.amr", AMR), "video": ("v.mp4", MP4), "file": ("f.pdf", b"a few bytes")}
MEDIA: dict[str, type[Media]] = {"image": Image, "voice": Voice, "video": Video, "file": File}
NAMES = [*WITHOUT_FILES, *MEDIA, "full video", "mpnews", *CARDS]


@pytest.fixture
def upload(connected, tmp_path, settings):
    """Upload a new file of a kind; its media ID."""
    settings.MEDIA_ROOT = tmp_path / "media"

    def upload(kind: str) -> str:
        name, data = FILES[kind]
        path = tmp_path / f"{next(NUMBERS)}-{name}"
        tail = b"" if kind == "voice" else f"{timezone.now().timestamp()}-{path.name}".encode()
        path.write_bytes(data + tail)
        media_id: str = getattr(services, f"upload_{kind}")(path)
        return media_id

    return upload


@pytest.fixture
def message(upload):
    """A message of a kind."""

    def message(name: str) -> Content:
        if name in WITHOUT_FILES:
            return WITHOUT_FILES[name]
        if name in CARDS:
            card: Content = CARDS[name](task_id=f"kinds-{timezone.now().timestamp():.0f}-{next(NUMBERS)}")
            return card
        if name == "mpnews":
            pages = (Page(title=f"页{n}", thumb_media_id=upload("image"), content="<p>正文</p>") for n in range(2))
            return MpNews(pages=tuple(pages))
        if name == "full video":
            return Video(media_id=upload("video"), title="x" * 128, description="y" * 512)
        return MEDIA[name](media_id=upload(name))

    return message


def work(*outbounds: Outbound, later: timedelta = timedelta()) -> None:
    """Let workers upload and deliver until nothing is left to do."""
    now = timezone.now() + later
    for _ in range(4):
        for row in Upload.objects.filter(status="queued"):
            uploads.run_upload(row.pk, now=now)
        for outbound in outbounds:
            dispatcher.deliver(outbound.pk, now=now)


def send(user_id: str, content: Content) -> Outbound:
    outbound = services.send_message(user_id, content=content)
    work(outbound, later=timedelta(minutes=11))
    outbound.refresh_from_db()
    return outbound


def without_names(content: dict[str, Any]) -> dict[str, Any]:
    """What a person sees of it, and what they copy."""
    return {field: value for field, value in content.items() if field not in {"task_id", "media_id", "media_url"}}


@pytest.mark.parametrize("name", NAMES)
def test_it_arrives_and_the_same_again_arrives_again(person, message, name):
    content = message(name)
    for _ in range(3):
        outbound = send(person.user_id, content)
        assert (outbound.status, outbound.errcode) == ("done", 0), (outbound.reason, outbound.errcode)
    entries = person.received()
    assert [entry["msgtype"] for entry in entries] == [content.msgtype] * 3
    assert len({bytes(row.body) for row in Outbound.objects.all()}) == 3
    first, *others = (without_names(entry["content"]) for entry in entries)
    assert others == [first, first]


def test_the_same_to_the_same_two_members_arrives_again(connected, emulator, person):
    other = emulator.hire()
    for _ in range(3):
        outbound = services.enqueue_message(connected, Text(content="IBAN: DE02"), to=[person.user_id, other.user_id])
        work(outbound)
    assert person.texts() == other.texts() == ["IBAN: DE02"] * 3


@pytest.mark.parametrize("kind", ["image", "voice", "file"])
def test_a_file_that_is_sent_again_is_another_file_to_the_platform(person, upload, kind):
    media_id = upload(kind)
    for _ in range(2):
        send(person.user_id, MEDIA[kind](media_id=media_id))
    first, second = (entry["content"]["media_id"] for entry in person.received())
    assert first != second
    assert [row.copy for row in Upload.objects.order_by("pk")] == [0, 1]


def test_two_recipients_share_the_two_uploads_of_an_image(person, emulator, upload):
    media_id, other = upload("image"), emulator.hire()
    for user_id in (person.user_id, person.user_id, other.user_id, other.user_id):
        send(user_id, Image(media_id=media_id))
    assert Upload.objects.count() == 2
    assert len({entry["content"]["media_id"] for entry in other.received()}) == 2


def test_after_five_hours_the_first_upload_serves_again(person, upload):
    media_id = upload("image")
    first = send(person.user_id, Image(media_id=media_id))
    Outbound.objects.filter(pk=first.pk).update(finished_at=timezone.now() - timedelta(hours=5, minutes=1))
    send(person.user_id, Image(media_id=media_id))
    assert Upload.objects.count() == 1


def test_a_picture_that_a_person_sends_again_arrives_again(person, upload):
    outbound = send(person.user_id, Image(media_id=upload("image")))
    services.resend(outbound)
    work(outbound, later=timedelta(minutes=11))
    outbound.refresh_from_db()
    assert outbound.status == "done"
    first, second = (entry["content"]["media_id"] for entry in person.received())
    assert first != second


def test_a_picture_of_somebody_else_arrives_again_too(connected, emulator, person, upload):
    media_id = upload("image")
    Upload.objects.all().delete()
    for _ in range(2):
        assert send(person.user_id, Image(media_id=media_id)).status == "done"
    assert len(person.received()) == 2


# Files within messages


def test_the_pictures_of_pages_are_healed_when_the_platform_forgets_them(emulator, person, upload):
    pages = MpNews(pages=tuple(Page(title="页", thumb_media_id=upload("image"), content="<p>x</p>") for _ in range(3)))
    emulator.fault("media-expired")
    outbound = services.send_message(person.user_id, content=pages)
    assert [article["thumb_media_id"].split(":")[0] for article in outbound.content["articles"]] == ["upload"] * 3
    work(outbound)
    outbound.refresh_from_db()
    assert (outbound.status, outbound.reason) == ("queued", "uploading")
    work(outbound, later=timedelta(hours=1))
    (entry,) = person.received()
    assert entry["content"]["articles"][0]["thumb_url"]
    assert emulator.calls("media/upload") == 6


def test_pages_wait_for_their_pictures(person, upload):
    thumb = upload("image")
    Upload.objects.update(media_id="gone", expires_at=timezone.now() - timedelta(hours=1))
    content = MpNews(pages=(Page(title="页", thumb_media_id="gone", content="<p>x</p>"),))
    outbound = services.send_message(person.user_id, content=content)
    dispatcher.deliver(outbound.pk)
    outbound.refresh_from_db()
    assert (outbound.status, outbound.reason) == ("queued", "uploading")
    work(outbound, later=timedelta(minutes=11))
    (entry,) = person.received()
    assert entry["content"]["articles"][0]["thumb_media_id"] != thumb


def test_a_card_leads_to_a_file_of_ours(person, upload):
    row = Row(name="附件", value="f.pdf", media_id=upload("file"))
    assert send(person.user_id, text_notice(rows=(row, *ROWS[:1]))).status == "done"


def test_a_file_may_be_named_by_its_upload(person, upload):
    upload("image")
    number = Upload.objects.get().pk
    content = MpNews(pages=(Page(title="页", thumb_media_id=f"upload:{number}", content="<p>x</p>"),))
    assert send(person.user_id, content).status == "done"
    with pytest.raises(ContentError) as caught:
        services.send_message(
            person.user_id, content=text_notice(rows=(Row(name="n", value="v", media_id=f"upload:{number}"),))
        )
    assert caught.value.code == "upload"


def test_a_picture_of_another_kind_is_refused_before_it_is_sent(person, upload):
    content = MpNews(pages=(Page(title="页", thumb_media_id=upload("file"), content="<p>x</p>"),))
    with pytest.raises(ContentError) as caught:
        services.send_message(person.user_id, content=content)
    assert caught.value.code == "kind"


# What stands beside a message


def test_a_message_may_be_kept_from_being_passed_on(connected, person):
    send(person.user_id, Text(content="保密", safe=True))
    send(person.user_id, Text(content="公开"))
    assert [entry["content"].get("safe", 0) for entry in person.received()] == [1, 0]


def test_names_stand_in_the_place_of_ids_where_that_is_asked_for(connected, person):
    send(person.user_id, Text(content="$userName=lisi$", translate_ids=True))
    assert person.texts() == ["李四"]


# The awaitables


def test_the_awaitables_send_every_kind(connected, person, upload):
    thumb, user_id = upload("image"), person.user_id

    async def script() -> list[Outbound]:
        return [
            await bot.send_markdown_message(user_id, "- **一**\n- *二*"),
            await bot.send_news_message(user_id, [Article(title="标题", url="https://example.com")]),
            await bot.send_mpnews_message(
                user_id, [Page(title="页", thumb_media_id=thumb, content="<p>x</p>")], safe=2
            ),
            await bot.send_mini_program_notice(
                user_id, "wx" + "0" * 16, "会议通知", items=[Item(name="时间", value="九点")]
            ),
            await bot.send_card(user_id, text_notice()),
            await bot.send_message(user_id, Text(content="任意一种", safe=True)),
        ]

    outbounds = async_to_sync(script)()
    work(*outbounds)
    entries = person.received()
    kinds = ["markdown", "news", "mpnews", "miniprogram_notice", "template_card", "text"]
    assert [entry["msgtype"] for entry in entries] == kinds
    assert entries[0]["content"]["content"] == "· **一**\n· 二"


def test_long_markdown_arrives_in_numbered_parts(connected, person):
    text = "\n\n".join(f"## 第{number}节\n\n**要点**：" + "很长的一句话。" * 20 for number in range(20))
    last = services.send_markdown(person.user_id, content=text)
    rows = Outbound.objects.order_by("pk")
    work(*rows)
    parts = person.texts()
    assert parts[0].startswith("(1/")
    assert len(parts) == rows.count() > 2
    assert "".join(part.split("\n", 1)[1] for part in parts) == text
    assert last == rows.last()


@pytest.mark.parametrize("content", ["", " ", "---", "<p></p>"])
def test_markdown_that_shows_nothing_is_refused(connected, content):
    with pytest.raises(ContentError) as caught:
        services.send_markdown("lisi", content=content)
    assert caught.value.code == "empty"
