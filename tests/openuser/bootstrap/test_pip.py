"""Pip: where it looks, what it tells of its progress, and words for its failures."""

import os
import platform
import sys
from pathlib import Path

import pytest

from openuser.bootstrap import pip
from tests.openuser.support.wheels import make_wheel


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="elsewhere no build of torch brings CUDA")
def test_the_suite_fetches_no_build_of_torch_that_brings_cuda(monkeypatch, tmp_path):
    make_wheel(tmp_path, "torch", "2.13.0", {"torch.py": ""})
    monkeypatch.setenv("OPENUSER_PIP_ARGS", f"--no-index --find-links {tmp_path}")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    python = Path(sys.executable)
    assert not pip.offers_small_torch(python)
    make_wheel(tmp_path, "torch", "2.13.0+cpu", {"torch.py": ""})
    assert pip.offers_small_torch(python)


def test_another_index_for_torch_is_asked_too(monkeypatch):
    monkeypatch.setenv("OPENUSER_PIP_ARGS", "--no-cache-dir")
    monkeypatch.setenv("OPENUSER_TORCH_INDEX", "https://builds.example/cpu")
    assert pip.more_arguments() == ["--no-cache-dir", "--extra-index-url", "https://builds.example/cpu"]
    monkeypatch.delenv("OPENUSER_TORCH_INDEX")
    assert pip.more_arguments() == ["--no-cache-dir"]


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: No matching distribution found for scipy==1.17.1 (from -r base.txt)", "no wheel of scipy==1.17.1"),
        ("ERROR: Failed building wheel for jieba\nFailed to build jieba\nERROR: Could not build", "jieba could not be"),
        ("ERROR: Cannot install misaki==0.9.4 because these package versions have", "cannot agree on misaki==0.9.4"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES\n    kokoro from https://x", "kokoro is not the file"),
        ("WARNING: slow\nERROR: something new\n", "It said: ERROR: something new"),
    ],
)
def test_each_failure_of_pip_has_words(output, words):
    assert words in pip.explain(output)


@pytest.mark.parametrize(
    ("line", "news"),
    [
        ("  Downloading scipy-1.17.1-cp311-cp311-manylinux_2_28_x86_64.whl (35.3 MB)\n", "scipy 1.17.1 (35 MB)"),
        (
            "  Using cached opencv_python_headless-5.0.0.93-cp37-abi3-linux.whl (61.2 MB)",
            "opencv-python-headless 5.0.0.93",
        ),
        ("  Downloading jieba-0.42.1.tar.gz (19.2 MB)", "jieba 0.42.1 (19 MB)"),
        ("Installing collected packages: a, b, c", "unpacking 3 packages, 55 MB"),
    ],
)
def test_whoever_waits_sees_what_is_fetched(line, news):
    assert news in pip.progress(line, 55.0)


@pytest.mark.parametrize(
    "line", ["  Downloading six-1.17.0-py2.py3-none-any.whl (11 kB)", "Requirement already: x", ""]
)
def test_small_packages_are_no_news(line):
    assert pip.progress(line, 1.0) == ""


def test_sizes_are_read_in_every_unit():
    assert pip.megabytes("  Downloading x-1.whl (500 kB)") == pytest.approx(0.5)
    assert pip.megabytes("  Downloading x-1.whl (1.5 GB)") == pytest.approx(1500)
    assert pip.megabytes("Collecting x (12 MB)") == 0
