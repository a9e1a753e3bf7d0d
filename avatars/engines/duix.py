"""Duix.Avatar (once HeyGem) over HTTP: its network speaks on a video that the puppet made with a closed mouth.

The service reads and writes files of a folder that both sides see (`shared` here, `inside` there). It was made for one
person at a desk: it hangs, forgets its orders and answers an error with 200, so everything has a limit and a name.
"""

import contextlib
import secrets
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from avatars.adapters.availability import Availability, look
from avatars.adapters.http_client import Server, strange
from avatars.engines import driving_video
from avatars.engines.base import Picture, RenderEngine, Shot
from avatars.engines.footage import FIELD, footage, refused
from avatars.exceptions import EngineFailed, EngineMissing
from avatars.media import audio_segments
from avatars.speech.audio.sound_files import resampled

SOUND_RATE = 16_000  # samples a second of the WAV: the rate with which lip networks were trained
ACCEPTED = 10_000  # `code` of an answer without an error, by Duix's API
DONE, FAILED = 2, 3  # `status` of a task by Duix's API; 1 is running
ANSWER_SECONDS = 30.0  # seconds for one request; the server answers at once and works afterwards
SUBMITTING = 0.1  # 0..1, of the progress: drawing the driving video; the server's own percentage fills the rest
LICENCE = "Duix community licence, restricted; read it before you use it in a company"


class Duix(RenderEngine):
    """Options: `url` of the face2face service, `shared`, the folder of its volume here, `inside`, the same folder as it
    sees it, `licensed`, whether the operator declares to hold a licence, `time_limit` for one video and `every`, how
    often it is asked, in seconds; `puppet`, options of the puppet."""

    def __init__(
        self,
        *,
        url: str,
        shared: str | Path,
        inside: str = "/code/data",
        licensed: bool = False,
        time_limit: float = 400.0,
        every: float = 2.0,
        puppet: dict[str, Any] | None = None,
    ) -> None:
        if not url or not str(shared) or not Path(shared).is_dir() or not licensed:
            availability = self.probe(url=url, shared=shared, licensed=licensed)
            raise EngineMissing(
                f"Duix is not set up. {availability.reason}",
                code="engine_unavailable",
                remedy="avatars/engines/README.md says how.",
                field=FIELD,
            )
        from avatars.engines.puppet.engine import Puppet

        self._puppet = Puppet(**(puppet or {}))
        self._server = Server(url, field=FIELD, time_limit=min(ANSWER_SECONDS, time_limit))
        self._shared, self._inside = Path(shared), PurePosixPath(inside)
        self._limit, self._every = time_limit, every

    @classmethod
    def probe(cls, *, url: str = "", shared: str | Path = "", licensed: bool = False, **_options: Any) -> Availability:
        """See `Probed.probe`: its settings, and whether it listens."""
        folder = Path(shared) if str(shared) and Path(shared).is_dir() else ""
        return look(
            licence=LICENCE,
            device="server",
            settings=[("OPENUSER_DUIX_URL", url), ("OPENUSER_DUIX_SHARED", folder)],
            licensed=("OPENUSER_DUIX_LICENSED", licensed),
            address=url,
        )

    def animate(self, shot: Shot) -> Iterator[Picture]:
        """See `RenderEngine.animate`. Raises `EngineFailed` for all that the service does wrong."""
        # Others see this folder: its names must be unguessable, and its files must not stay.
        code = secrets.token_hex(16)
        ours = [self._shared / f"{code}.mp4", self._shared / f"{code}.wav"]
        try:
            driving_video.write(self._puppet, shot, ours[0], lambda share: shot.waiting(SUBMITTING * share))
            audio_segments.write_wav(ours[1], resampled(shot.speech.samples, shot.speech.rate, SOUND_RATE), SOUND_RATE)
            self._submit(code)
            result = self._wait(code, shot)
            ours.append(result)
            yield from footage(result, shot)
        finally:
            for path in ours:
                with contextlib.suppress(OSError):
                    path.unlink()

    def _submit(self, code: str) -> None:
        answer = self._server.post_json(
            "/easy/submit",
            {
                "audio_url": str(self._inside / f"{code}.wav"),
                "video_url": str(self._inside / f"{code}.mp4"),
                "code": code,
                "chaofen": 0,
                "watermark_switch": 0,
                "pn": 1,
            },
        ).json()
        if answer.get("code") != ACCEPTED or answer.get("success") is False:
            raise refused("Duix does not take this video; it may be busy with another one.")

    def _wait(self, code: str, shot: Shot) -> Path:
        """The path of its video, once it is done."""
        until = time.monotonic() + self._limit
        while time.monotonic() < until:
            answer = self._server.get("/easy/query", {"code": code}).json()
            answered = answer.get("data")
            data: dict[str, Any] = answered if isinstance(answered, dict) else {}
            state = data.get("status")
            if answer.get("code") != ACCEPTED or state == FAILED:
                raise EngineFailed(
                    "Duix failed.",
                    code="engine_failed",
                    remedy="Its log says why. Often its folder is not the one that the settings name.",
                    field=FIELD,
                )
            if state == DONE:
                return self._result(str(data.get("result", "")))
            if isinstance(progress := data.get("progress"), int | float):
                shot.waiting(SUBMITTING + (1 - SUBMITTING) * min(1.0, max(0.0, progress / 100)))
            time.sleep(self._every)
        raise EngineFailed(
            "Duix took too long.",
            code="engine_timeout",
            remedy="Give it more time, or restart it: it may hang.",
            field=FIELD,
        )

    def _result(self, named: str) -> Path:
        """The local path of the file that it names. Its names are not trusted to lie in the shared folder."""
        path = PurePosixPath(named)
        inside = (
            path.relative_to(self._inside) if path.is_relative_to(self._inside) else PurePosixPath(named.lstrip("/"))
        )
        root = self._shared.resolve()
        video = (root / inside).resolve()
        # Some versions name it from the root of their volume, some from the folder of temporary files in it.
        if not video.is_file():
            video = (root / "temp" / inside).resolve()
        if not video.is_relative_to(root) or not video.is_file() or video.stat().st_size > driving_video.MOST_BYTES:
            raise strange("Duix names a video that is not in the shared folder.", field=FIELD)
        return video
