"""The stream of a render that is being made: its parts in the media storage, then its index on the row.

Parts are stored under their numbers in a folder with a random name, one for each attempt. They never change.
"""

import logging
import secrets
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from avatars.ai_label import fragment_label, image_label
from avatars.ai_label.video_label import unlabelled
from avatars.exceptions import OutputError
from avatars.media import fragmented_mp4
from avatars.models import STREAMS, Render, StreamIndex, StreamState
from avatars.pipeline.spec import FinishedVideo
from avatars.pipeline.stream_parts import POSTER, StreamPart
from core.storage import local_copies

logger = logging.getLogger(__name__)

KEPT = timedelta(minutes=30)
"""The parts of a finished video are kept so long for readers who are still watching them."""


POSTER_FILE = "poster.jpg"


class LiveStream:
    """The stream of one attempt. Methods raise `LeaseLost` where the row is another worker's or was cancelled."""

    def __init__(self, render: Render) -> None:
        self._render = render
        self._index: StreamIndex | None = None
        self.folder = ""

    def add(self, part: StreamPart) -> None:
        """Store a part and tell the row. Part 0 begins a stream anew, without earlier parts."""
        if part.number == POSTER:
            self._add_poster(part)
            return
        if self._index is None or part.number == 0:
            self._begin(part)
            return
        flaw = fragment_label.fault(part.path.read_bytes(), self._render.content_id)
        if flaw:
            raise unlabelled(flaw)
        self._save(part)
        for translated, captions in ((False, part.captions), (True, part.translated_captions)):
            if captions:
                name = captions_name(self.folder, part.number, translated=translated)
                default_storage.save(name, ContentFile(captions.encode()))
        self._index = replace(self._index, seconds=(*self._index.seconds, part.seconds))
        self._render.update_leased(stream_index=self._index.entry())

    def verdict(self, video: FinishedVideo) -> StreamIndex | None:
        """The index with its end: whether the samples of the finished video are the bytes that were shown."""
        if self._index is None or not self._index.codecs:
            return None
        state = StreamState.RESIZED if video.resized else StreamState.ENDED
        if not video.resized and self._shown_hashes() != fragmented_mp4.sample_hashes(video.video):
            state = StreamState.DIFFERS
            logger.error(
                "A finished video differs from what was shown.",
                extra={"cid": self._render.cid, "render": self._render.pk},
            )
        return replace(self._index, state=state)

    def delete(self) -> None:
        """Delete the parts; the row does not name them any more."""
        if self.folder:
            Render.objects.filter(pk=self._render.pk, stream=self.folder).update(stream="", stream_index={})
            delete_parts(self.folder)

    def _begin(self, part: StreamPart) -> None:
        before, poster = self._render.stream, ""
        if self._index is not None and not self._index.codecs:
            before, poster = "", self._index.poster
        else:
            self.folder = _new_folder()
        self._save(part)
        self._index = StreamIndex(codecs=part.codecs, poster=poster)
        self._render.update_leased(stream=self.folder, stream_index=self._index.entry())
        if before:
            delete_parts(before)

    def _add_poster(self, part: StreamPart) -> None:
        """Show a picture until there is more, unless something was shown already."""
        if self._index is not None or self._render.stream:
            return
        image_label.verify(part.path, self._render.content_id)
        self.folder = _new_folder()
        with part.path.open("rb") as file:
            default_storage.save(f"{self.folder}/{POSTER_FILE}", File(file))
        self._index = StreamIndex(poster=POSTER_FILE)
        self._render.update_leased(stream=self.folder, stream_index=self._index.entry())

    def _save(self, part: StreamPart) -> None:
        with part.path.open("rb") as file:
            default_storage.save(part_name(self.folder, part.number), File(file))

    def _shown_hashes(self) -> list[str]:
        assert self._index is not None
        hashes = fragmented_mp4.SampleHashes()
        try:
            for number in range(1, len(self._index.seconds) + 1):
                with local_copies.local_path(part_name(self.folder, number)) as path:
                    hashes.add(Path(path).read_bytes())
        except (OSError, OutputError):
            return []
        return hashes.digests()


def _new_folder() -> str:
    return f"{STREAMS}/{secrets.token_hex(16)}"


def captions_name(folder: str, number: int, *, translated: bool = False) -> str:
    """The name in the media storage of the captions that begin in a part; there is no file where none do."""
    return f"{folder}/{number:05}{'.translated' if translated else ''}.vtt"


def part_name(folder: str, number: int) -> str:
    """The name of a part in the media storage."""
    return f"{folder}/{number:05}.m4s"


def delete_parts(folder: str) -> None:
    """Delete the folder of a stream with its parts."""
    if default_storage.exists(folder):
        for name in default_storage.listdir(folder)[1]:
            default_storage.delete(f"{folder}/{name}")
        # Its worker may have saved one more part meanwhile; it deletes the rest when it stops.
        with suppress(OSError):
            default_storage.delete(folder)


def forget(render: Render) -> None:
    """Delete the stream of a render. Call it inside the transaction that changes the row."""
    if render.stream:
        Render.objects.filter(pk=render.pk).update(stream="", stream_index={})
        transaction.on_commit(partial(delete_parts, render.stream), robust=True)
