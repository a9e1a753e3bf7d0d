"""From phone to phone: voice, pictures and videos."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from avatars.ai_label import video_label
from avatars.media import mp4
from tests.avatars.support.recordings import write_amr
from tests.support.emulator import wait_for
from tests.wecom.media.test_downloads import picture

# PostgreSQL is behind the journeys of test_main_path, test_flows, test_directory and test_canaries, and most of chaos.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def question(kokoro, tmp_path_factory) -> bytes:
    """“怎么请假？”, spoken."""
    speech = kokoro.speak("请问怎么请假？", voice="zf_xiaobei")
    return write_amr(tmp_path_factory.mktemp("voice") / "voice.amr", speech.samples, speech.rate).read_bytes()


def test_a_voice_message_is_answered_as_if_it_had_been_typed(person, question):
    person.sends("voice", "voice.amr", question)
    said = [entry["content"]["content"] for entry in person.reads(2, seconds=150)]
    if "正在听" in said[0] or "listening" in said[0]:
        said = [said[1], person.reads_text(seconds=150)]
    assert "请假" in said[0]
    assert "审批" in said[1]


def test_without_an_engine_one_is_asked_to_write(stack, person, question):
    stack.restart("worker", OPENUSER_WHISPER_MODEL="/nowhere")
    try:
        person.sends("voice", "voice.amr", question)
        assert "语音" in person.reads_text(seconds=120)
    finally:
        stack.restart("worker")


def test_a_picture_is_kept_and_acknowledged(stack, person):
    data = picture()
    person.sends("image", "cat.png", data)
    assert "图片" in person.reads_text()
    kept = stack.folder / "media" / "inbound"

    def is_kept() -> bool:
        return kept.is_dir() and any(file.read_bytes() == data for file in kept.glob("*.png"))

    wait_for(is_kept, "the picture to be kept")


@pytest.fixture(scope="module")
def limited(stack) -> Iterator[Callable[..., None]]:
    """Restarts the worker with other limits, and with its own ones after the last test."""

    def restart(**limits: str) -> None:
        for part in ("worker", "render"):
            stack.restart(part, **limits)

    yield restart
    restart()


@pytest.mark.parametrize(
    ("video", "file", "arrives"),
    [
        ("0.2", "20", "video"),
        pytest.param("0.01", "20", "file", marks=pytest.mark.thorough),  # as in tests/conversations/delivery
        ("0.01", "0.02", "textcard"),
    ],
)
def test_a_video_that_is_too_large_arrives_all_the_same(stack, person, tmp_path, limited, video, file, arrives):
    limited(WECHAT_VIDEO_LIMIT_MB=video, WECHAT_FILE_LIMIT_MB=file)
    person.writes("/video 欢迎你来到我们公司。")
    person.reads_text()
    (message,) = person.reads(seconds=200)
    assert message["msgtype"] == arrives
    if arrives == "textcard":
        page = watched(stack, person, message["content"]["url"])
        assert "欢迎你来到我们公司" in page.text
    else:
        check(stack, message, tmp_path / "video.mp4")


def check(stack, message, path: Path) -> None:
    path.write_bytes(requests.get(f"{stack.emulator.url}{message['media_url']}", timeout=60).content)
    content_id = mp4.probe(path).tags["AIGC"].split('"ProduceID":"')[1].split('"')[0]
    video_label.verify(path, content_id)
    if message["msgtype"] == "video":
        assert path.stat().st_size <= 0.2 * 2**20


def watched(stack, person, url: str) -> requests.Response:
    """The page as the member sees it who opened it from the phone's chat."""
    with requests.Session() as browser:
        browser.headers["User-Agent"] = "Mozilla/5.0 wxwork/4.1 MicroMessenger/7.0"
        asked = browser.get(url, allow_redirects=False, timeout=60).headers["Location"].partition("#")[0]
        page = browser.get(f"{asked}&as={person.user_id}", timeout=60)
        assert page.status_code == 200, page.text
        part = browser.get(f"{url}video", headers={"Range": "bytes=4-7"}, timeout=60)
        assert (part.status_code, part.content) == (206, b"ftyp")
        stranger = requests.get(f"{url}video", timeout=60)
        assert stranger.status_code == 403
        return page
