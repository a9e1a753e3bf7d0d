"""The locks of images and servers name what the requirements name, each file by its hash."""

import re
from pathlib import Path

import pytest

from tests.support.paths import ROOT

FOLDER = ROOT / "requirements"
PIN = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
INCLUDED = re.compile(r"^-r (\S+)$", re.MULTILINE)
LOCKS = sorted(path.name for path in FOLDER.glob("*.lock"))


def pins(path: Path) -> dict[str, str]:
    """The version of each package in a file and in those that it includes."""
    text = path.read_text(encoding="utf-8")
    found = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in PIN.findall(text)}
    for name in INCLUDED.findall(text):
        found |= pins(FOLDER / name)
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_every_package_of_its_requirements_in_that_version(name: str):
    locked, asked = pins(FOLDER / name), pins(FOLDER / name.replace(".lock", ".txt"))
    assert asked
    assert {package: locked.get(package) for package in asked} == asked
    known = pins(FOLDER / "constraints.txt")
    assert {package for package, version in locked.items() if known.get(package, version) != version} == set()


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_has_a_hash(name: str):
    entries = re.split(r"\n(?=[\w.-]+(?:\[[^\]]*\])?==)", (FOLDER / name).read_text(encoding="utf-8"))[1:]
    assert len(entries) > 20
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_images_install_nothing_of_ours_without_its_hash():
    dockerfile = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
    assert set(re.findall(r"--require-hashes -r requirements/(\S+?\.lock)", dockerfile)) == set(LOCKS)
    others = set(re.findall(r"-r requirements/(\w+)\.txt", dockerfile)) - {"gpu"}  # whose builds differ by card
    assert all("--require-hashes" in (FOLDER / f"{other}.txt").read_text(encoding="utf-8") for other in others)
