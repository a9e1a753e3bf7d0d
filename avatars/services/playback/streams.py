"""Watching a video while it is made: its stream, the parts, and the playlist for players of HLS.

Each call checks the consents again, so that a stream stops at once when one is withdrawn.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage
from django.utils.translation import gettext

from avatars import consent
from avatars.exceptions import AvatarError
from avatars.media.ffmpeg import KEYFRAME_SECONDS
from avatars.models import STREAMS, Render, StreamState, stream_index
from avatars.rendering import estimates
from avatars.rendering.live_stream import POSTER_FILE, captions_name, part_name
from avatars.rendering.progress import STAGES

SHOWN = (*Render.UNFINISHED, Render.Status.DONE)
NAME = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, kw_only=True)
class ShownStream:
    """A stream: its name, its codecs, how many seconds each fragment shows, whether that is all, whether it has a
    poster, and whether captions are in its picture and in both languages. Without codecs, there is nothing yet but the
    poster."""

    name: str
    codecs: str
    seconds: tuple[float, ...]
    ended: bool
    poster: bool
    burns_captions: bool
    is_translated: bool = False

    def for_player(self, base: str) -> dict[str, Any]:
        """`poster` and `stream` for `stream_player.js`; `base` is the address under which the parts are."""
        stream = {"base": base, "codecs": self.codecs, "parts": len(self.seconds), "ended": self.ended}
        stream["captions"] = "hidden" if self.burns_captions else "showing"
        stream["translated"] = self.is_translated
        return {"poster": f"{base}poster" if self.poster else "", "stream": stream if self.codecs else None}


def shown_stream(render: Render) -> ShownStream | None:
    """The stream of a video while it is made; None where it has not begun, or the finished video differs from it.

    Raises `ConsentError` where a person who is shown or heard does not agree (any more).
    """
    consent.check(render)
    index = stream_index(render.stream_index)
    if not render.stream or index is None or not index.is_shown or render.status not in SHOWN:
        return None
    name = render.stream.removeprefix(f"{STREAMS}/")
    return ShownStream(
        name=name,
        codecs=index.codecs,
        seconds=index.seconds,
        ended=index.state is StreamState.ENDED,
        poster=bool(index.poster),
        burns_captions=render.burns_captions,
        is_translated=render.is_translated,
    )


def stream_part(render: Render, name: str, number: int) -> bytes:
    """A part of the present stream of a render; 0 is its beginning. Raises `AvatarError` where there is none."""
    stream = _named(render, name)
    if not stream.codecs or not 0 <= number <= len(stream.seconds):
        raise _gone()
    return _content(part_name(render.stream, number))


def stream_captions(render: Render, name: str, number: int, *, translated: bool = False) -> str:
    """The captions that begin in a part, as WebVTT with the times of the video, in the language that is spoken or the
    other one. Raises as `stream_part` does."""
    if not 1 <= number <= len(_named(render, name).seconds):
        raise _gone()
    try:
        return _content(captions_name(render.stream, number, translated=translated)).decode()
    except AvatarError:
        return "WEBVTT\n"


def stream_poster(render: Render, name: str) -> bytes:
    """The picture before the first frame, a JPEG. Raises as `stream_part` does."""
    if not _named(render, name).poster:
        raise _gone()
    return _content(f"{render.stream}/{POSTER_FILE}")


def stream_playlist(render: Render, name: str) -> str:
    """The parts as a playlist of HLS, whose addresses are the numbers of the parts. Raises as `stream_part` does."""
    stream = _named(render, name)
    if not stream.codecs:
        raise _gone()
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{KEYFRAME_SECONDS}",  # which must never change
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-START:TIME-OFFSET=0",
        '#EXT-X-MAP:URI="0"',
    ]
    for number, seconds in enumerate(stream.seconds, start=1):
        lines += [f"#EXTINF:{seconds:.3f},", str(number)]
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if stream.ended else []), ""])


def _named(render: Render, name: str) -> ShownStream:
    stream = shown_stream(render)
    if stream is None or stream.name != name:
        raise _gone()
    return stream


def _content(name: str) -> bytes:
    try:
        with default_storage.open(name) as file:
            content: bytes = file.read()
    except OSError as error:
        raise _gone() from error
    return content


def progress_words(render: Render) -> str:
    """The progress of an unfinished render, in the reader's language."""
    left = gettext("%(seconds).1f s") % {"seconds": estimates.seconds_left(render)}
    if render.status == Render.Status.QUEUED:
        values = {"place": estimates.queue_position(render), "left": left}
        sentence = gettext("Number %(place)d in the queue, about %(left)s left.") % values
    else:
        stage = f"{render.get_stage_display()}{_scene_words(render)}"
        sentence = gettext("%(stage)s, about %(left)s left.") % {"stage": stage, "left": left}
    begun_again = render.attempts > (1 if render.status == Render.Status.RUNNING else 0)
    return f"{gettext('The video is being made again.')} {sentence}" if begun_again else sentence


def _scene_words(render: Render) -> str:
    """The scene that is drawn now, by its share of the text; "" for a video without scenes."""
    stage = Render.Stage.ANIMATING
    if "deck" not in render.recipe or render.stage != stage:
        return ""
    cuts = [scene["begin"] for scene in render.recipe["deck"]["scenes"] if not scene.get("continues")]
    begin, span = STAGES[stage]
    place = (render.progress - begin) / span * len(render.text)
    values = {"number": max(1, bisect_right(cuts, place)), "count": len(cuts)}
    return gettext(" (scene %(number)d of %(count)d)") % values


def _gone() -> AvatarError:
    return AvatarError("There is no such part of the video, or not yet.", code="no_file")
