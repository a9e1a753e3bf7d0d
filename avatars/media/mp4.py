"""Reads the boxes of an MP4: its streams and times, exactly and without ffprobe, which the ffmpeg wheel lacks."""

import hashlib
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from avatars.exceptions import OutputError

CODECS = {b"avc1": "h264", b"hvc1": "hevc", b"hev1": "hevc", b"mp4a": "aac"}
CHROMA = {0: "gray", 1: "yuv420p", 2: "yuv422p", 3: "yuv444p"}
HIGH_PROFILES = frozenset({100, 110, 122, 144, 244})  # of H.264, whose headers name their chroma
LARGEST_INDEX = 64 * 1024 * 1024  # bytes of a `moov` box that is read into memory: hours of video have less
BLOCK = 1024 * 1024  # bytes read at a time


@dataclass(frozen=True, kw_only=True)
class Track:
    """One track: `start` and `seconds` as a player shows them; `samples` counts frames (video) or packets (audio)."""

    kind: str
    codec: str
    start: float
    seconds: float
    samples: int
    width: int = 0
    height: int = 0
    pixels: str = ""
    rate: int = 0
    channels: int = 0

    @property
    def fps(self) -> float:
        return self.samples / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A file: its first picture and sound track, its metadata by key, its size in bytes and its hash of the content."""

    video: Track | None
    audio: Track | None
    tags: Mapping[str, str]
    size: int
    content_sha256: str


@dataclass(frozen=True, kw_only=True)
class _Box:
    name: bytes
    data: bytes

    def children(self, skip: int = 0) -> Iterator["_Box"]:
        yield from _boxes(self.data[skip:])

    def find(self, path: str) -> "_Box | None":
        """The first box under a path such as `mdia/minf/stbl`."""
        head, _, rest = path.partition("/")
        for child in self.children():
            if child.name == head.encode():
                return child.find(rest) if rest else child
        return None

    def need(self, path: str) -> "_Box":
        box = self.find(path)
        if box is None:
            raise _broken(f"there is no {path} in {self.name.decode('latin-1')}")
        return box


def probe(path: Path) -> Probe:
    """Read a file. Raises `OutputError` (code `mp4_broken`) where it is no complete MP4."""
    try:
        with path.open("rb") as file:
            moov, content = _top(file, path.stat().st_size)
        tracks = [track for box in moov.children() if box.name == b"trak" for track in [_track(box, moov)]]
        tags = _tags(moov)
    except (struct.error, IndexError, UnicodeDecodeError, OSError) as error:
        raise _broken(str(error)) from error
    return Probe(
        video=next((track for track in tracks if track.kind == "vide"), None),
        audio=next((track for track in tracks if track.kind == "soun"), None),
        tags=tags,
        size=path.stat().st_size,
        content_sha256=content,
    )


def sample_places(path: Path) -> list[list[tuple[int, int]]]:
    """Place and size in the file of each sample of each track. Raises as `probe` does."""
    try:
        with path.open("rb") as file:
            moov, _ = _top(file, path.stat().st_size)
        tables = [box.need("mdia/minf/stbl") for box in moov.children() if box.name == b"trak"]
        return [list(_places(table)) for table in tables]
    except (struct.error, IndexError, OSError) as error:
        raise _broken(str(error)) from error


def _places(table: _Box) -> Iterator[tuple[int, int]]:
    """Place and size of each sample of a table: chunks lie anywhere, the samples of each one after another."""
    usual, count = struct.unpack_from(">II", table.need("stsz").data, 4)
    sizes = [usual] * count if usual else struct.unpack_from(f">{count}I", table.need("stsz").data, 12)
    wide, narrow = table.find("co64"), table.find("stco")
    offsets = wide.data if wide else narrow.data if narrow else b""
    (chunks,) = struct.unpack_from(">I", offsets, 4)
    places = struct.unpack_from(f">{chunks}{'Q' if wide else 'I'}", offsets, 8)
    groups = table.need("stsc").data
    (count,) = struct.unpack_from(">I", groups, 4)
    firsts = [struct.unpack_from(">II", groups, 8 + 12 * number) for number in range(count)]
    sample = 0
    for number, (first, each) in enumerate(firsts):
        last = firsts[number + 1][0] if number + 1 < len(firsts) else chunks + 1
        for chunk in range(first, last):
            place = places[chunk - 1]
            for size in sizes[sample : sample + each]:
                yield place, size
                place += size
            sample += each


def _broken(why: str) -> OutputError:
    return OutputError(f"The video file cannot be read: {why}.", code="mp4_broken")


def _top(file: BinaryIO, size: int) -> tuple[_Box, str]:
    """The index of the file, and the SHA-256 of its content (all `mdat`), which never has to be in memory at once."""
    moov: _Box | None = None
    content = hashlib.sha256()
    position = 0
    while position < size:
        file.seek(position)
        length, name = struct.unpack(">I4s", file.read(8))
        header = 8
        if length == 1:
            length, header = struct.unpack(">Q", file.read(8))[0], 16
        length = length or size - position
        if length < header or position + length > size:
            raise _broken("it is cut short")
        if name == b"moov":
            if length > LARGEST_INDEX:
                raise _broken("its index is too large")
            moov = _Box(name=name, data=file.read(length - header))
        elif name == b"mdat":
            _hash(file, length - header, content)
        position += length
    if moov is None:
        raise _broken("it has no index")
    return moov, content.hexdigest()


def _hash(file: BinaryIO, length: int, into: "hashlib._Hash") -> None:
    while length > 0:
        block = file.read(min(BLOCK, length))
        into.update(block)
        length -= len(block)


def _boxes(data: bytes) -> Iterator[_Box]:
    position = 0
    while position + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        if length < 8 or position + length > len(data):
            return
        yield _Box(name=name, data=data[position + 8 : position + length])
        position += length


def _track(trak: _Box, moov: _Box) -> Track:
    kind = trak.need("mdia/hdlr").data[8:12].decode("latin-1")
    table = trak.need("mdia/minf/stbl")
    entry = next(table.need("stsd").children(skip=8), None)
    if entry is None:
        raise _broken("a track has no description")
    start, seconds = _shown(trak, moov)
    samples: int = struct.unpack_from(">I", table.need("stsz").data, 8)[0]
    codec = CODECS.get(entry.name, entry.name.decode("latin-1"))
    if kind == "vide":
        width, height = struct.unpack_from(">HH", entry.data, 24)
        return Track(
            kind=kind,
            codec=codec,
            start=start,
            seconds=seconds,
            samples=samples,
            width=width,
            height=height,
            pixels=_pixels(entry),
        )
    channels, rate = (struct.unpack_from(">H6xI", entry.data, 16)) if kind == "soun" else (0, 0)
    return Track(
        kind=kind, codec=codec, start=start, seconds=seconds, samples=samples, rate=rate >> 16, channels=channels
    )


def _shown(trak: _Box, moov: _Box) -> tuple[float, float]:
    """Start and length in seconds by the edit list: it hides AAC's priming and the delay of reordered frames."""
    unit = _timescale(moov.need("mvhd"))
    header = trak.need("tkhd").data
    total: int = struct.unpack_from(">Q", header, 28)[0] if header[0] else struct.unpack_from(">I", header, 20)[0]
    edits = trak.find("edts/elst")
    if edits is None:
        return 0.0, total / unit
    form = ">Qq4x" if edits.data[0] else ">Ii4x"
    (count,) = struct.unpack_from(">I", edits.data, 4)
    empty = shown = 0
    first = -1
    for index in range(count):
        length, media = struct.unpack_from(form, edits.data, 8 + index * struct.calcsize(form))
        if media < 0:
            empty += length
        else:
            shown += length
            first = media if first < 0 else first
    late = max(0, _first_offset(trak) - first) / _timescale(trak.need("mdia/mdhd"))
    return empty / unit + late, shown / unit


