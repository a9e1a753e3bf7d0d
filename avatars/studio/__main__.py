"""The studio's child, `python -m avatars.studio`: loads models once, takes orders on stdin, answers on stdout.

It needs the settings but no apps and no database, so that it starts fast. It ends with its parent.
"""

import logging
import logging.config
import os
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress
from functools import cache, partial
from queue import SimpleQueue
from typing import IO, Any, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from avatars.engines.base import Picture, RenderEngine
from avatars.engines.restore.base import Patience, Restorer
from avatars.exceptions import AvatarError, EngineMissing, PortraitError, StudioError
from avatars.media import ffmpeg
from avatars.pipeline import script_to_video, segments
from avatars.pipeline.stages import Stage
from avatars.previews import voice_preview
from avatars.recognition import base
from avatars.recognition.base import RecognitionEngine
from avatars.speech.base import SpeechEngine
from avatars.speech.synthesis.cache import SpeechCache
from avatars.studio.protocol import Answer, Event, Kind, Order, answer_line, read_order
from core import backends
from core.backends import backend

logger = logging.getLogger("avatars.studio.studio")

REPORT_EVERY = 0.1
NICENESS = 5


class Desk:
    """Does one order after another and answers each."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._said_at = 0.0
        self._stage: Stage | None = None

    def work(self, order: Order) -> None:
        """Do an order; whatever goes wrong becomes the answer, because this is the edge of the process."""
        try:
            answer = self._done(order)
        except AvatarError as error:
            answer = Answer(number=order.number, event=Event.FAILED, error=error)
        except ImproperlyConfigured as error:
            missing = EngineMissing(str(error), code="engine_unknown", remedy="Choose a configured engine.")
            answer = Answer(number=order.number, event=Event.FAILED, error=missing)
        except Exception as error:  # noqa: BLE001 - the edge of the process
            answer = Answer(number=order.number, event=Event.FAILED, error=_unforeseen(error))
        self.say(answer)

    def say(self, answer: Answer) -> None:
        self._out.write(answer_line(answer) + "\n")
        self._out.flush()

    def _done(self, order: Order) -> Answer:
        if order.kind is Kind.FILM:
            return self._film(order)
        if order.kind is Kind.CHECK_PORTRAIT:
            from avatars.portraits import validation

            found = validation.examine(order.data, face=order.face)
            kept = validation.cut_out(order.data, found.cut) if found.cut and not found.flaw else b""
            return Answer(number=order.number, event=Event.DONE, examined=found, data=kept)
        if order.kind is Kind.DRAW:
            return Answer(number=order.number, event=Event.DONE, data=_drawing(order.name))
        if order.kind is Kind.LISTEN:
            return self._listen(order)
        if order.kind is Kind.AUDITION:
            return self._audition(order)
        if order.kind is Kind.READ:
            return self._read(order)
        if order.kind is Kind.NARRATE:
            return self._narrate(order)
        if order.kind is Kind.CONFORM:
            return self._conform(order)
        if order.script is not None:
            _engines(order.script)
        return Answer(number=order.number, event=Event.DONE)

    def _listen(self, order: Order) -> Answer:
        if order.recording is None:
            raise StudioError("An order to listen has no recording.", code="order_broken")
        engine: RecognitionEngine = backend("RECOGNITION_ENGINES", order.name)
        samples = ffmpeg.samples(order.recording, base.RATE)
        heard = engine.transcribe(samples, language=order.language, hints=order.hints)
        return Answer(number=order.number, event=Event.DONE, transcript=heard)

    def _audition(self, order: Order) -> Answer:
        if order.audition is None:
            raise StudioError("An order for an audition has none.", code="order_broken")
        engine: SpeechEngine = backend("SPEECH_ENGINES", order.audition.engine)
        return Answer(number=order.number, event=Event.DONE, data=voice_preview.record(order.audition, engine))

    def _read(self, order: Order) -> Answer:
        if order.reading is None:
            raise StudioError("An order to read has no text.", code="order_broken")
        from avatars.speech.synthesis import read_preview
        from avatars.speech.text import g2p, normalisation

        g2p.keep_words_in(settings.AVATARS["CACHE_DIR"])
        found = read_preview.read(order.reading.text, order.reading.lexicon, normalisation.Normaliser())
        return Answer(number=order.number, event=Event.DONE, lint=found)

    def _conform(self, order: Order) -> Answer:
        if order.wish is None:
            raise StudioError("An order for a check has none.", code="order_broken")
        from avatars.conformance import examiner

        return Answer(number=order.number, event=Event.DONE, outcome=examiner.examine(order.wish))

    def _narrate(self, order: Order) -> Answer:
        if order.script is None or order.folder is None:
            raise StudioError("An order to speak has no script.", code="order_broken")
        speech: SpeechEngine = _made("SPEECH_ENGINES", order.script.speech_engine, "speech_engine")
        name = order.script.speech_engine
        about = {"name": name, **backends.entry("SPEECH_ENGINES", name)}
        kept = SpeechCache(settings.AVATARS["CACHE_DIR"])
        script_to_video.narrate(order.script, order.folder, speech=speech, kept=kept, about=about)
        return Answer(number=order.number, event=Event.DONE)

    def _film(self, order: Order) -> Answer:
        if order.script is None or order.folder is None:
            raise StudioError("An order for a film has no script.", code="order_broken")
        speech, engine = _engines(order.script)
        film = script_to_video.make(
            order.script,
            order.folder,
            speech=speech,
            engine=engine,
            kept=SpeechCache(settings.AVATARS["CACHE_DIR"]),
            about={"name": order.script.speech_engine, **backends.entry("SPEECH_ENGINES", order.script.speech_engine)},
            ears=_ears() if order.script.recording and not order.script.text else None,
            pieces=segments.shelf(settings.AVATARS["CACHE_DIR"]),
            mend=partial(_mended, order.script.restorer),
            progress=lambda stage, share: self._report(order.number, stage, share),
        )
        return Answer(number=order.number, event=Event.DONE, film=film)

    def _report(self, number: int, stage: Stage, share: float) -> None:
        now = time.monotonic()
        if stage is self._stage and share < 1 and now - self._said_at < REPORT_EVERY:
            return
        self._said_at, self._stage = now, stage
        self.say(Answer(number=number, event=Event.PROGRESS, stage=stage, share=round(share, 4)))


def main() -> None:
    """Take orders until there is nobody left to give them."""
    ffmpeg.die_with_parent()
    # What libraries print must not end up among the answers.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    orders: SimpleQueue[Order] = SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    with suppress(OSError):
        os.nice(NICENESS)
    logging.config.dictConfig(settings.LOGGING)
    desk = Desk(out)
    while True:
        desk.work(orders.get())


def _listen(orders: SimpleQueue[Order]) -> None:
    """Queue what comes in; when the parent is gone, end at once, and ffmpeg with us."""
    for line in sys.stdin:
        orders.put(read_order(line))
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def _ears() -> RecognitionEngine | None:
    """Whoever can listen here; a recording can be filmed without."""
    for name in backends.names("RECOGNITION_ENGINES"):
        with suppress(EngineMissing):
            return cast(RecognitionEngine, backend("RECOGNITION_ENGINES", name))
    return None


def _engines(script: script_to_video.Script) -> tuple[SpeechEngine | None, RenderEngine]:
    speech = None if script.recording else _made("SPEECH_ENGINES", script.speech_engine, "speech_engine")
    return speech, _made("RENDER_ENGINES", script.render_engine, "render_engine")


def _made(setting: str, name: str, field: str) -> Any:
    """An engine. Raises `EngineMissing` whose field says which of them it is, so that another can stand in for it."""
    try:
        return backend(setting, name)
    except EngineMissing as error:
        raise EngineMissing(error.message, code=error.code, remedy=error.remedy, field=field) from error
    except ImproperlyConfigured as error:
        remedy = "Choose a configured engine."
        raise EngineMissing(str(error), code="engine_unknown", remedy=remedy, field=field) from error


def _mended(restorer: str, picture: Picture, scale: float) -> Picture:
    """Loaded by the first film that wants it. Raises `EngineMissing`, `EngineFailed`, also for one that hangs."""

    def mend() -> Picture:
        engine: Restorer = _made("RESTORERS", restorer, "restorer")
        return engine.restore(picture, scale=scale)

    return _patience().wait(restorer, mend)


@cache
def _patience() -> Patience:
    return Patience(settings.AVATARS["RESTORER_TIMEOUT"])


def _drawing(name: str) -> bytes:
    from avatars.portraits import samples as characters

    if name not in characters.NAMES:
        known = ", ".join(characters.NAMES)
        raise PortraitError("There is no such character.", code="character_unknown", remedy=f"We have {known}.")
    return characters.png(name)


def _unforeseen(error: Exception) -> StudioError:
    """Where it happened goes to the log, but not its words: they may be somebody's text."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(last.filename)}:{last.lineno}"
    logger.error("The studio met an error that it does not know.", extra={"kind": type(error).__name__, "at": place})
    return StudioError("The studio failed.", code="studio_broke", remedy="It is tried again; see the log.")


if __name__ == "__main__":
    main()
