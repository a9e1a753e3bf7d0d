"""Cached rigs equal built ones, are whole or absent, and expire when they must."""

import hashlib
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from avatars.engines import puppet
from avatars.engines.base import Mode, Picture, Shot
from avatars.engines.puppet.engine import Puppet
from avatars.engines.puppet.rig import disk_cache
from avatars.engines.puppet.rig.cache import RigCache, pack, unpack
from avatars.engines.puppet.rig.rig import Rig
from avatars.pipeline import spoken_segments
from avatars.portraits.portrait_validation import load
from avatars.services.portraits import purge_portrait
from tests.avatars.support.shots import WORD, make_shot
from tests.support.paths import PHOTOGRAPH

ORIGIN, OTHER = (hashlib.sha256(name.encode()).hexdigest() for name in ("photograph", "another"))


@pytest.fixture(scope="module")
def photograph() -> Picture:
    return load(PHOTOGRAPH, longest=360)


@pytest.fixture(scope="module")
def rig(photograph: Picture) -> Rig:
    return Puppet().rig(photograph)


def refuse(_picture: Picture) -> Rig:
    raise AssertionError("It was to be kept.")


def files(folder: Path) -> list[Path]:
    return sorted((folder / disk_cache.FOLDER).iterdir())


def video(engine: Puppet, portrait: Picture) -> Iterator[Picture]:
    speech = make_shot(WORD).speech
    shot = Shot(portrait=portrait, speech=speech, mode=Mode.TALKING_HEAD, origin=ORIGIN)
    return (frame.copy() for frame in engine.animate(shot))


def test_a_kept_rig_makes_the_same_frames(photograph: Picture, tmp_path: Path) -> None:
    built = list(video(Puppet(cache=tmp_path), photograph))
    assert len(files(tmp_path)) == 1
    kept = list(video(Puppet(cache=tmp_path), photograph))
    assert all(np.array_equal(a, b) for a, b in zip(built, kept, strict=True))


def test_a_kept_rig_is_not_built_again(photograph: Picture, rig: Rig, tmp_path: Path) -> None:
    RigCache(most=1, folder=tmp_path).rig(photograph, ORIGIN, lambda _: rig)
    kept = RigCache(most=1, folder=tmp_path).rig(photograph, ORIGIN, refuse)
    assert np.array_equal(kept.fields.face, rig.fields.face)
    assert kept.face.axes.tolist() == rig.face.axes.tolist()
    assert (kept.region, kept.amplitude) == (rig.region, rig.amplitude)


def test_reading_a_kept_rig_costs_little(photograph: Picture, rig: Rig) -> None:
    data = pack(rig)
    began = time.process_time()
    unpack(data, photograph)
    assert time.process_time() - began < 0.25


def test_other_pixels_have_another_rig(photograph: Picture, rig: Rig, tmp_path: Path) -> None:
    kept = RigCache(most=4, folder=tmp_path)
    kept.rig(photograph, ORIGIN, lambda _: rig)
    kept.rig(np.ascontiguousarray(photograph[:, ::-1]), ORIGIN, lambda _: rig)
    assert len(files(tmp_path)) == 2


@pytest.mark.parametrize("damage", ["cut", "empty", "noise", "flipped"])
def test_a_damaged_rig_is_made_anew_and_written_over(
    damage: str, photograph: Picture, rig: Rig, tmp_path: Path
) -> None:
    RigCache(most=1, folder=tmp_path).rig(photograph, ORIGIN, lambda _: rig)
    (path,) = files(tmp_path)
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(
        {
            "cut": whole[:middle],
            "empty": b"",
            "noise": np.random.default_rng(1).bytes(len(whole)),
            "flipped": whole[:middle]
            + bytes(255 - byte for byte in whole[middle : middle + 64])
            + whole[middle + 64 :],
        }[damage]
    )
    asked: list[Picture] = []

    def build(picture: Picture) -> Rig:
        asked.append(picture)
        return rig

    RigCache(most=1, folder=tmp_path).rig(photograph, ORIGIN, build)
    assert len(asked) == 1
    assert path.read_bytes() == whole
    RigCache(most=1, folder=tmp_path).rig(photograph, ORIGIN, refuse)


def keep(folder: Path) -> int:
    picture = load(PHOTOGRAPH, longest=360)
    engine = Puppet(cache=folder)
    return sum(engine.rig(picture, origin=ORIGIN).fields.face.shape)


def test_two_processes_at_once_keep_one_whole_rig(photograph: Picture, tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        first, second = pool.map(keep, [tmp_path] * 2)
    assert first == second
    (path,) = files(tmp_path)
    unpack(path.read_bytes(), photograph)


def test_a_portrait_of_unknown_origin_is_not_written_down(photograph: Picture, rig: Rig, tmp_path: Path) -> None:
    kept = RigCache(most=1, folder=tmp_path)
    kept.rig(photograph, "", lambda _: rig)
    assert not (tmp_path / disk_cache.FOLDER).exists()
    assert kept.rig(photograph, "", refuse) is rig


def test_what_was_purged_is_neither_on_disk_nor_in_memory(
    photograph: Picture, rig: Rig, tmp_path: Path, settings
) -> None:
    settings.AVATARS = {**settings.AVATARS, "CACHE_DIR": tmp_path}
    kept = RigCache(most=4, folder=tmp_path)
    kept.rig(photograph, ORIGIN, lambda _: rig)
    kept.rig(photograph, OTHER, lambda _: rig)
    pieces = spoken_segments.segment_cache(tmp_path)
    for origin in (ORIGIN, OTHER):
        pieces.put(f"{origin}-piece.mp4", b"piece")
    assert purge_portrait(ORIGIN) == 2
    assert (pieces.get(f"{ORIGIN}-piece.mp4"), pieces.get(f"{OTHER}-piece.mp4")) == (None, b"piece")
    assert [path.name[:64] for path in files(tmp_path)] == [OTHER]
    with pytest.raises(AssertionError, match="kept"):
        kept.rig(photograph, ORIGIN, refuse)
    assert kept.rig(photograph, OTHER, refuse) is rig
    assert purge_portrait(ORIGIN) == 0


@pytest.mark.parametrize("digest", ["", "*", "../x", ORIGIN[:10], ORIGIN.upper()])
def test_only_a_digest_can_be_purged(digest: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        disk_cache.delete_portrait(tmp_path, digest)


def test_rigs_that_nobody_used_for_long_are_forgotten(photograph: Picture, rig: Rig, tmp_path: Path) -> None:
    for origin in (ORIGIN, OTHER):
        RigCache(most=1, folder=tmp_path).rig(photograph, origin, lambda _: rig)
    for path in files(tmp_path):
        os.utime(path, (1000, 1000))
    RigCache(most=1, folder=tmp_path).rig(photograph, OTHER, refuse)
    assert disk_cache.delete_unused(tmp_path, 2000) == 1
    assert [path.name[:64] for path in files(tmp_path)] == [OTHER]


def test_a_disk_that_keeps_nothing_harms_nobody(photograph: Picture, rig: Rig, tmp_path: Path) -> None:
    (tmp_path / disk_cache.FOLDER).write_text("in the way")
    kept = RigCache(most=1, folder=tmp_path)
    assert kept.rig(photograph, ORIGIN, lambda _: rig) is rig


def test_the_renderer_hashes_its_whole_package() -> None:
    assert Path(puppet.__file__).parent == disk_cache.PUPPET
    assert disk_cache.edition() in disk_cache.key(ORIGIN, OTHER)
    assert Puppet().edition.startswith(disk_cache.edition())
