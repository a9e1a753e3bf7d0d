"""Fragmented MP4: one that can be played while it is still being written.

It is a beginning (`ftyp`, `moov`) and fragments (`moof`, `mdat`) that follow each other. The samples of a track, which
are its encoded frames or packets of sound, are the same bytes in a file that was made of it by remuxing.
"""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from avatars.exceptions import OutputError
from avatars.media import mp4

BASE_OFFSET, DESCRIPTION, DURATION, SIZE = 0x1, 0x2, 0x8, 0x10
"""Flags of `tfhd`: which of its optional fields are there."""

RUN_OFFSET, RUN_FIRST = 0x1, 0x4
"""Flags of a `trun` box (ISO 14496-12): it has a data offset, and flags for its first sample."""
RUN_SIZE = 0x200  # flag of a `trun` box: each sample has its own size
RUN_FIELDS = (0x100, 0x200, 0x400, 0x800)
"""Flags of `trun`: the fields of each sample, four bytes each."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """The beginning of a fragmented video, or one of its fragments, which shows so many frames."""

    data: bytes
    frames: int = 0


class PartReader:
    """Splits the bytes of a fragmented video into its parts as they come."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._held = b""

    def feed(self, data: bytes) -> Iterator[Part]:
        """The parts that are complete with these bytes."""
        self._rest += data
        while len(self._rest) >= 8 and len(self._rest) >= (length := int.from_bytes(self._rest[:4], "big")) >= 8:
            box, name = bytes(self._rest[:length]), bytes(self._rest[4:8])
            del self._rest[:length]
            if name in (b"ftyp", b"moof"):
                self._held = box
            elif name == b"moov":
                yield Part(data=self._held + box)
            elif name == b"mdat":
                yield Part(data=self._held + box, frames=_frames(self._held))


def codecs(beginning: bytes) -> str:
    """The codecs of a beginning, by RFC 6381, which a browser needs before it plays."""
    at = beginning.find(b"avcC")
    if at < 0:
        raise OutputError("The beginning of the video cannot be read.", code="mp4_broken")
    return f"avc1.{beginning[at + 5 : at + 8].hex()}, mp4a.40.2"


@dataclass
class SampleHashes:
    """The SHA-256 of the samples of each track, in the order of the tracks, of fragments that are added in turn."""

    _tracks: "dict[int, hashlib._Hash]" = field(default_factory=dict)

    def add(self, fragment: bytes) -> None:
        """Count a fragment in. Raises `OutputError` (code `mp4_broken`)."""
        try:
            for track, start, size in _samples(fragment):
                self._tracks.setdefault(track, hashlib.sha256()).update(_counted(fragment[start : start + size]))
        except (struct.error, IndexError) as error:
            raise OutputError("A fragment cannot be read.", code="mp4_broken") from error

    def digests(self) -> list[str]:
        return [self._tracks[track].hexdigest() for track in sorted(self._tracks)]


def sample_hashes(path: Path) -> list[str]:
    """As `SampleHashes.digests`, of a file with an index. Raises `OutputError` (code `mp4_broken`)."""
    hashes = []
    with path.open("rb") as file:
        for places in mp4.sample_places(path):
            digest = hashlib.sha256()
            for start, size in places:
                file.seek(start)
                digest.update(_counted(file.read(size)))
            hashes.append(digest.hexdigest())
    return hashes


def content_sha256(fragment: bytes) -> str:
    """The SHA-256 of the content of a fragment's `mdat`."""
    content = hashlib.sha256()
    for _, name, start, length in _boxes(fragment):
        if name == b"mdat":
            content.update(fragment[start : start + length])
    return content.hexdigest()


def _counted(sample: bytes) -> bytes:
    """A sample after its length: one cut in two is not the same."""
    return len(sample).to_bytes(4, "big") + sample


def _boxes(data: bytes, first: int = 0, end: int | None = None) -> Iterator[tuple[int, bytes, int, int]]:
    """(begin, name, begin of the content, length of the content) of each box."""
    at, end = first, len(data) if end is None else end
    while at + 8 <= end:
        length, name = struct.unpack_from(">I4s", data, at)
        if length < 8 or at + length > end:
            raise OutputError("A fragment cannot be read.", code="mp4_broken")
        yield at, name, at + 8, length - 8
        at += length


def _samples(fragment: bytes) -> Iterator[tuple[int, int, int]]:
    """(track, place, size) of each sample."""
    for moof, name, start, length in _boxes(fragment):
        if name != b"moof":
            continue
        for _, inner, first, size in _boxes(fragment, start, start + length):
            if inner == b"traf":
                yield from _track_samples(fragment, moof, first, first + size)


def _track_samples(fragment: bytes, moof: int, first: int, end: int) -> Iterator[tuple[int, int, int]]:
    track = usual = 0
    for _, name, start, _ in _boxes(fragment, first, end):
        if name == b"tfhd":
            track, usual = _header(fragment, start)
        elif name == b"trun":
            yield from ((track, place, size) for place, size in _run(fragment, start, moof, usual))


def _header(data: bytes, at: int) -> tuple[int, int]:
    """The track of a `tfhd` and the usual size of its samples."""
    flags = int.from_bytes(data[at : at + 4], "big")
    track = int.from_bytes(data[at + 4 : at + 8], "big")
    skipped = sum(size for flag, size in ((BASE_OFFSET, 8), (DESCRIPTION, 4), (DURATION, 4)) if flags & flag)
    place = at + 8 + skipped
    return track, int.from_bytes(data[place : place + 4], "big") if flags & SIZE else 0


def _run(data: bytes, at: int, moof: int, usual: int) -> Iterator[tuple[int, int]]:
    """(place, size) of each sample of a `trun`, whose offset is counted from its `moof`."""
    flags, count = struct.unpack_from(">II", data, at)
    flags &= 0xFFFFFF
    place = moof + (struct.unpack_from(">i", data, at + 8)[0] if flags & RUN_OFFSET else 0)
    entry = at + 8 + (4 if flags & RUN_OFFSET else 0) + (4 if flags & RUN_FIRST else 0)
    width = 4 * sum(1 for each in RUN_FIELDS if flags & each)
    before = 4 if flags & RUN_FIELDS[0] else 0
    for number in range(count):
        size = usual
        if flags & RUN_SIZE:
            (size,) = struct.unpack_from(">I", data, entry + number * width + before)
        yield place, size
        place += size


def _frames(moof: bytes) -> int:
    """The number of frames of the first track in a `moof`."""
    samples = [track for track, _, _ in _samples(moof)]
    return samples.count(1)
