"""The AI label of sound without a picture: an attribute in the metadata, without a visible mark.

M4A carries it as a video does. AMR has no place for it: senders state in text that the sound is AI-generated.
"""

from pathlib import Path

from avatars.ai_label import video_label
from avatars.exceptions import OutputError
from avatars.media import mp4

WORDLESS = {".amr": "AMR has no place for the AIGC metadata: say beside it that AI made it"}


def verify(path: Path, content_id: str) -> None:
    """Return only if the sound carries the label of this content. Raises `OutputError` (code `unlabelled`)."""
    for fault in examine(path, content_id).faults:
        raise video_label.unlabelled(fault)


def examine(path: Path, content_id: str = "") -> video_label.LabelReport:
    """The label of an M4A, checked against `content_id` if given. Raises `OutputError` for a file without sound."""
    if path.suffix.lower() in WORDLESS:
        return video_label.LabelReport(origin=None, faults=(WORDLESS[path.suffix.lower()],), frames=0)
    sound = mp4.probe(path)
    if sound.audio is None:
        raise OutputError("The sound file cannot be read: there is no sound in it.", code="mp4_broken")
    fault = video_label.tag_fault(sound.tags.get(video_label.KEY, ""), sound.content_sha256, content_id)
    return video_label.LabelReport(origin=video_label.read(sound), faults=(fault,) if fault else (), frames=0)
