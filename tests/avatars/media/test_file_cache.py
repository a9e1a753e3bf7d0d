"""The file cache: its size limit, its oldest files, and writers that died."""

import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from avatars.media.file_cache import FileCache, code_digest


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_what_was_put_there_is_found_again(tmp_path):
    shelf = FileCache(tmp_path / "new")
    assert shelf.get("a") is None
    shelf.put("a", b"one")
    shelf.put("a", b"two")
    assert shelf.get("a") == b"two"
    assert names(tmp_path / "new") == ["a"]


def test_what_was_not_used_longest_goes_first(tmp_path):
    shelf = FileCache(tmp_path, limit=250)
    for age, key in enumerate("abc"):
        shelf.put(key, b"x" * 80)
        os.utime(tmp_path / key, (1000 + age, 1000 + age))
    shelf.get("a")
    shelf.put("d", b"x" * 80)
    assert names(tmp_path) == ["a", "c", "d"]


def test_files_larger_than_the_cache_and_unfinished_ones_go(tmp_path):
    (tmp_path / ".half").write_bytes(b"x" * 100)
    os.utime(tmp_path / ".half", (1000, 1000))
    shelf = FileCache(tmp_path, limit=120)
    shelf.put("a", b"x" * 60)
    assert names(tmp_path) == ["a"]
    shelf.put("b", b"x" * 121)
    assert shelf.get("b") is None


def test_a_folder_that_cannot_be_written_harms_nobody(tmp_path):
    (tmp_path / "file").write_text("in the way")
    shelf = FileCache(tmp_path / "file" / "below")
    shelf.put("a", b"one")
    assert shelf.get("a") is None


def write_often(folder: Path) -> int:
    shelf = FileCache(folder, limit=5000)
    wrong = 0
    for turn in range(200):
        key = str(turn % 7)
        shelf.put(key, key.encode() * 1000)
        found = shelf.get(key)
        wrong += found is not None and found != key.encode() * 1000
    return wrong


def test_several_writers_never_see_half_a_file(tmp_path):
    with ProcessPoolExecutor(3) as pool:
        assert list(pool.map(write_often, [tmp_path] * 3)) == [0, 0, 0]
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 5000


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "drawing"
    (folder / "parts").mkdir(parents=True)
    for name in ("__init__.py", "mouth.py", "parts/eyes.py"):
        (folder / name).write_text(f"NAME = {name!r}\n")
    return folder


def digest(folder: Path) -> str:
    code_digest.cache_clear()
    return code_digest(folder)


@pytest.mark.parametrize("name", ["mouth.py", "parts/eyes.py", "new.py", "parts/new.py"])
def test_every_file_of_a_package_changes_its_digest(package, name):
    before = digest(package)
    (package / name).write_text("NAME = None\n")
    assert digest(package) != before


def test_a_renamed_module_changes_the_digest_of_its_package(package):
    before = digest(package)
    (package / "mouth.py").rename(package / "lips.py")
    assert digest(package) != before


def test_the_digest_of_a_package_is_of_its_code_alone(package, tmp_path):
    before = digest(package)
    (package / "notes.txt").write_text("no code")
    moved = package.rename(tmp_path / "elsewhere")
    (moved.parent / "installed").mkdir()
    assert digest(moved.rename(moved.parent / "installed" / "drawing")) == before
