"""The studio's child, `python -m avatars.studio`: loads models once, takes orders on stdin, answers on stdout.

It needs the settings but neither apps nor a database, so it starts fast. It ends with its parent.
"""

import hashlib
import logging
import logging.config
import os
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from queue import SimpleQueue
from typing import IO, Any, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from avatars.engines.base import Picture, RenderEngine
from avatars.engines.restore.base import Patience, Restorer
from avatars.exceptions import AvatarError, EngineMissing, StudioError
from avatars.media import child_process, ffmpeg
from avatars.pipeline import script_to_video, spoken_segments
from avatars.pipeline.spec import VideoSpec
from avatars.pipeline.speech_source import SpeechSource
from avatars.pipeline.stages import Stage
from avatars.previews import scene_preview, voice_preview
from avatars.recognition import base
from avatars.recognition.base import RecognitionEngine
from avatars.speech.base import SpeechEngine
from avatars.speech.synthesis.cache import SpeechCache
from avatars.studio import drawings, gpu_cards
from avatars.studio.process import BULK
from avatars.studio.protocol import Answer, Event, Kind, Order, answer_line, read_order
from core import backends
from core.backends import backend
from core.text import chinese_words
from core.work.lanes import cpu_priority

logger = logging.getLogger("avatars.studio.studio")

REPORT_EVERY = 0.1  # seconds between two lines of progress: a stage's beginning and end are always told