def _first_offset(trak: _Box) -> int:
    offsets = trak.find("mdia/minf/stbl/ctts")
    return int(struct.unpack_from(">i", offsets.data, 12)[0]) if offsets else 0


def _timescale(header: _Box) -> int:
    return int(struct.unpack_from(">I", header.data, 20 if header.data[0] else 12)[0]) or 1


def _pixels(entry: _Box) -> str:
    """The pixel format that H.264's decoder configuration names; profiles below High know only 4:2:0 at 8 bits."""
    config = next((box.data for box in entry.children(skip=78) if box.name == b"avcC"), None)
    if config is None:
        return ""
    if config[1] not in HIGH_PROFILES:
        return "yuv420p"
    position = 5
    for mask in (0x1F, 0xFF):
        count, position = config[position] & mask, position + 1
        for _ in range(count):
            position += 2 + int(struct.unpack_from(">H", config, position)[0])
    if position >= len(config):
        return "yuv420p"
    depth = 8 + (config[position + 1] & 7)
    return CHROMA[config[position] & 3] + ("" if depth == 8 else f"{depth}le")


def _tags(moov: _Box) -> dict[str, str]:
    """Metadata under keys of our own (`mdta`), as `-movflags use_metadata_tags` writes them."""
    meta = moov.find("udta/meta") or moov.find("meta")
    if meta is None:
        return {}
    parts = {box.name: box for box in meta.children(skip=4)}
    if b"keys" not in parts or b"ilst" not in parts:
        return {}
    names = [box.data.decode() for box in _Box(name=b"keys", data=parts[b"keys"].data[8:]).children()]
    tags = {}
    for item in parts[b"ilst"].children():
        index = int.from_bytes(item.name, "big")
        value = item.find("data")
        if value is not None and 1 <= index <= len(names):
            tags[names[index - 1]] = value.data[8:].decode()
    return tags
