"""After a restore, what answered a callback or request before is known by its correlation ID, also in another file."""

from pathlib import Path

import pytest
from django.utils import timezone

from tests.support import factories
from wecom import services
from wecom.contents import Button, ButtonCard, Row, Text, Video
from wecom.media import uploads
from wecom.models import Attempt, Outbound, Upload
from wecom.outbox import dispatcher

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
CID = "c" * 32


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:
    settings.WECOM = {**settings.WECOM, "RESTORE_GUARD_FILE": str(tmp_path / "senders.json")}
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    return tmp_path


@pytest.fixture
def connected(connected, folder):
    return connected


def deliver(outbound: Outbound) -> Outbound:
    dispatcher.deliver(outbound.pk, now=max(timezone.now(), outbound.due_at))
    outbound.refresh_from_db()
    return outbound


def send_video(connected, settings, user_id: str, *, frame: int, cid: str = CID) -> Outbound:
    """A video of its own: made twice, no two are the same."""
    path = settings.MEDIA_ROOT / f"video-{frame}.mp4"
    path.write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes([frame] * 2000))
    upload = services.ensure_upload(connected, kind="video", path=path, name=path.name, filename="林晓.mp4")
    outbound = services.enqueue_message(connected, Video(title="你好"), to=[user_id], upload=upload, cid=cid)
    uploads.run_upload(upload.pk)
    return deliver(outbound)


def restore() -> None:
    """What was sent after the first message is forgotten; a person lets senders go on."""
    first = Outbound.objects.earliest("pk")
    Attempt.objects.exclude(outbound=first).delete()
    Outbound.objects.exclude(pk=first.pk).delete()
    Upload.objects.all().delete()
    assert deliver(services.send_text("nobody", content="?")).reason == "guarded"
    services.release_restore_hold(discard=False)


def test_a_video_that_is_made_once_more_is_not_sent_again(connected, settings, person):
    deliver(services.send_text(person.user_id, content="早"))
    assert send_video(connected, settings, person.user_id, frame=1).status == "done"
    restore()
    again = send_video(connected, settings, person.user_id, frame=2)
    assert (again.status, again.reason) == ("done", "restored")
    assert again.results() == {person.user_id: "sent"}
    assert send_video(connected, settings, person.user_id, frame=3).reason == "", "one call stands for one video"
    assert [one["msgtype"] for one in person.received()].count("video") == 2


def test_the_video_of_another_member_or_request_is_sent(connected, settings, emulator, person):
    deliver(services.send_text(person.user_id, content="早"))
    other = emulator.hire()
    factories.make_member(connected, other.user_id, status="active")
    send_video(connected, settings, person.user_id, frame=1)
    restore()
    assert send_video(connected, settings, other.user_id, frame=2).reason == ""
    assert send_video(connected, settings, person.user_id, frame=3, cid="d" * 32).reason == ""


def test_a_callback_that_was_answered_after_the_backup_is_not_answered_again(connected, person):
    deliver(services.send_text(person.user_id, content="早"))
    asked = factories.make_callback(connected, cid=CID)

    def answer() -> Outbound:
        return services.enqueue_message(connected, Text(content="在抽屉里"), to=[person.user_id], cid=asked.cid)

    deliver(answer())
    restore()
    assert deliver(answer()).reason == "restored"
    assert person.texts().count("在抽屉里") == 1


@pytest.mark.parametrize("name", ["", "video-7"])
def test_the_card_that_answered_a_callback_is_known_again(connected, person, name):
    """By its name, whatever it shows meanwhile; without one of its own by what it shows."""
    deliver(services.send_text(person.user_id, content="早"))
    asked = factories.make_callback(connected, cid=CID)

    def answer(title: str, *, row: str) -> Outbound:
        names = {"task_id": name} if name else {}
        rows = (Row(name="还要", value=row),)
        card = ButtonCard(title=title, rows=rows, buttons=(Button(key="stop", text="取消"),), **names)
        return services.enqueue_message(connected, card, to=[person.user_id], cid=asked.cid)

    deliver(answer("做好就发给你", row="5 分钟"))
    restore()
    assert deliver(answer("做好就发给你", row="3 分钟" if name else "5 分钟")).reason == "restored"
    assert len([one for one in person.received() if one["msgtype"] == "template_card"]) == 1
