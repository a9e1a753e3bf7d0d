"""Availability names what an engine lacks before anything is loaded."""

import socket
import subprocess
import sys

from avatars.adapters.availability import NeededFile, State, look
from avatars.engines.puppet import Puppet
from avatars.recognition.whisper import Whisper
from avatars.speech.kokoro import Kokoro
from avatars.studio.process import ROOT

HEAVY = ("torch", "onnxruntime", "ai_edge_litert", "cv2", "faster_whisper", "ctranslate2", "scipy", "jieba")


def test_what_is_there_is_ready_and_says_its_licence():
    for engine in (Puppet, Kokoro):
        found = engine.probe()
        assert (found.ok, found.state, found.reason, found.licence) == (True, State.READY, "", "Apache-2.0")
    assert [file.name for file in Puppet.probe().files] == ["face_landmarker.task", "selfie_segmentation.tflite"]
    assert all(file.whole and len(file.sha256) == 64 for file in Puppet.probe().files)


def test_a_missing_file_is_named_with_its_place(tmp_path):
    found = Kokoro.probe(model_path=tmp_path / "mine.onnx")
    assert (found.state, found.about) == (State.FILE, str(tmp_path / "mine.onnx"))
    assert str(tmp_path) in found.reason
    assert Whisper.probe(model_path=tmp_path).state in (State.FILE, State.PACKAGE)


def test_a_file_that_is_only_a_pointer_is_not_taken_for_whole(tmp_path):
    for name in ("face_landmarker.task", "selfie_segmentation.tflite"):
        (tmp_path / name).write_text("version https://git-lfs.github.com/spec/v1")
    assert Puppet.probe(models=tmp_path).state is State.DAMAGED


def test_a_file_of_another_length_is_not_the_one(tmp_path):
    (tmp_path / "weights").write_bytes(b"1234")
    file = {"name": "weights", "path": tmp_path / "weights"}
    assert look(licence="", files=[NeededFile(**file, size=4)]).ok
    assert look(licence="", files=[NeededFile(**file, size=5)]).state is State.DAMAGED


def test_settings_packages_and_licences_are_named():
    assert look(licence="", settings=[("OPENUSER_X_URL", "")]).reason == "OPENUSER_X_URL is not set."
    assert look(licence="", packages=["json", "no_such.package"]).about == "no_such.package"
    needed = look(licence="non-commercial", licensed=("OPENUSER_X_LICENSED", False))
    assert (needed.state, needed.about) == (State.LICENCE, "OPENUSER_X_LICENSED")
    assert look(licence="non-commercial", licensed=("OPENUSER_X_LICENSED", True)).ok


def test_a_server_is_asked_only_whether_it_listens():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert look(licence="", address=f"http://127.0.0.1:{port}/v1").ok
    silent = look(licence="", address=f"http://somebody:secret@127.0.0.1:{port}/v1")
    assert (silent.state, silent.about) == (State.SILENT, f"127.0.0.1:{port}")
    assert look(licence="", address="http://127.0.0.1:none").state is State.SILENT


def test_asking_loads_nothing_heavy():
    lines = (
        "import sys, django; django.setup()",
        "from django.conf import settings; from core import backends",
        "kinds = [name for name in dir(settings) if name.endswith('_ENGINES') or name == 'RESTORERS']",
        "found = [backends.class_and_options(kind, name) for kind in kinds for name in getattr(settings, kind)]",
        "print(len([engine.probe(**options) for engine, options in found]))",
        f"print([name for name in {HEAVY!r} if name in sys.modules])",
    )
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    count, heavy = done.stdout.splitlines()
    assert int(count) >= 3
    assert heavy == "[]"
