"""The README's API quick start, verbatim: render, follow, download and send a video."""

import os
import re
import shlex
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import pytest
import requests

from avatars.media import mp4
from tests.support.emulator import Person
from tests.support.paths import ROOT
from tests.support.stack import Stack

# PostgreSQL is behind the journeys of test_main_path, test_flows, test_directory and test_canaries, and most of chaos.
pytestmark = pytest.mark.slow
WORDS = "欢迎加入我们，今天是你的第一天。"


@pytest.fixture
def person(known: Person) -> Person:
    """A member whose user ID is accepted."""
    return known


def chapter() -> str:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return readme.split("## API quick start\n")[1].split("\n## ")[0]


def block(language: str, containing: str) -> str:
    """The block of code in the chapter that contains these words."""
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", chapter(), re.S)
    return next(code for code in blocks if containing in code)


@pytest.fixture(scope="module")
def token(stack: Stack) -> str:
    line = shlex.split(block("sh", "api_client"))
    line = [sys.executable, *line[1:]]
    made = subprocess.run(line, cwd=ROOT, env=stack.env, check=True, capture_output=True, text=True)
    return made.stdout.strip()


def test_the_script_of_the_readme_sends_a_video_and_tells_its_progress(
    stack: Stack, person: Person, token: str, tmp_path: Path
):
    script = tmp_path / "quickstart.py"
    script.write_text(block("python", "websockets"), encoding="utf-8")
    env = {**os.environ, "OPENUSER": stack.url, "TOKEN": token, "PYTHONIOENCODING": "utf-8"}
    line = [sys.executable, str(script), person.user_id, WORDS]
    ran = subprocess.run(line, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=180)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    said = ran.stdout.splitlines()
    assert re.fullmatch(r"video \d+ is ready in about \d+\.\d s", said[0])
    progress = [int(found.group(1)) for found in map(re.compile(r"running: \w+ (\d+) %").match, said) if found]
    assert progress == sorted(progress)
    assert any(0 < share < 100 for share in progress), said
    assert said[-1].startswith("sent: ")
    found = mp4.probe(tmp_path / "video.mp4")
    assert found.video is not None
    assert found.audio is not None
    assert "AIGC" in found.tags
    assert WORDS.rstrip("。") in re.sub(r"\n", "", (tmp_path / "video.srt").read_text(encoding="utf-8"))
    (video,) = person.reads(seconds=120)
    assert video["msgtype"] == "video"
    assert video["content"]["title"] == WORDS


def test_a_program_without_the_scope_is_told_so(stack: Stack, person: Person, tmp_path: Path):
    poor = stack.manage("api_client", "Viewer", "--scopes", "renders:read").strip()
    script = tmp_path / "quickstart.py"
    script.write_text(block("python", "websockets"), encoding="utf-8")
    env = {**os.environ, "OPENUSER": stack.url, "TOKEN": poor}
    line = [sys.executable, str(script), person.user_id, WORDS]
    ran = subprocess.run(line, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 1
    assert ran.stderr.startswith("scope_missing: ")
    assert "messages:write" in ran.stderr


def test_the_curl_of_the_readme_sends_text(stack: Stack, person: Person, token: str):
    line = block("sh", "curl").replace("http://127.0.0.1:8000", stack.url).replace("zhangsan", person.user_id)
    subprocess.run(["bash", "-c", line], env={**os.environ, "TOKEN": token}, check=True, capture_output=True)
    assert person.reads_text() == "你好"


def test_of_many_equal_posts_to_a_server_one_is_sent(stack: Stack, person: Person, token: str):
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())}
    wish = {"to": person.user_id, "kind": "text", "text": "一次"}
    answers: list[requests.Response] = []

    def send() -> None:
        answers.append(requests.post(f"{stack.url}/api/v1/messages/", json=wish, headers=headers, timeout=30))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {202, 409}
    again = requests.post(f"{stack.url}/api/v1/messages/", json=wish, headers=headers, timeout=30)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert person.reads_text() == "一次"
    requests.post(f"{stack.url}/api/v1/messages/", json={**wish, "text": "二"}, headers=headers, timeout=30)
    headers["Idempotency-Key"] = str(uuid.uuid4())
    requests.post(f"{stack.url}/api/v1/messages/", json={**wish, "text": "三"}, headers=headers, timeout=30)
    assert person.reads_text() == "三"
