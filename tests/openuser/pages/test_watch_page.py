"""The watch page of a video: only its member, signed in through WeChat Work, sees it."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.contrib.auth.models import Permission, User

from avatars.models import Render
from conversations import services
from conversations.models import WatchLink
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "公司政策讲解。\n第二行。"
SRT = "1\n00:00:00,000 --> 00:00:01,500\n公司政策讲解。\n"
PHONE = "Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/7.0.1 wxwork/4.1.0"


@pytest.fixture
def link(application, person, tmp_path) -> WatchLink:
    (tmp_path / "renders").mkdir()
    for name, data in (("a.mp4", bytes(range(100))), ("a.jpg", b"jpg"), ("a.srt", SRT.encode())):
        (tmp_path / "renders" / name).write_bytes(data)
    files: dict[str, Any] = {"video": "renders/a.mp4", "poster": "renders/a.jpg", "captions": "renders/a.srt"}
    render = factories.make_render(text=WORDS, status="done", size=100, width=720, height=960, **files)
    member = factories.make_member(application, person.user_id)
    url = services.watch_url(application, member, render)
    assert url == services.watch_url(application, member, render)
    link = WatchLink.objects.get()
    assert url == f"http://testserver/watch/{link.name}/"
    assert re.fullmatch("[0-9a-f]{32}", link.name)
    return link


def sign_in(client, link: WatchLink, user_id: str, *, agent: str = PHONE):
    """Open the page, be asked by the platform who it is, and come back."""
    asked = client.get(f"/watch/{link.name}/", headers={"User-Agent": agent})
    assert asked.status_code == 302
    target = asked["Location"].partition("#")[0]
    back = requests.get(f"{target}&as={user_id}", allow_redirects=False, timeout=60).headers["Location"]
    return client.get(back.removeprefix("http://testserver"))


def watch(client, link: WatchLink, **options):
    return client.get(f"/watch/{link.name}/", **options)


def test_the_member_signs_in_and_watches(client, link, person):
    back = sign_in(client, link, person.user_id)
    assert (back.status_code, back["Location"]) == (302, f"/watch/{link.name}/")
    page = watch(client, link)
    text = page.content.decode()
    assert page.status_code == 200
    assert "公司政策讲解。" in text
    assert 'kind="captions" srclang="zh"' in text
    assert "script-src" not in page["Content-Security-Policy"]
    cookie = client.cookies["openuser_member"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/watch/", True, "Lax")
    assert "sessionid" not in client.cookies


@pytest.mark.parametrize(
    ("agent", "path", "fragment"),
    [(PHONE, "/connect/oauth2/authorize", "wechat_redirect"), ("Mozilla/5.0 Chrome/120", "/wwlogin/sso/login", "")],
)
def test_who_signs_in_where(client, link, application, agent, path, fragment):
    asked = urlsplit(watch(client, link, headers={"User-Agent": agent})["Location"])
    query = {name: values[0] for name, values in parse_qs(asked.query).items()}
    assert (asked.path, asked.fragment) == (path, fragment)
    assert query["appid"] == application.corporation.corp_id
    assert query["agentid"] == str(application.agent_id)
    assert query["redirect_uri"] == "http://testserver/watch/login/"
    assert re.fullmatch("[0-9a-f]{32}", query["state"])


def test_the_browser_of_a_desk_signs_in_too(client, link, person):
    sign_in(client, link, person.user_id, agent="Mozilla/5.0 Chrome/120")
    assert watch(client, link).status_code == 200


def test_another_member_may_not_watch_but_may_sign_in(client, link, person, emulator):
    sign_in(client, link, emulator.hire().user_id)
    refused = watch(client, link)
    assert refused.status_code == 403
    assert "again=1" in refused.content.decode()
    assert client.get(f"/watch/{link.name}/video").status_code == 403
    assert watch(client, link, data={"again": "1"}).status_code == 302
    sign_in(client, link, person.user_id)
    assert watch(client, link).status_code == 200


def test_somebody_from_outside_is_nobody(client, link):
    assert sign_in(client, link, "-").status_code == 403
    assert watch(client, link).status_code == 302


def test_the_same_user_id_in_another_company_is_somebody_else(client, link, person):
    sign_in(client, link, person.user_id)
    other = factories.make_application()
    theirs = WatchLink.objects.create(
        render=link.render, application=other, member=factories.make_member(other, person.user_id)
    )
    assert watch(client, theirs).status_code == 403


@pytest.mark.parametrize("tampered", ["state", "cookie", "code", "twice"])
def test_a_sign_in_that_is_not_ours_is_refused(client, link, person, tampered):
    asked = watch(client, link)
    target = asked["Location"].partition("#")[0]
    back = requests.get(f"{target}&as={person.user_id}", allow_redirects=False, timeout=60).headers["Location"]
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    if tampered == "state":
        query["state"] = "0" * 32
    if tampered == "cookie":
        client.cookies["openuser_login"] = "forged"
    if tampered == "code":
        query["code"] = "guessed"
    if tampered == "twice":
        assert client.get("/watch/login/", query).status_code == 302
        client.cookies.pop("openuser_member")
    assert client.get("/watch/login/", query).status_code == (403 if tampered == "code" else 400)
    assert watch(client, link).status_code == 302


def test_a_platform_that_is_away_is_said(client, link, person, emulator):
    emulator.fault("bad-gateway", path="auth/getuserinfo", times=1)
    assert sign_in(client, link, person.user_id).status_code == 503


def test_staff_who_may_see_videos_need_no_sign_in(client, link):
    clerk = User.objects.create_user("clerk", is_staff=True)
    client.force_login(clerk)
    assert watch(client, link).status_code == 302
    clerk.user_permissions.add(Permission.objects.get(codename="view_render"))
    assert watch(client, link).status_code == 200


def test_the_files_come_in_ranges_with_captions_for_browsers(client, link, person):
    sign_in(client, link, person.user_id)
    base = f"/watch/{link.name}"
    part = client.get(f"{base}/video", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part["Content-Range"]) == (206, "bytes 10-19/100")
    assert b"".join(part.streaming_content) == bytes(range(10, 20))
    captions = client.get(f"{base}/captions")
    assert captions["Content-Type"].startswith("text/vtt")
    assert captions.content.decode().startswith("WEBVTT\n\n1\n00:00:00.000 --> 00:00:01.500\n公司")
    assert b"".join(client.get(f"{base}/poster").streaming_content) == b"jpg"
    assert "attachment" in client.get(f"{base}/video", {"download": "1"})["Content-Disposition"]


@pytest.mark.parametrize("name", ["0" * 32, "x"])
def test_an_address_that_nobody_was_given_leads_nowhere(client, link, name):
    assert client.get(f"/watch/{name}/").status_code == 404


def test_the_page_speaks_the_readers_language(client, link):
    client.force_login(User.objects.create_superuser("boss"))
    assert 'lang="en"' in watch(client, link, headers={"Accept-Language": "en"}).content.decode()
    assert 'lang="zh-hans"' in watch(client, link, headers={"Accept-Language": "zh-CN"}).content.decode()


def test_an_uploaded_videos_page_has_no_mark_of_ours(client, application, person, tmp_path):
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / "a.mp4").write_bytes(bytes(range(100)))
    upload = factories.make_upload(application, kind="video", path="uploads/a.mp4", filename="年会.mp4", size=100)
    WatchLink.objects.create(application=application, upload=upload)  # for every member of the company
    link = WatchLink.objects.get()
    sign_in(client, link, person.user_id)
    text = watch(client, link).content.decode()
    assert "<h1>年会</h1>" in text
    assert "AI" not in text
    assert "<track" not in text
    video = client.get(f"/watch/{link.name}/video", headers={"Range": "bytes=0-9"})
    assert (video.status_code, b"".join(video.streaming_content)) == (206, bytes(range(10)))
    assert client.get(f"/watch/{link.name}/poster").status_code == 404


def test_captions_in_the_second_language_are_in_the_menu_of_the_player(client, link, person, tmp_path):
    Render.objects.update(translated_captions="renders/b.srt")
    (tmp_path / "renders/b.srt").write_text(SRT.replace("公司", "Company"), encoding="utf-8")
    sign_in(client, link, person.user_id)
    text = watch(client, link).content.decode()
    assert re.findall(r'srclang="(\w+)"\s+label="(\w+)"', text) == [("zh", "中文"), ("en", "English")]
    captions = client.get(f"/watch/{link.name}/translated_captions")
    assert captions["Content-Type"].startswith("text/vtt")
    assert "Company" in captions.content.decode()


@pytest.mark.parametrize(("style", "default"), [("off", True), ("plain", False)])
def test_a_finished_video_shows_captions_that_are_not_in_the_picture(client, link, person, style, default):
    Render.objects.update(recipe={"scene": {"captions": style}})
    sign_in(client, link, person.user_id)
    track = watch(client, link).content.decode().partition("<track ")[2].partition(">")[0]
    assert track.endswith(" default") is default
