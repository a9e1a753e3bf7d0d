"""The AI label of a video that is shown while it is made: the mark is in its frames, the attribute in each fragment.

A fragment has it in a `uuid` box before it, which players skip, with the hash of this fragment's own content.
"""

import uuid

from avatars.ai_label import image_label, video_label
from avatars.media import fragmented_mp4

BOX = uuid.uuid5(uuid.NAMESPACE_URL, image_label.NAMESPACE).bytes
HEAD = 24  # bytes of a `uuid` box before its text: 4 of length, 4 of type, 16 of the UUID


def labelled(fragment: bytes, origin: video_label.Origin) -> bytes:
    """The fragment with its label before it."""
    attribute = video_label.words_of(origin, fragmented_mp4.content_sha256(fragment)).encode()
    return (HEAD + len(attribute)).to_bytes(4, "big") + b"uuid" + BOX + attribute + fragment


def fault(fragment: bytes, content_id: str = "") -> str:
    """The flaw of a fragment's label, of this content where it is given; nothing where it is good."""
    length = int.from_bytes(fragment[:4], "big")
    if fragment[4:HEAD] != b"uuid" + BOX or length > len(fragment):
        return "the AIGC metadata is missing"
    attribute = fragment[HEAD:length].decode(errors="replace")
    return video_label.tag_fault(attribute, fragmented_mp4.content_sha256(fragment[length:]), content_id)


def beginning_tag(origin: video_label.Origin) -> str:
    """The metadata of a beginning, which has no content to hash: as "key=value"."""
    return f"{video_label.KEY}={video_label.words_of(origin, '')}"
