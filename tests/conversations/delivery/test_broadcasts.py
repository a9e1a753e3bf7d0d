"""One message to many: its call, its parts, its form, and how it is held or taken back."""

from datetime import datetime, time, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from avatars.exceptions import OutputError
from conversations.delivery import broadcasts, sending_forecast
from conversations.flows import publication
from conversations.models import Message, Session, WatchLink
from tests.avatars.support import videos
from tests.support import factories
from wecom.contents import Image, Text
from wecom.models import Outbound

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TO = ["zhangsan", "lisi"]
CONTENT_ID = "c" * 32


@pytest.fixture
def render(application):
    """A finished video with its label."""
    row = factories.make_render(status="done", text="Welcome to the company.", content_id=CONTENT_ID)
    row.video.save("v.mp4", ContentFile(videos.labelled(CONTENT_ID)))
    return row


@pytest.fixture
def most(settings):
    """What the platform takes, in bytes."""

    def choose(*, video: int, file: int) -> None:
        settings.WECOM = {**settings.WECOM, "MEDIA_LIMITS": {"video": video, "file": file}}

    return choose


def test_a_short_text_is_one_call_behind_all_replies(application):
    until = NOW + timedelta(hours=1)
    row = broadcasts.broadcast_text(application, "Hello", to=TO, expires_at=until, cid="c1", key="k1")
    assert (row.content, row.recipients, row.priority) == ({"content": "Hello"}, TO, -10)
    assert (row.cid, row.expires_at, row.broadcast) == ("c1", until, "k1")
    assert Outbound.objects.count() == 1


def test_a_long_text_is_numbered_parts_and_the_last_is_returned(application):
    row = broadcasts.broadcast_text(application, "长" * 1500, to=TO, cid="c1", key="k1")
    rows = list(Outbound.objects.order_by("pk"))
    assert len(rows) == 3
    assert rows[-1] == row
    assert {(each.priority, tuple(each.recipients)) for each in rows} == {(-10, tuple(TO))}
    assert row.content["content"].startswith("(3/3)")


def test_a_file_is_uploaded_once_for_all(application):
    name = default_storage.save("pictures/a.png", ContentFile(b"picture"))
    rows = [broadcasts.broadcast(application, Image(), to=[who], file=name, cid="c1") for who in TO]
    assert rows[0].upload == rows[1].upload
    assert (rows[0].upload.path, rows[0].upload.filename, rows[0].upload.kind) == (name, "a.png", "image")
    assert broadcasts.broadcast(application, Text(content="Hi"), to=TO, cid="c1").upload is None


def test_a_missing_file_is_an_error(application):
    with pytest.raises(OSError, match="gone"):
        broadcasts.broadcast(application, Image(), to=TO, file="gone.png", cid="c1")


@pytest.mark.parametrize(
    ("video", "file", "msgtype"),
    [(2_000_000, 4_000_000, "video"), (100, 4_000_000, "file"), (100, 200, "textcard")],
)
def test_a_video_goes_out_in_the_form_that_is_taken(application, render, most, settings, video, file, msgtype):
    settings.SITE_URL = "https://example.com"
    most(video=video, file=file)
    row = broadcasts.broadcast_video(application, render, to=TO, title="Welcome", cid="c1", key="k1")
    assert (row.msgtype, row.recipients, row.priority, row.broadcast) == (msgtype, TO, -10, "k1")
    if msgtype == "video":
        assert (row.content["title"], row.content["description"]) == ("Welcome", "Welcome to the company.")
        assert row.upload.filename == f"{render.digital_human.name}.mp4"
    if msgtype == "textcard":
        link = WatchLink.objects.get()
        assert (link.member, row.upload) == (None, None)
        assert row.content["url"] == f"https://example.com/watch/{link.name}/"


@pytest.mark.parametrize(
    ("words", "closing", "description"),
    [
        ("x" * 512, "", "x" * 512),
        ("x" * 513, "", "x" * 509 + "…"),
        ("Hello", "Reply TD", "Hello\nReply TD"),
        ("x" * 503, "Reply TD", "x" * 503 + "\nReply TD"),
        ("x" * 504, "Reply TD", "x" * 500 + "…\nReply TD"),
    ],
)
def test_the_last_line_of_a_description_stays_whole(words, closing, description):
    assert broadcasts._closed(words, closing) == description


@pytest.mark.parametrize(("days", "expected"), [(None, 3), (1, 1), (5, 3)])
def test_a_video_is_sent_no_longer_than_its_consent_lasts(application, render, days, expected):
    today = timezone.localdate()
    consent = factories.make_consent(valid_until=today + timedelta(days=2))
    type(render).objects.filter(pk=render.pk).update(consent=consent)
    render.refresh_from_db()
    morning = timezone.make_aware(datetime.combine(today, time()))
    until = morning + timedelta(days=days) if days else None
    row = broadcasts.broadcast_video(application, render, to=TO, title="W", expires_at=until, cid="c1")
    assert row.expires_at == morning + timedelta(days=expected)


def test_a_video_without_its_label_is_refused(application, render):
    render.video.save("v.mp4", ContentFile(videos.raw()))
    with pytest.raises(OutputError):
        broadcasts.broadcast_video(application, render, to=TO, title="W", cid="c1")


def test_an_unsent_message_is_taken_back_and_a_sent_one_is_not(application):
    row = factories.make_outbound(application)
    assert broadcasts.take_back(row) is True
    assert broadcasts.take_back(row) is False
    tried = factories.make_outbound(application, first_attempt_at=NOW)
    assert broadcasts.take_back(tried) is False


def test_what_is_held_goes_on_when_it_is_let_go(application):
    for number in range(2):
        broadcasts.broadcast_text(application, f"Hello {number}", to=TO, cid="c1")
    broadcasts.broadcast_text(application, "Another", to=TO, cid="c2")
    assert broadcasts.hold_unsent("c1") == 2
    assert Outbound.objects.filter(due_at__gt=NOW + timedelta(days=999)).count() == 2
    assert broadcasts.let_held_go(application.corporation, now=NOW) == 2
    assert not Outbound.objects.filter(due_at__gt=NOW + timedelta(days=999)).exists()


def test_members_in_a_question_or_a_hand_off_are_in_a_dialogue(application):
    flow = factories.make_flow()
    version = publication.publish(flow)
    asked, old, handed, left, quiet = (
        factories.make_conversation(application, name) for name in ("asked", "old", "handed", "left", "quiet")
    )
    fields = {"version": version, "state": "ask_text"}
    for conversation, minutes in ((asked, 1), (old, 61)):
        Session.objects.create(conversation=conversation, asked_at=NOW - timedelta(minutes=minutes), **fields)
    factories.make_ticket(handed)
    factories.make_ticket(left, wait="later")
    everyone = [one.member_id for one in (asked, old, handed, left, quiet)]
    busy = broadcasts.in_dialogue(application, everyone, since=NOW - timedelta(minutes=60))
    assert busy == {asked.member_id, handed.member_id}
    assert broadcasts.in_dialogue(application, [quiet.member_id], since=NOW) == set()
    other = factories.make_application(corporation=application.corporation, agent_id=7)
    assert broadcasts.in_dialogue(other, everyone, since=NOW - timedelta(minutes=60)) == set()
    assert not Message.objects.exists()


def test_a_queue_that_is_empty_is_through_at_once(application):
    forecast = sending_forecast.forecast_sending(application, messages=0, recipients=0, now=NOW)
    assert forecast.through_at is not None
    assert forecast.through_at <= NOW + timedelta(minutes=1)
    assert sending_forecast.daily_limit(application) == 0
