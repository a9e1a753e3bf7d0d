"""Renders and their files over REST."""

import secrets
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from avatars.models import Render
from tests.support.factories import make_api, make_digital_human, make_render
from tests.support.problem_details import problem

pytestmark = pytest.mark.django_db
HUMANS, RENDERS = "/api/v1/digital-humans/", "/api/v1/renders/"


@pytest.fixture
def api():
    return make_api("digital_humans:read", "digital_humans:write", "renders:read", "renders:write")


def test_a_video_is_asked_for_and_followed(api):
    human = make_digital_human()
    answer = api.post(RENDERS, {"digital_human": human.pk, "text": " 你好，世界。 ", "mode": "lipsync"})
    assert answer.status_code == 202, answer.content
    made = answer.json()
    assert (made["text"], made["status"], made["stage"], made["progress"]) == ("你好，世界。", "queued", "waiting", 0)
    assert made["eta_seconds"] > 0
    assert made["cid"] == answer["X-Request-ID"]
    assert made["video_url"] is None
    again = api.post(RENDERS, {"digital_human": human.pk, "text": "你好，世界。", "mode": "lipsync"})
    assert again.json()["id"] == made["id"]
    Render.objects.update(status="running", stage="filming", progress=60)
    now = api.get(answer["Location"]).json()
    assert (now["status"], now["stage"], now["progress"]) == ("running", "filming", 60)
    assert now["eta_seconds"] < made["eta_seconds"]


def test_a_render_tells_its_place_its_span_and_its_stages(api):
    human = make_digital_human()
    made = api.post(RENDERS, {"digital_human": human.pk, "text": "你好，世界。"}).json()
    assert made["queue_place"] == 1
    assert 0 < made["eta_low_seconds"] <= made["eta_seconds"] <= made["eta_high_seconds"]
    (waits,) = made["timeline"]
    assert (waits["stage"], waits["outcome"], waits["ended_at"]) == ("waiting", "running", None)


def test_one_video_too_many_is_refused_until_there_is_room(api, settings):
    settings.AVATARS = {**settings.AVATARS, "RENDERS_PER_HOUR": 1}
    human = make_digital_human()
    assert api.post(RENDERS, {"digital_human": human.pk, "text": "一"}).status_code == 202
    refused = api.post(RENDERS, {"digital_human": human.pk, "text": "二"})
    assert (refused.status_code, refused.json()["code"]) == (429, "quota_hour")
    assert 3500 < int(refused["Retry-After"]) <= 3600
    chinese = api.post(RENDERS, {"digital_human": human.pk, "text": "二"}, HTTP_ACCEPT_LANGUAGE="zh-hans").json()
    assert (chinese["detail"], chinese["hint"][:4]) == ("一小时内最多为你制作 1 个新视频。", "请 60")
    assert api.post(RENDERS, {"digital_human": human.pk, "text": "一"}).status_code == 202


def test_words_that_were_rendered_before_are_there_at_once(api):
    human = make_digital_human()
    wish = {"digital_human": human.pk, "text": "你好"}
    api.post(RENDERS, wish)
    Render.objects.update(status="done", video="")
    answer = api.post(RENDERS, wish)
    assert answer.status_code == 200
    assert answer.json()["eta_seconds"] == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": "字" * 601}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"mode": "hologram"}, "mode"),
        ({"digital_human": 0}, "digital_human"),
        ({"digital_human": "x"}, "digital_human"),
        ({"digital_human": 2**70}, "digital_human"),
        ({"text": ["你好"]}, "text"),
        ({"mod": "lipsync"}, "mod"),
    ],
)
def test_a_wish_that_cannot_be_met_names_the_field(api, change, field):
    wish = {"digital_human": make_digital_human().pk, "text": "你好", **change}
    assert problem(api.post(RENDERS, wish), 422)["field"] == field


def test_a_render_is_cancelled_once(api):
    render = make_render()
    for _ in range(2):
        answer = api.post(f"{RENDERS}{render.pk}/cancel/")
        assert answer.status_code == 200
        assert answer.json()["status"] == "cancelled"


def test_renders_are_filtered(api):
    human = make_digital_human()
    mine = make_render(human, status="done", mode="lipsync", cid="abc")
    make_render(status="failed", mode="talking_head")
    for query in (
        {"status": "done"},
        {"digital_human": human.pk},
        {"mode": "lipsync"},
        {"cid": "abc"},
        {"created_after": "2020-01-01T00:00:00Z", "status": "done"},
    ):
        assert [row["id"] for row in api.get(RENDERS, query).json()["results"]] == [mine.pk], query
    assert api.get(RENDERS, {"created_before": "2020-01-01T00:00:00Z"}).json()["results"] == []
    assert api.get(RENDERS, {"digital_human": 2**63 - 1}).json()["results"] == []
    assert problem(api.get(RENDERS, {"digital_human": 2**63}), 422)["field"] == "digital_human"
    assert problem(api.get(RENDERS, {"created_after": "yesterday"}), 422)["field"] == "created_after"


@pytest.fixture
def video() -> Render:
    folder = f"renders/{secrets.token_hex(16)}"
    files = {"video": "video.mp4", "captions": "video.srt", "poster": "poster.jpg"}
    names: Any = {
        field: default_storage.save(f"{folder}/{name}", ContentFile(bytes(range(100)))) for field, name in files.items()
    }
    return make_render(status="done", **names)


@pytest.mark.parametrize(
    ("file", "kind"), [("video", "video/mp4"), ("captions", "application/x-subrip"), ("poster", "image/jpeg")]
)
def test_files_are_downloaded_with_a_token_whole_and_in_ranges(api, video, file, kind):
    url = api.get(f"{RENDERS}{video.pk}/").json()[f"{file}_url"]
    whole = api.get(url)
    assert b"".join(whole.streaming_content) == bytes(range(100))
    assert whole["Content-Type"] == kind
    part = api.get(url, headers={"Range": "bytes=10-19"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, bytes(range(10, 20)))
    assert problem(api.get(url, headers={"Range": "bytes=100-"}), 416)
    problem(make_api("members:read").get(url), 403)


def test_a_file_that_is_not_there_is_said_to_be_missing(api, video):
    assert problem(api.get(f"{RENDERS}{make_render().pk}/video/"), 404)["code"] == "no_file"
    default_storage.delete(video.video.name)
    assert problem(api.get(f"{RENDERS}{video.pk}/video/"), 404)["code"] == "no_file"
