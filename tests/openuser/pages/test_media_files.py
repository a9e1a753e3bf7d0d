"""Media files with Range, for staff and for holders of a link."""

import time
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.db.models import FileField

from conversations.models import Content, Message
from core.web import signed_links
from openuser.pages.media_files import FOLDER_PERMISSIONS
from tests.support import factories
from tests.wecom.media.test_downloads import AMR

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "renders").mkdir()
    (tmp_path / "renders" / "a.mp4").write_bytes(bytes(range(100)))
    return "/media/renders/a.mp4"


@pytest.fixture
def staff(client):
    user = User.objects.create_user("hr", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_render"))
    client.force_login(user)
    return client


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_the_whole_file(staff, file):
    answer = staff.get(file)
    assert (answer.status_code, answer["Content-Type"], answer["Accept-Ranges"]) == (200, "video/mp4", "bytes")
    assert body(answer) == bytes(range(100))


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=90-", 90, 99), ("bytes=-5", 95, 99), ("bytes=95-500", 95, 99), ("bytes=0-0", 0, 0)],
)
def test_a_range_of_it(staff, file, asked, first, last):
    answer = staff.get(file, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {first}-{last}/100"
    assert int(answer["Content-Length"]) == last - first + 1
    assert body(answer) == bytes(range(first, last + 1))


def test_a_range_behind_the_end_cannot_be_served(staff, file):
    answer = staff.get(file, headers={"Range": "bytes=100-"})
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */100")


@pytest.mark.parametrize("asked", ["bytes=", "bytes=a-b", "pages=1-2", "bytes=0-1,5-6", "bytes=0-" + "9" * 5000])
def test_nonsense_gets_the_whole_file(staff, file, asked):
    assert staff.get(file, headers={"Range": asked}).status_code == 200


@pytest.mark.parametrize(
    "name", ["../secrets.env", "renders/../../secrets.env", "missing.mp4", "renders", "renders/" + "a" * 300]
)
def test_nothing_outside_the_folder(staff, file, name):
    assert staff.get(f"/media/{name}").status_code == 404


def test_nobody_else(client, file):
    assert client.get(file).status_code == 302


@pytest.mark.parametrize("folder", sorted(FOLDER_PERMISSIONS))
def test_staff_need_the_right_to_view_what_a_file_belongs_to(client, settings, tmp_path, folder):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "a.jpg").write_bytes(b"picture")
    clerk = User.objects.create_user("clerk", is_staff=True)
    client.force_login(clerk)
    for name in (f"{folder}/a.jpg", f"./{folder}/a.jpg", f"doctor/../{folder}/a.jpg", f"{folder}/../{folder}/a.jpg"):
        assert client.get(f"/media/{name}").status_code == 403, name
    app, _dot, codename = FOLDER_PERMISSIONS[folder].partition(".")
    clerk.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    if folder in ("inbound", "narrations", "desk"):  # what members said
        assert client.get(f"/media/{folder}/a.jpg").status_code == 403
        clerk.user_permissions.add(Permission.objects.get(codename="read_conversation"))
    assert body(client.get(f"/media/{folder}/a.jpg")) == b"picture"


def test_every_folder_of_a_models_files_has_its_right():
    folders = {
        field.generate_filename(model(), "a.png").partition("/")[0]
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, FileField)
    }
    assert {"portraits", "renders"} <= folders
    assert folders <= set(FOLDER_PERMISSIONS)


def test_files_in_unknown_folders_are_for_superusers(staff, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "doctor").mkdir()
    (tmp_path / "doctor" / "a.txt").write_bytes(b"sample")
    assert staff.get("/media/doctor/a.txt").status_code == 404
    staff.force_login(User.objects.create_superuser("boss"))
    assert body(staff.get("/media/doctor/a.txt")) == b"sample"


def shared(settings, name: str) -> str:
    settings.SITE_URL = "https://example.com/"
    url = signed_links.signed_url(name)
    assert url.startswith(f"https://example.com/media/{name}?key=")
    return url.removeprefix("https://example.com")


def test_a_link_opens_for_anybody_and_with_ranges(client, file, settings):
    answer = client.get(shared(settings, "renders/a.mp4"), headers={"Range": "bytes=0-9"})
    assert answer.status_code == 206
    assert body(answer) == bytes(range(10))


def test_a_link_opens_this_file_only_and_not_for_ever(client, file, settings):
    url = shared(settings, "renders/a.mp4")
    for other in (file, f"{file}?key=", url[:-1], url.replace("renders/a", "renders/b")):
        assert client.get(other).status_code == 302
    settings.LINK_DAYS = -1
    assert client.get(url).status_code == 302


@pytest.mark.parametrize(("hours", "opens"), [(167, True), (169, False)])
def test_a_link_opens_for_seven_days(client, file, settings, monkeypatch, hours, opens):
    url, later = shared(settings, "renders/a.mp4"), time.time() + hours * 3600
    monkeypatch.setattr("django.core.signing.time", SimpleNamespace(time=lambda: later))
    assert (client.get(url).status_code == 200) is opens


def test_a_link_leads_nowhere_outside_the_folder(client, file):
    key = signed_links.signed_url("../secrets.env").partition("?")[2]
    assert client.get(f"/media/../secrets.env?{key}").status_code == 404


@pytest.fixture
def received(file, settings):
    """A recording that a member sent."""
    (settings.MEDIA_ROOT / "inbound").mkdir()
    (settings.MEDIA_ROOT / "inbound" / "a.amr").write_bytes(AMR)
    return "/media/inbound/a.amr"


def test_what_members_sent_is_for_those_who_may_see_it(client, received):
    clerk = User.objects.create_user("clerk", is_staff=True)
    client.force_login(clerk)
    assert client.get(received).status_code == 403
    assert client.get(f"{received}/listen").status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="view_download"))
    assert client.get(received).status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="read_conversation"))
    assert body(client.get(received)) == AMR
    client.logout()
    assert client.get(received).status_code == 302


def test_a_recording_can_be_heard_in_every_browser(client, received):
    client.force_login(User.objects.create_superuser("boss"))
    answer = client.get(f"{received}/listen")
    assert answer["Content-Type"] == "audio/wav"
    assert answer.content.startswith(b"RIFF")
    assert len(answer.content) == 44 + 2 * 16_000


@pytest.mark.parametrize(
    ("kind", "tag"), [("image", "<img "), ("voice", "<audio "), ("video", "<video ")], ids=["image", "voice", "video"]
)
def test_a_conversation_shows_what_was_sent(client, file, kind, tag):
    client.force_login(User.objects.create_superuser("boss"))
    conversation = factories.make_conversation()
    fields = {
        "application": conversation.application,
        "member": conversation.member,
        "content": Content.objects.create(kind=kind),
    }
    here = factories.make_download(conversation.application, kind=kind, status="done", path="inbound/b.bin")
    gone = factories.make_download(conversation.application, kind=kind, status="failed", reason="expired")
    for download in (here, gone):
        Message.objects.create(direction="in", state="received", download=download, **fields)
    page = client.get(f"/admin/conversations/conversation/{conversation.pk}/change/").content.decode()
    assert f'{tag}class="ou-received"' in page
    assert 'src="/media/inbound/b.bin' in page
    assert "no longer has it" in page
