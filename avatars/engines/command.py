"""Any program that makes a video of a portrait and a recording. Its contract is in avatars/engines/README.md."""

import json
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from avatars.adapters import external_program
from avatars.adapters.availability import Availability, NeededFile, look
from avatars.adapters.http_client import strange
from avatars.engines import driving_video
from avatars.engines.base import Picture, RenderEngine, Shot
from avatars.engines.footage import FIELD, footage, refused
from avatars.exceptions import EngineFailed, EngineMissing
from avatars.media import audio_segments
from avatars.speech.audio.sound_files import resampled

VERSION = 1  # of the order that the program reads; a higher one tells programs of a changed contract
VIDEO = "{video}"
# Frames a second with which lip networks were trained; and 0..1, the share of the progress that the driving video is.
FPS, DRIVING = 25, 0.1
DONE, MISUSED, UNFIT, UNAVAILABLE, LATER = 0, 64, 65, 69, 75
"""Exit codes, the last four as sysexits.h numbers them; avatars/engines/README.md lists them."""
SOUND_RATE = 16_000  # samples a second of the WAV: the rate with which lip networks were trained


class Command(RenderEngine):
    """Options: `command`, as a shell would read it, or a list; `time_limit` in seconds; `environment`, variables that
    the program gets beside the harmless ones; `complaints`, a file to which its stderr is appended; `puppet`,
    options of the puppet, for a command with `{video}`; `licence`, its licence in the list of engines."""

    def __init__(
        self,
        *,
        command: str | Sequence[str],
        time_limit: float = 600.0,
        environment: Mapping[str, str] | None = None,
        complaints: str | Path = "",
        puppet: dict[str, Any] | None = None,
        **_options: Any,
    ) -> None:
        self._command = _words(command)
        if not self._command or _program(self._command[0]) is None:
            raise EngineMissing(
                "The program of the engine “command” is not there.",
                code="engine_unavailable",
                remedy="Set OPENUSER_RENDER_COMMAND to a program that renders videos; see avatars/engines/README.md.",
                field=FIELD,
            )
        self._limit, self._environment = time_limit, dict(environment or {})
        self._complaints = Path(complaints) if complaints else None
        self._puppet: RenderEngine | None = None
        if any(VIDEO in word for word in self._command):
            from avatars.engines.puppet.engine import Puppet

            self._puppet = Puppet(**(puppet or {}))

    @classmethod
    def probe(cls, *, command: str | Sequence[str] = "", licence: str = "", **_options: Any) -> Availability:
        """See `Probed.probe`: whether the program is there; its exit code reports its own missing parts."""
        parts = _words(command)
        program = (_program(parts[0]) or Path(parts[0])) if parts else None
        return look(
            licence=licence or "that of the program",
            device="program",
            settings=[("OPENUSER_RENDER_COMMAND", parts)],
            files=[NeededFile(name=program.name, path=program)] if program else [],
        )

    def animate(self, shot: Shot) -> Iterator[Picture]:
        """See `RenderEngine.animate`. Raises `EngineFailed` for all that the program does wrong."""
        if shot.folder is None:
            raise ValueError("An engine that runs a program needs a folder.")
        order = _order(shot, shot.folder, self._driving_video(shot, shot.folder))
        self._run(order, shot)
        frames = sorted(Path(order["frames_folder"]).glob("*.png"))
        if frames:
            return _pictures(frames, shot)
        return footage(_result(order), shot)

    def _driving_video(self, shot: Shot, folder: Path) -> Path | None:
        """The portrait with a closed mouth, where the command asks for it."""
        if self._puppet is None:
            return None
        path = folder / "video.mp4"
        driving_video.write(self._puppet, replace(shot, fps=FPS), path, lambda share: shot.waiting(DRIVING * share))
        return path

    def _run(self, order: dict[str, Any], shot: Shot) -> None:
        assert shot.folder is not None
        code = external_program.run(
            [_filled(word, order) for word in self._command],
            shot.folder,
            order=json.dumps(order).encode() + b"\n",
            heard=lambda line: _progress(line, shot),
            time_limit=self._limit,
            environment=self._environment,
            complaints=self._complaints,
        )
        _judge(code)