class OrderHandler:
    """Carries out one order after another and answers each."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._sent_at = 0.0
        self._stage: Stage | None = None

    def handle(self, order: Order) -> None:
        """Carry out an order. Every exception becomes an answer, because this is the edge of the process."""
        try:
            answer = self._done(order)
        except AvatarError as error:
            answer = Answer(number=order.number, event=Event.FAILED, error=error)
        except ImproperlyConfigured as error:
            missing = EngineMissing(str(error), code="engine_unknown", remedy="Choose a configured engine.")
            answer = Answer(number=order.number, event=Event.FAILED, error=missing)
        except Exception as error:  # noqa: BLE001 - the edge of the process
            answer = Answer(number=order.number, event=Event.FAILED, error=_unforeseen(error))
        self._send(replace(answer, cards=gpu_cards.memory()))

    def _send(self, answer: Answer) -> None:
        with self._lock:
            self._out.write(answer_line(answer) + "\n")
            self._out.flush()

    def _done(self, order: Order) -> Answer:
        if order.kind is Kind.VIDEO:
            return self._make_video(order)
        if order.kind is Kind.CHECK_PORTRAIT:
            from avatars.portraits import portrait_validation

            examined = portrait_validation.examine(order.data, face=order.face)
            kept = portrait_validation.kept(order.data, examined)
            return Answer(number=order.number, event=Event.DONE, examined=examined, data=kept)
        if order.kind is Kind.CHECK_VIDEO:
            return self._check_video(order)
        if order.kind is Kind.DRAW:
            return Answer(number=order.number, event=Event.DONE, data=drawings.png(order.name))
        if order.kind is Kind.TRANSCRIBE:
            return self._transcribe(order)
        if order.kind is Kind.VOICE_PREVIEW:
            return self._preview_voice(order)
        if order.kind is Kind.SCENE_PREVIEW:
            return self._preview_scene(order)
        if order.kind is Kind.PREVIEW_SCRIPT:
            return self._preview_script(order)
        if order.kind is Kind.NARRATE:
            return self._narrate(order)
        if order.kind is Kind.CHECK_ENGINE:
            return self._check_engine(order)
        if order.kind is Kind.MEASURE:
            return self._measure(order)
        if order.spec is not None:
            _engines(order.spec)
        return Answer(number=order.number, event=Event.DONE)

    def _check_video(self, order: Order) -> Answer:
        if order.source is None or order.target is None:
            raise StudioError("An order to check a video has none.", code="order_broken")
        from avatars.portraits import video_file, video_validation

        self._report(order.number, Stage.ENCODING, 0.0)
        video_file.rewritten(order.source, order.target, limits=order.limits)
        with order.target.open("rb") as file:
            origin = hashlib.file_digest(file, "sha256").hexdigest()
        examined = video_validation.examine(
            order.target,
            origin,
            cache_folder=settings.AVATARS["CACHE_DIR"],
            waiting=lambda share: self._report(order.number, Stage.CHECKING, share),
        )
        return Answer(number=order.number, event=Event.DONE, examined_video=examined)

    def _transcribe(self, order: Order) -> Answer:
        if order.recording is None:
            raise StudioError("An order to transcribe has no recording.", code="order_broken")
        engine: RecognitionEngine = backend("RECOGNITION_ENGINES", order.name)
        samples = ffmpeg.samples(order.recording, base.RATE)
        heard = engine.transcribe(samples, language=order.language, hints=order.hints)
        return Answer(number=order.number, event=Event.DONE, transcript=heard)

    def _preview_voice(self, order: Order) -> Answer:
        if order.voice_preview is None:
            raise StudioError("An order for a voice preview has none.", code="order_broken")
        engine: SpeechEngine = backend("SPEECH_ENGINES", order.voice_preview.engine)
        return Answer(number=order.number, event=Event.DONE, data=voice_preview.make(order.voice_preview, engine))

    def _preview_scene(self, order: Order) -> Answer:
        if order.scene_preview is None:
            raise StudioError("An order for a scene preview has none.", code="order_broken")
        return Answer(number=order.number, event=Event.DONE, data=scene_preview.make(order.scene_preview))

    def _preview_script(self, order: Order) -> Answer:
        if order.reading is None:
            raise StudioError("An order to preview a script has none.", code="order_broken")
        from avatars.speech.synthesis import read_preview
        from avatars.speech.text import normalisation

        chinese_words.load()
        reading = read_preview.read(order.reading.text, order.reading.lexicon, normalisation.Normaliser())
        return Answer(number=order.number, event=Event.DONE, lint=reading)

    def _check_engine(self, order: Order) -> Answer:
        if order.check is None:
            raise StudioError("An order to check an engine has no check.", code="order_broken")
        from avatars.conformance import examiner

        return Answer(number=order.number, event=Event.DONE, outcome=examiner.examine(order.check))

    def _measure(self, order: Order) -> Answer:
        if order.spec is None or order.recording is None:
            raise StudioError("An order for measures has no video.", code="order_broken")
        from avatars.pipeline import measurement

        measured = measurement.measure(order.spec, order.recording, _speech_source(order.spec.speech_engine))
        return Answer(number=order.number, event=Event.DONE, measures=measured)

    def _narrate(self, order: Order) -> Answer:
        if order.spec is None or order.folder is None:
            raise StudioError("An order for a narration has no spec.", code="order_broken")
        _speech_source(order.spec.speech_engine).narrate(order.spec, order.folder)
        return Answer(number=order.number, event=Event.DONE)

    def _make_video(self, order: Order) -> Answer:
        if order.spec is None or order.folder is None:
            raise StudioError("An order for a video has no spec.", code="order_broken")
        speech, engine = _engines(order.spec)
        video = script_to_video.make(
            order.spec,
            order.folder,
            speech=speech,
            engine=engine,
            speech_cache=SpeechCache(settings.AVATARS["CACHE_DIR"]),
            about={"name": order.spec.speech_engine, **backends.entry("SPEECH_ENGINES", order.spec.speech_engine)},
            partner=_partner(order.spec),
            recognition=_recognition() if order.spec.recording and not order.spec.text else None,
            segment_cache=spoken_segments.segment_cache(settings.AVATARS["CACHE_DIR"]),
            cache_folder=settings.AVATARS["CACHE_DIR"],
            restore=partial(_restored, order.spec.restorer),
            progress=lambda stage, share: self._report(order.number, stage, share),
            publish=lambda part: self._send(Answer(number=order.number, event=Event.PART, part=part)),
        )
        return Answer(number=order.number, event=Event.DONE, video=video)

    def _report(self, number: int, stage: Stage, share: float) -> None:
        now = time.monotonic()
        if stage is self._stage and share < 1 and now - self._sent_at < REPORT_EVERY:
            return
        self._sent_at, self._stage = now, stage
        self._send(Answer(number=number, event=Event.PROGRESS, stage=stage, share=round(share, 4)))


def main() -> None:
    """Take orders until the parent is gone."""
    child_process.die_with_parent()
    # The output of libraries must not end up among the answers.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    orders: SimpleQueue[Order] = SimpleQueue()
    threading.Thread(target=_read_orders, args=(orders,), daemon=True).start()
    if BULK in sys.argv[1:]:
        cpu_priority.give_way()
    logging.config.dictConfig(settings.LOGGING)
    handler = OrderHandler(out)
    while True:
        handler.handle(orders.get())


def _read_orders(orders: SimpleQueue[Order]) -> None:
    """Queue the orders on stdin. When the parent is gone, end this process and ffmpeg at once."""
    for line in sys.stdin:
        orders.put(read_order(line))
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def _recognition() -> RecognitionEngine | None:
    """The first recognition engine that is installed. A recording can be animated without one."""
    for name in backends.names("RECOGNITION_ENGINES"):
        with suppress(EngineMissing):
            return cast(RecognitionEngine, backend("RECOGNITION_ENGINES", name))
    return None


def _speech_source(name: str) -> SpeechSource:
    """A speech engine with its cache. Raises `EngineMissing`."""
    speech: SpeechEngine = _engine("SPEECH_ENGINES", name, "speech_engine")
    about = {"name": name, **backends.entry("SPEECH_ENGINES", name)}
    return SpeechSource(engine=speech, cache=SpeechCache(settings.AVATARS["CACHE_DIR"]), about=about)


def _partner(spec: VideoSpec) -> SpeechSource | None:
    """The speech engine of the second digital human of a dialogue."""
    partner = spec.deck.partner if spec.deck else None
    return _speech_source(partner.speech_engine) if partner else None


def _engines(spec: VideoSpec) -> tuple[SpeechEngine | None, RenderEngine]:
    speech = None if spec.recording or spec.loop else _engine("SPEECH_ENGINES", spec.speech_engine, "speech_engine")
    return speech, _engine("RENDER_ENGINES", spec.render_engine, "render_engine")


def _engine(setting: str, name: str, field: str) -> Any:
    """An engine. Raises `EngineMissing`, whose field names the kind of engine, so that its fallback can take over."""
    try:
        return backend(setting, name)
    except EngineMissing as error:
        raise EngineMissing(error.message, code=error.code, remedy=error.remedy, field=field) from error
    except ImproperlyConfigured as error:
        remedy = "Choose a configured engine."
        raise EngineMissing(str(error), code="engine_unknown", remedy=remedy, field=field) from error


def _restored(restorer: str, picture: Picture, scale: float) -> Picture:
    """A restored picture; the first one loads the restorer. Raises `EngineMissing`, `EngineFailed` (it may hang)."""

    def restore() -> Picture:
        engine: Restorer = _engine("RESTORERS", restorer, "restorer")
        return engine.restore(picture, scale=scale)

    return _patience().wait(restorer, restore)


@cache
def _patience() -> Patience:
    return Patience(settings.AVATARS["RESTORER_TIMEOUT"])


def _unforeseen(error: Exception) -> StudioError:
    """Log where an error happened, not its message, which may quote a script."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(last.filename)}:{last.lineno}"
    logger.error("The studio failed unexpectedly.", extra={"kind": type(error).__name__, "at": place})
    return StudioError("The studio failed.", code="studio_broke", remedy="It is tried again; see the log.")


if __name__ == "__main__":
    main()
