"""The AI label of still pictures taken from a video: its mark, and the attribute in their XMP.

It is the attribute of the video (`AIGC`), in the name space of TC260, which wrote the standard.
"""

import hashlib
import re
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape, unescape

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from avatars.ai_label import video_label
from avatars.exceptions import OutputError
from avatars.media import ffmpeg

XMP = b"http://ns.adobe.com/xap/1.0/\0"
NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    f'<rdf:Description rdf:about="" xmlns:TC260="{NAMESPACE}"><TC260:AIGC>%s</TC260:AIGC>'
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
)
ATTRIBUTE = re.compile(rb"<TC260:AIGC>(.*?)</TC260:AIGC>", re.S)
QUALITY = 88  # of JPEG, 0 to 100: the mark is found again at this quality
START, APP0, APP1 = b"\xff\xd8", b"\xff\xe0", b"\xff\xe1"


def write_poster(video: Path, path: Path, origin: video_label.Origin, *, at: float) -> None:
    """Write a picture of a labelled video, with both labels, `at` seconds. Raises `MediaError`, `OutputError`."""
    ffmpeg.poster(video, path, at=at)
    write(path, origin)
    verify(path, origin.content_id)


def write(path: Path, origin: video_label.Origin) -> None:
    """Put the attribute into a JPEG that has the mark. Raises `OutputError` for a file that is no JPEG."""
    path.write_bytes(_labelled(path.read_bytes(), origin))


def marked(picture: bytes, origin: video_label.Origin) -> bytes:
    """A JPEG of several small pictures with a mark of its own size, and the attribute. Raises `OutputError`."""
    return still(_opened(picture, "RGB"), origin)


def still(picture: NDArray[np.uint8], origin: video_label.Origin) -> bytes:
    """A JPEG of an RGB picture that has no mark yet, with mark and attribute."""
    frame = picture.copy()
    video_label.Mark(frame.shape[1], frame.shape[0]).draw(frame)
    file = BytesIO()
    Image.fromarray(frame).save(file, "JPEG", quality=QUALITY)
    return _labelled(file.getvalue(), origin)


def _labelled(bare: bytes, origin: video_label.Origin) -> bytes:
    if not bare.startswith(START):
        raise OutputError("The picture is no JPEG.", code="no_picture")
    packet = PACKET % escape(video_label.words_of(origin, hashlib.sha256(bare).hexdigest()))
    body = XMP + packet.encode()
    segment = APP1 + (len(body) + 2).to_bytes(2, "big") + body
    return bare[: _head(bare)] + segment + bare[_head(bare) :]


def verify(path: Path, content_id: str) -> None:
    """Return only if the picture carries both labels of this content. Raises `OutputError` (code `unlabelled`)."""
    for fault in examine(path, content_id).faults:
        raise video_label.unlabelled(fault)


def examine(path: Path, content_id: str = "") -> video_label.LabelReport:
    """The label of a JPEG, checked against `content_id` if given. Raises `OutputError` for a file that is no JPEG."""
    data = path.read_bytes()
    grey = _opened(data, "L")
    attribute, bare = _taken_apart(data)
    mark = video_label.Mark(grey.shape[1], grey.shape[0])
    faults = [video_label.tag_fault(attribute, hashlib.sha256(bare).hexdigest(), content_id)]
    if mark.likeness(grey[mark.box.place]) < video_label.LIKENESS:
        faults.append("the visible mark is missing")
    return video_label.LabelReport(
        origin=video_label.origin_of(attribute), faults=tuple(fault for fault in faults if fault)
    )


def _opened(data: bytes, mode: str) -> NDArray[np.uint8]:
    """The pixels of a JPEG."""
    try:
        with Image.open(BytesIO(data), formats=["JPEG"]) as picture:
            return np.asarray(picture.convert(mode), np.uint8)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise OutputError("The picture cannot be read.", code="no_picture") from error


def _head(data: bytes) -> int:
    """The place of the segments after JFIF's own, which is the first."""
    return 4 + int.from_bytes(data[4:6], "big") if data[2:4] == APP0 else 2


def _taken_apart(data: bytes) -> tuple[str, bytes]:
    """The attribute, and the picture without it."""
    at = _head(data)
    if data[at : at + 2] == APP1:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        match = ATTRIBUTE.search(data[at:end])
        if match and data[at + 4 :].startswith(XMP):
            return unescape(match[1].decode(errors="replace")), data[:at] + data[end:]
    return "", data