def _order(shot: Shot, folder: Path, video: Path | None) -> dict[str, Any]:
    """Write the program's input files, and return the order with their paths."""
    height, width = shot.portrait.shape[:2]
    places = {
        name: folder / name for name in ("portrait.png", "sound.wav", "timing.json", "output.mp4", "frames", "results")
    }
    Image.fromarray(shot.portrait).save(places["portrait.png"])
    audio_segments.write_wav(
        places["sound.wav"], resampled(shot.speech.samples, shot.speech.rate, SOUND_RATE), SOUND_RATE
    )
    places["frames"].mkdir()
    places["results"].mkdir()
    sounds = [{"symbol": sound.symbol, "start": sound.start, "end": sound.end} for sound in shot.speech.sounds]
    places["timing.json"].write_text(json.dumps({"sounds": sounds}, ensure_ascii=False), encoding="utf-8")
    order: dict[str, Any] = {
        "version": VERSION,
        "portrait": str(places["portrait.png"]),
        "sound": str(places["sound.wav"]),
        "timing": str(places["timing.json"]),
        "output": str(places["output.mp4"]),
        "frames_folder": str(places["frames"]),
        "results_folder": str(places["results"]),
        "width": width,
        "height": height,
        "fps": shot.fps,
        "frames": shot.frame_count,
        "seconds": round(shot.speech.seconds, 4),
        "mode": shot.mode.value,
        "seed": shot.seed,
        **({"video": str(video)} if video else {}),
    }
    (folder / "order.json").write_text(json.dumps(order), encoding="utf-8")
    return {**order, "order": str(folder / "order.json")}


def _result(order: Mapping[str, Any]) -> Path:
    """The video at `output`, or the only one below `results_folder`: many programs choose the name themselves."""
    outputs = [Path(order["output"])] if Path(order["output"]).is_file() else []
    outputs = outputs or sorted(Path(order["results_folder"]).rglob("*.mp4"))
    if len(outputs) != 1:
        message = "The program left several videos." if outputs else "The program ended well and left no video."
        raise strange(message, field=FIELD)
    return outputs[0]


def _judge(code: int) -> None:
    """Raise the error of an exit code; the codes are those of sysexits.h."""
    if code == DONE:
        return
    if code == UNFIT:
        raise refused("The program cannot animate this portrait or this sound.")
    meanings = {
        MISUSED: ("The program does not understand its order", "engine_failed", "Correct the command in the settings."),
        UNAVAILABLE: ("The program lacks something", "engine_unavailable", "Install what the program needs."),
        LATER: ("The program cannot work now", "engine_failed", "Try it later."),
    }
    other = ("The program failed", "engine_failed", "Run the command by hand, or set OPENUSER_RENDER_COMMAND_STDERR.")
    message, name, remedy = meanings.get(code, other)
    raise EngineFailed(f"{message} (exit {code}).", code=name, remedy=remedy, field=FIELD)


def _progress(line: bytes, shot: Shot) -> None:
    """A line `{"progress": 0.4}` says how far it is; any other says nothing to us."""
    try:
        share = float(json.loads(line)["progress"])
    except (ValueError, KeyError, TypeError):
        return
    if 0 <= share <= 1:
        shot.waiting(share)


def _pictures(paths: Sequence[Path], shot: Shot) -> Iterator[Picture]:
    height, width = shot.portrait.shape[:2]
    if len(paths) != shot.frame_count:
        raise strange(f"The program gave {len(paths)} of {shot.frame_count} frames.", field=FIELD)
    for path in paths:
        try:
            with Image.open(path, formats=("PNG",)) as picture:
                if picture.size != (width, height):
                    raise strange(f"A frame is {picture.width}×{picture.height}.", field=FIELD)
                yield np.asarray(picture.convert("RGB"), np.uint8)
        except OSError as error:
            raise strange("A frame is no PNG picture.", field=FIELD) from error


def _filled(word: str, order: Mapping[str, Any]) -> str:
    """A word with `{portrait}` and the like replaced by values of the order; other braces stay."""
    for name, value in order.items():
        word = word.replace(f"{{{name}}}", str(value))
    return word


def _words(command: str | Sequence[str]) -> list[str]:
    return shlex.split(command) if isinstance(command, str) else list(command)


def _program(word: str) -> Path | None:
    program = shutil.which(word)
    return Path(program) if program else None
