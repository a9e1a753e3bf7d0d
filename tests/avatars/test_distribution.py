"""The digital human by itself: built from this checkout, and used where the project and Django are not."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import grimp
import numpy as np
import pytest

from avatars.ai_label import video_label
from avatars.media.ffmpeg import decoder
from openuser.version import VERSION
from tests.support.optional_packages import pip
from tests.support.paths import ROOT

FOLDER = ROOT / "distributions" / "openuser-human"
PROJECT = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))
# Distributions whose package has another name; those with one of its own are called alike.
PACKAGES = {
    "cv2": "opencv-python-headless",
    "ffmpeg": "ffmpeg-python",
    "PIL": "pillow",
    "ai_edge_litert": "ai-edge-litert",
}
BESIDE = {"google", "torch"}  # of onnx, which requires protobuf; and of the extra `gpu`
ALONE = """
import sys
sys.path[:0] = [sys.argv[1]]
for name in ("django", "celery", "rest_framework", "openuser", "wecom"):
    sys.modules[name] = None  # an import fails
from avatars.command_line import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    pip("wheel", "--no-deps", "-w", folder, FOLDER)
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="module")
def unpacked(wheel: Path) -> Path:
    """What the wheel holds, as a folder of packages."""
    folder = wheel.parent / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def assert_talks(path: Path) -> None:
    """It is heard, carries the label, and has captions beside it."""
    assert np.abs(decoder.samples(path, 16_000)).max() > 0.05
    assert video_label.examine(path).faults == ()
    assert "-->" in path.with_suffix(".srt").read_text(encoding="utf-8")


def test_every_module_that_it_imports_is_in_it(unpacked):
    graph = grimp.build_graph("avatars", "core", include_external_packages=True, cache_dir=None)
    wanted, external = {"avatars.command_line"}, set()
    left = list(wanted)
    while left:
        for name in graph.find_modules_directly_imported_by(left.pop()) - wanted:
            if name.startswith(("avatars", "core")):
                wanted.add(name)
                left.append(name)
            else:
                external.add(name)
    missing = {name for name in wanted if not list(unpacked.glob(f"{name.replace('.', '/')}*"))}
    assert missing == set()
    named = {re.split(r"[<>=;]", line)[0].strip() for line in PROJECT["project"]["dependencies"]}
    required = {PACKAGES.get(name, name).replace("_", "-") for name in external - set(sys.stdlib_module_names) - BESIDE}
    assert required <= named


@pytest.mark.slow
def test_it_makes_a_video_without_django(unpacked, tmp_path):
    line = [sys.executable, "-c", ALONE, unpacked, "你好。", tmp_path / "out.mp4", "--longest", "240"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert_talks(tmp_path / "out.mp4")


@pytest.mark.slow
def test_a_picture_without_a_face_is_refused_with_a_remedy(unpacked, tmp_path):
    (tmp_path / "no.png").write_bytes(b"no picture")
    words = ["Hello.", tmp_path / "out.mp4", "--portrait", tmp_path / "no.png"]
    done = subprocess.run(
        [sys.executable, "-c", ALONE, unpacked, *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Upload a JPEG, PNG or WebP picture." in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["no.png"]


@pytest.mark.slow
@pytest.mark.thorough
def test_it_works_in_an_environment_of_its_own(wheel, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "env"], check=True)
    commands = tmp_path / "env" / "bin"
    pip("install", "-c", ROOT / "requirements" / "constraints.txt", wheel, python=commands / "python")
    line = [commands / "openuser-human", "Hello.", tmp_path / "out.mp4", "--longest", "240"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert_talks(tmp_path / "out.mp4")
    assert not list(commands.parent.glob("lib/python*/site-packages/django"))


def test_it_has_the_version_of_the_project():
    assert PROJECT["project"]["version"] == VERSION
