"""Requirements for speech engines: sound that can be levelled, and the time of every sound and word."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from avatars.captions import srt
from avatars.conformance.base import Broken, Check, NotApplicable, demand
from avatars.exceptions import AvatarError, EngineFailed, ScriptError
from avatars.speech.audio import mastering
from avatars.speech.base import Speech, SpeechEngine
from avatars.speech.synthesis import synthesizer

WORDLESS = ("", "  \n", "……！")
LEAD, TAIL = 0.05, 0.1
"""Seconds at the beginning and at the end that must be quiet, so that joined sentences do not click."""
QUIET = 0.01  # of full scale (−40 dB): the quiet that those ends need
TOUCHING = 1e-6  # seconds of overlap that are rounding: such sounds and words touch


@dataclass(frozen=True, kw_only=True)
class Script:
    """A text, words of it that are spoken, a date as the author wrote it, and a short sentence."""

    text: str
    words: tuple[str, ...]
    date: str
    short: str


SCRIPTS = {
    "both": Script(
        text="你好！会议在2026年3月15日，下午3:30。The room is on floor 5.",
        words=("你", "好", "会", "议", "The", "room", "floor"),
        date="2026年3月15日",
        short="很高兴认识你。",
    ),
    "zh": Script(
        text="你好！会议在2026年3月15日，下午3:30。房间在5楼。",
        words=("你", "好", "会", "议", "房", "间"),
        date="2026年3月15日",
        short="很高兴认识你。",
    ),
    "en": Script(
        text="Hello! The meeting is on March 15, 2026. The room is on floor 5.",
        words=("Hello", "The", "meeting", "room", "floor"),
        date="March 15, 2026",
        short="Nice to meet you.",
    ),
}


class Speaker:
    """The stage: an engine, a voice of it, and a text, which is spoken once for all checks.

    Without a language, the text is the first of both, Chinese and English that the engine does not refuse.
    """

    def __init__(self, engine: SpeechEngine, *, voice: str, language: str = "") -> None:
        self.engine, self.voice = engine, voice
        self._shares: list[float] = []
        self._languages = [language] if language else list(SCRIPTS)
        self._speech: Speech | None = None
        self._failed = False

    @property
    def script(self) -> Script:
        """The script in its language."""
        return SCRIPTS[self._languages[0]]

    @property
    def speech(self) -> Speech:
        """Its speech of the script. Raises `NotApplicable` if speaking failed."""
        if self._speech is None and not self._failed:
            self.say()
        if self._speech is None or self._failed:
            raise NotApplicable(gettext_noop("It said nothing: see the first check."))
        return self._speech

    @property
    def shares(self) -> list[float]:
        """The shares of progress that it reported. Raises `NotApplicable` if speaking failed."""
        return self._shares if self.speech.samples.size else []

    def say(self) -> object:
        """Speak the script; returns the engine's result, of any type. Raises the engine's errors."""
        self._failed = True
        while True:
            self._shares.clear()
            try:
                said: object = self.engine.speak(self.script.text, voice=self.voice, progress=self._shares.append)
            except EngineFailed as error:
                if error.code != "engine_refused" or len(self._languages) == 1:
                    raise
                self._languages.pop(0)
                continue
            if isinstance(said, Speech) and len(said.samples):
                self._speech, self._failed = said, False
            return said


def _speaks(stage: Speaker) -> None:
    speech = stage.say()
    if not isinstance(speech, Speech):
        raise Broken(gettext_noop("It returned a %(kind)s and no Speech."), kind=type(speech).__name__)
    demand(len(speech.samples) > 0, gettext_noop("It returned no sound."))


def _is_sound(stage: Speaker) -> None:
    samples, rate = stage.speech.samples, stage.speech.rate
    demand(
        samples.dtype == np.float32 and samples.ndim == 1,
        gettext_noop("The samples are %(kind)s of %(dimensions)d dimensions, not float32 of one."),
        kind=str(samples.dtype),
        dimensions=samples.ndim,
    )
    demand(16_000 <= rate <= 48_000, gettext_noop("There are %(rate)d samples a second."), rate=rate)
    demand(bool(np.isfinite(samples).all()), gettext_noop("Some samples are no numbers."))
    peak = float(np.abs(samples).max())
    demand(peak <= 1, gettext_noop("The samples reach %(peak).2f."), peak=peak)


def _is_levelled(stage: Speaker) -> None:
    heard = synthesizer.joined([stage.speech])
    level, peak = mastering.loudness(heard.samples, heard.rate), mastering.true_peak(heard.samples)
    message = gettext_noop("Levelled, it is at %(level).1f LUFS with peaks of %(peak).1f dB.")
    met = abs(level - mastering.TARGET_LUFS) <= 1 and peak <= mastering.CEILING_DB + 0.1
    demand(met, message, level=level, peak=peak)


def _rests_at_its_ends(stage: Speaker) -> None:
    samples, rate = stage.speech.samples, stage.speech.rate
    first, last = (float(np.abs(part).max()) for part in (samples[: int(LEAD * rate)], samples[-int(TAIL * rate) :]))
    message = gettext_noop("It begins at a level of %(first).3f and ends at one of %(last).3f.")
    demand(max(first, last) < QUIET, message, first=first, last=last)


def _times_sounds(stage: Speaker) -> None:
    sounds, seconds = stage.speech.sounds, stage.speech.seconds
    demand(any(sound.symbol for sound in sounds), gettext_noop("It gives no times of sounds."))
    for sound in sounds:
        message = gettext_noop("The sound “%(symbol)s” is from %(start).3f to %(end).3f of %(seconds).3f s.")
        met = 0 <= sound.start < sound.end <= seconds + TOUCHING
        demand(met, message, symbol=sound.symbol, start=sound.start, end=sound.end, seconds=seconds)
    for before, after in pairwise(sounds):
        message = gettext_noop("The sound “%(symbol)s” begins at %(start).3f s, before the one before it ends.")
        demand(after.start >= before.end - TOUCHING, message, symbol=after.symbol, start=after.start)


def _times_words(stage: Speaker) -> None:
    speech, script = stage.speech, stage.script
    written = [script.text[token.offset : token.offset + token.length] for token in speech.tokens]
    for word in script.words:
        demand(word in written, gettext_noop("The word “%(word)s” has no time of its own."), word=word)
    demand("2026" in "".join(written), gettext_noop("The year 2026 has no time."))
    offsets = [token.offset for token in speech.tokens]
    demand(offsets == sorted(offsets), gettext_noop("The words are not in their order."))
    for before, after in pairwise(speech.tokens):
        message = gettext_noop("“%(word)s” begins at %(start).3f s, before the word before it ends.")
        word = script.text[after.offset : after.offset + after.length]
        demand(before.end <= after.start + TOUCHING, message, word=word, start=after.start)
    inside = all(0 <= token.start < token.end <= speech.seconds + TOUCHING for token in speech.tokens)
    demand(inside, gettext_noop("A word is timed outside of the sound."))


def _captions(stage: Speaker) -> None:
    lines = srt.srt(stage.script.text, stage.speech.tokens)
    demand(
        stage.script.date in lines.replace("\n", ""),
        gettext_noop("The captions lack “%(date)s”."),
        date=stage.script.date,
    )


def _reports(stage: Speaker) -> None:
    shares = stage.shares
    if not shares:
        raise NotApplicable(gettext_noop("It reports no progress."))
    met = shares == sorted(shares) and shares[0] >= 0 and shares[-1] == 1
    demand(met, gettext_noop("It reported %(shares)s."), shares=", ".join(f"{share:.2f}" for share in shares[:20]))


def _refuses_no_words(stage: Speaker) -> None:
    for text in WORDLESS:
        try:
            stage.engine.speak(text, voice=stage.voice)
        except ScriptError as error:
            demand(bool(error.remedy), gettext_noop("The error for a text without words has no remedy."))
        else:
            raise Broken(gettext_noop("It spoke %(text)s, in which there are no words."), text=repr(text))


def _refuses_a_speed(stage: Speaker) -> None:
    try:
        stage.engine.speak(stage.script.short, voice=stage.voice, speed=3)
    except AvatarError as error:
        code = error.code
        demand(code == "speed_out_of_range", gettext_noop("It refused with the code “%(code)s”."), code=code)
    else:
        raise Broken(gettext_noop("It spoke at three times the speed."))


def _hurries(stage: Speaker) -> None:
    short, voice = stage.script.short, stage.voice
    slow, fast = (stage.engine.speak(short, voice=voice, speed=speed).seconds for speed in (0.8, 1.5))
    message = gettext_noop("It took %(slow).2f s at a speed of 0.8 and %(fast).2f s at 1.5.")
    demand(fast < 0.75 * slow, message, slow=slow, fast=fast)


CHECKS = (
    Check(
        key="speaks",
        title=_("It says a text"),
        remedy=_("Return a Speech from speak(); an engine that gives sound alone is a Dictated with say()."),
        test=_speaks,
    ),
    Check(
        key="sound",
        title=_("The sound is mono in float32, of 16 to 48 kHz, between −1 and 1"),
        remedy=_("Convert and scale the samples before they are returned."),
        test=_is_sound,
    ),
    Check(
        key="level",
        title=_("It can be brought to the level of broadcasters, −16 LUFS"),
        remedy=_("Check that the voice is audible, and not a click or a hum between silences."),
        test=_is_levelled,
    ),
    Check(
        key="ends",
        title=_("It begins and ends in silence"),
        remedy=_("Leave 0.05 s before the first sound and 0.1 s after the last one, with nothing in them."),
        test=_rests_at_its_ends,
    ),
    Check(
        key="sounds",
        title=_("Every sound has its time, one after another"),
        remedy=_("Sort the sounds, and let none overlap or reach beyond the samples; silence may be left out."),
        test=_times_sounds,
    ),
    Check(
        key="words",
        title=_("Every word of the author has its time, in order"),
        remedy=_("Give offsets into the text as passed, not into its spoken form."),
        test=_times_words,
    ),
    Check(
        key="captions",
        title=_("Captions can be made of the times"),
        remedy=_("A date or number is one token, or several, at the place where the author wrote it."),
        test=_captions,
    ),
    Check(
        key="progress",
        title=_("Progress grows to 1"),
        remedy=_("Call progress() with shares that never shrink, and with 1 at the end."),
        test=_reports,
    ),
    Check(
        key="no-words",
        title=_("A text without words is the author's fault"),
        remedy=_("Raise ScriptError with a remedy where nothing in the text can be spoken."),
        test=_refuses_no_words,
    ),
    Check(
        key="speed-range",
        title=_("A speed out of range is refused"),
        remedy=_("Raise AvatarError with the code speed_out_of_range for less than 0.5 and more than 2."),
        test=_refuses_a_speed,
    ),
    Check(
        key="speed",
        title=_("A faster voice takes less time"),
        remedy=_("Pass the speed on to the voice."),
        test=_hurries,
    ),
)
