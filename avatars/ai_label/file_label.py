"""The AI label of a file of any kind: video, picture or sound."""

from pathlib import Path

from avatars.ai_label import audio_label, image_label, video_label

PICTURES = {".jpg", ".jpeg"}
SOUNDS = {".m4a", *audio_label.WORDLESS}


def examine(path: Path, content_id: str = "") -> video_label.LabelReport:
    """The label of a file, by its suffix; it must name `content_id`, if given. Raises `OutputError`, or `OSError`."""
    suffix = path.suffix.lower()
    if suffix in SOUNDS:
        return audio_label.examine(path, content_id)
    if suffix in PICTURES:
        return image_label.examine(path, content_id)
    return video_label.examine(path, content_id)
