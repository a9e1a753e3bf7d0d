"""Files at the desk: sent, shown, kept once, erased, and refused with a remedy."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from conversations import services
from tests.conversations.admin.handoff.desk_pages import page, say
from wecom.models import Upload
from wecom.services import erase_person

pytestmark = pytest.mark.django_db
PICTURE = b"\x89PNG\r\n\x1a\n picture"


def test_a_file_and_a_video_are_sent(desk, person, ticket):
    say(desk, ticket, file=SimpleUploadedFile("图.png", PICTURE, "image/png"))
    say(desk, ticket, "看这里", file=SimpleUploadedFile("a.pdf", b"%PDF-1.4 words", "application/pdf"))
    say(desk, ticket, "请看这段视频。", **{"as": "video"})
    assert person.read()[1:] == ["image", "file", "看这里"]
    assert ticket.lines.latest("pk").message.render is not None


def test_sent_pictures_and_files_are_shown(desk, ticket):
    say(desk, ticket, file=SimpleUploadedFile("wiring.png", PICTURE, "image/png"))
    say(desk, ticket, file=SimpleUploadedFile("guide.pdf", b"%PDF-1.4 words", "application/pdf"))
    shown = page(desk, reverse("desk-ticket", args=[ticket.pk]))
    assert re.search(r'<img class="ou-received" src="/media/desk/[0-9a-f]{32}\.png" alt="wiring.png"', shown)
    assert re.search(r'href="/media/desk/[0-9a-f]{32}\.pdf"', shown)
    assert "guide.pdf" in shown


def test_two_files_of_one_name_are_called_alike(desk, ticket):
    for words in (b"%PDF-1.4 first", b"%PDF-1.4 second"):
        say(desk, ticket, file=SimpleUploadedFile("guide.pdf", words, "application/pdf"))
    lines = ticket.lines.filter(operator__isnull=False)
    assert [line.message.outbound.upload.filename for line in lines] == ["guide.pdf", "guide.pdf"]


def test_the_same_file_is_kept_once_and_erased_with_the_member(
    desk, ticket, settings, django_capture_on_commit_callbacks
):
    for _ in range(2):
        say(desk, ticket, file=SimpleUploadedFile("guide.pdf", b"%PDF-1.4 words", "application/pdf"))
    folder = Path(settings.MEDIA_ROOT)
    assert len(list(folder.glob("desk/*"))) == 1
    with django_capture_on_commit_callbacks(execute=True):
        erase_person(ticket.conversation.member, by="hr")
    assert list(folder.glob("desk/*")) == []


def test_a_file_that_is_sent_again_days_later_is_kept_once(desk, ticket, settings, django_capture_on_commit_callbacks):
    file = SimpleUploadedFile("guide.pdf", b"%PDF-1.4 words", "application/pdf")
    say(desk, ticket, file=file)
    Upload.objects.update(status=Upload.Status.DONE, media_id="M1", expires_at=timezone.now() - timedelta(hours=1))
    file.seek(0)
    with django_capture_on_commit_callbacks(execute=True):
        say(desk, ticket, file=file)
    (kept,) = Path(settings.MEDIA_ROOT).glob("desk/*")
    assert set(Upload.objects.values_list("path", flat=True)) == {f"desk/{kept.name}"}


def test_a_file_that_is_too_large_is_refused_with_a_remedy(desk, person, ticket):
    file = SimpleUploadedFile("a.pdf", b"x" * (20 * 1024 * 1024 + 1), "application/pdf")
    assert say(desk, ticket, file=file) == {"error": "文件超过 20 MB。请发送小一些的文件，或者发链接。"}
    assert person.read() == []


def test_a_picture_that_would_be_refused_goes_as_a_file(desk, person, ticket):
    say(desk, ticket, file=SimpleUploadedFile("扫描.jpg", b"GIF89a no jpg", "image/jpeg"))
    say(desk, ticket, file=SimpleUploadedFile("大图.png", PICTURE + bytes(10 * 1024 * 1024), "image/png"))
    assert person.read()[1:] == ["file", "file"]


def test_an_empty_file_is_refused_with_a_remedy(desk, person, ticket):
    assert say(desk, ticket, file=SimpleUploadedFile("a.pdf", b"")) == {"error": "文件为空。请选择其他文件。"}
    words = "企业微信不接收小于 6 字节的文件。请选择其他文件。"
    assert say(desk, ticket, file=SimpleUploadedFile("a.txt", b"12345")) == {"error": words}
    assert person.read() == []


def test_a_long_name_of_a_file_keeps_its_beginning_and_its_kind(desk, ticket):
    say(desk, ticket, file=SimpleUploadedFile(f"员工手册{'长' * 90}.pdf", b"%PDF-1.4 words"))
    name = ticket.lines.get(operator__isnull=False).message.outbound.upload.filename
    assert name.startswith("员工手册长")
    assert name.endswith("长.pdf")
    assert len(name) == 80


def test_a_file_that_is_not_sent_is_not_kept(desk, person, ticket, settings):
    services.close_ticket(ticket)
    person.read()
    assert "error" in say(desk, ticket, file=SimpleUploadedFile("a.pdf", b"%PDF-1.4 words", "application/pdf"))
    assert person.read() == []
    assert list(Path(settings.MEDIA_ROOT).glob("desk/*")) == []
