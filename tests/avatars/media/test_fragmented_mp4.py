"""Fragmented videos: split into parts as their bytes come, and compared by their samples."""

import numpy as np
import pytest

from avatars.exceptions import OutputError
from avatars.media import ffmpeg, fragmented_mp4

FRAMES, RATE = 60, 16_000


@pytest.fixture(scope="module")
def encoded(tmp_path_factory):
    """A fragmented file, and the parts that were handed out while it was written."""
    path, parts = tmp_path_factory.mktemp("fragments") / "video.mp4", []
    shape = ffmpeg.Shape(width=128, height=96, fps=25, frames=FRAMES, limit=10_000_000)
    sound = (np.sin(np.arange(RATE * FRAMES // 25) * 0.1) / 3).astype(np.float32)
    with ffmpeg.FragmentSink(
        path, shape, stamp=lambda _frame, _number: None, rate=RATE, tag="KEY=words", part=parts.append
    ) as sink:
        sink.hear(sound)
        for number in range(FRAMES):
            sink.write(np.full((96, 128, 3), 2 * number, np.uint8))
    return path, parts


@pytest.mark.parametrize("size", [1, 7, 4096, 1 << 20])
def test_parts_are_the_same_however_the_bytes_come(encoded, size):
    path, parts = encoded
    data, reader, found = path.read_bytes(), fragmented_mp4.PartReader(), []
    for start in range(0, len(data), size):
        found += reader.feed(data[start : start + size])
    assert found == parts
    assert sum(part.frames for part in parts) == FRAMES
    assert data.startswith(b"".join(part.data for part in parts))


def test_remuxing_keeps_every_sample(encoded, tmp_path):
    path, parts = encoded
    ffmpeg.remux(path, tmp_path / "whole.mp4")
    hashes = fragmented_mp4.SampleHashes()
    for part in parts[1:]:
        hashes.add(part.data)
    assert hashes.digests() == fragmented_mp4.sample_hashes(tmp_path / "whole.mp4")
    assert len(set(hashes.digests())) == 2


def test_one_other_byte_or_another_order_is_another_video(encoded):
    _path, (_beginning, *fragments) = encoded

    def digests(parts):
        hashes = fragmented_mp4.SampleHashes()
        for data in parts:
            hashes.add(data)
        return hashes.digests()

    whole = digests(part.data for part in fragments)
    last = fragments[-1].data
    assert digests([*(part.data for part in fragments[:-1]), last[:-1] + bytes([last[-1] ^ 1])]) != whole
    assert digests(part.data for part in reversed(fragments)) != whole
    assert digests(part.data for part in fragments[:-1]) != whole


def test_what_is_no_fragment_is_refused():
    with pytest.raises(OutputError, match="cannot be read"):
        fragmented_mp4.SampleHashes().add(b"\0\0\0\x20moof" + bytes(4))
    with pytest.raises(OutputError, match="cannot be read"):
        fragmented_mp4.codecs(b"nothing")


def test_a_listener_that_fails_fails_the_video(tmp_path):
    def refuse(_part):
        raise OSError("no room")

    shape = ffmpeg.Shape(width=128, height=96, fps=25, frames=FRAMES, limit=10_000_000)
    sink = ffmpeg.FragmentSink(tmp_path / "video.mp4", shape, stamp=lambda _f, _n: None, rate=RATE, part=refuse)

    def write_all():
        with sink:
            for number in range(FRAMES):
                sink.write(np.full((96, 128, 3), number, np.uint8))
                sink.hear(np.zeros(RATE // 25, np.float32))

    with pytest.raises(OSError, match="no room"):
        write_all()
    assert not (tmp_path / "video.mp4").exists()
