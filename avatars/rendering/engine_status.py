"""The engines of the settings, with missing parts, users, fallbacks and failures. Loads none of them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from avatars.adapters.availability import Availability, Probed, State
from avatars.models import DigitalHuman, EngineFailure, Voice
from avatars.reasons import availability, render
from avatars.speech.base import Control, SpeechEngine
from core import backends


class EngineKind(TextChoices):
    """The kinds of engines; the value names their setting."""

    SPEECH = "speech", _("speech")
    RENDER = "render", _("animation")
    RECOGNITION = "recognition", _("recognition")
    RESTORATION = "restoration", _("sharpening of portraits")

    @property
    def setting(self) -> str:
        return "RESTORERS" if self is EngineKind.RESTORATION else f"{self.value.upper()}_ENGINES"


TESTABLE = frozenset({EngineKind.SPEECH, EngineKind.RENDER})


@dataclass(frozen=True, kw_only=True)
class EngineStatus:
    """One entry of the settings and its state: `uses` is how many digital humans or voices use it."""

    kind: EngineKind
    name: str
    availability: Availability
    is_fallback: bool
    uses: int
    failure: EngineFailure | None = None

    @property
    def words(self) -> str:
        """The missing parts, in the reader's language; "" if the engine is ready."""
        return availability.lack(self.availability)

    @property
    def remedy(self) -> str:
        """The remedy, in the reader's language."""
        return availability.supply(self.availability)

    @property
    def role(self) -> str:
        """Its part as a fallback, in the reader's language; "" for none."""
        if not self.is_fallback:
            return ""
        return gettext("stands in for others") if self.kind in TESTABLE else gettext("the one that is used")

    @property
    def rests_until(self) -> datetime | None:
        """Until when it is skipped, because it failed several times; None if it is not."""
        until = self.failure.rests_until if self.failure else None
        return until if until and until > timezone.now() else None

    @property
    def failure_words(self) -> str:
        """Its last failure, in the reader's language; "" if it worked."""
        if self.failure is None:
            return ""
        message = gettext("It failed %(number)d times in a row, last because: %(why)s.")
        return message % {"number": self.failure.failures, "why": render.words(self.failure.reason)}

    @property
    def can_be_tried(self) -> bool:
        return self.availability.ok and self.kind in TESTABLE

    @property
    def is_needed(self) -> bool:
        """Whether a digital human, a voice or a fallback depends on it."""
        return self.is_fallback or bool(self.uses)


def engines() -> list[EngineStatus]:
    """All engines of the settings, by kind. Loads none of them."""
    named = usage_counts()
    troubles = {(trouble.kind, trouble.name): trouble for trouble in EngineFailure.objects.all()}
    return [
        EngineStatus(
            kind=kind,
            name=name,
            availability=availability,
            is_fallback=name == fallback_engine(kind),
            uses=named[kind, name],
            failure=troubles.get((kind.value, name)),
        )
        for kind in EngineKind
        for name, availability in availabilities(kind)
    ]


def speech_controls(name: str) -> frozenset[Control]:
    """The controls that moods and paces have over the voices of a speech engine. Loads none."""
    try:
        engine, _options = backends.class_and_options(EngineKind.SPEECH.setting, name)
    except (ImportError, KeyError, TypeError):
        return frozenset()
    return engine.controls if issubclass(engine, SpeechEngine) else frozenset()


def fallback_engine(kind: EngineKind) -> str:
    """The fallback for engines of this kind; the first engine of a kind without one, such as recognition."""
    names = {
        EngineKind.SPEECH: settings.SPEECH_FALLBACK,
        EngineKind.RENDER: settings.RENDER_FALLBACK,
        EngineKind.RESTORATION: settings.RESTORER,
    }
    return str(names[kind]) if kind in names else next(iter(backends.names(kind.setting)), "")


def availabilities(kind: EngineKind) -> Iterator[tuple[str, Availability]]:
    """The engines of a kind with their availability. Makes no query."""
    for name in backends.names(kind.setting):
        try:
            engine, options = backends.class_and_options(kind.setting, name)
        except (ImportError, KeyError, TypeError):
            yield name, Availability(state=State.SETTING, about=f"{kind.setting}[{name!r}]['class']")
            continue
        yield name, engine.probe(**options) if issubclass(engine, Probed) else Availability()


def usage_counts() -> "Counter[tuple[EngineKind, str]]":
    """The number of digital humans or voices that use each engine."""
    counts: Counter[tuple[EngineKind, str]] = Counter()
    for name in DigitalHuman.objects.values_list("engine", flat=True):
        counts[EngineKind.RENDER, name] += 1
    for name in Voice.objects.values_list("engine", flat=True):
        counts[EngineKind.SPEECH, name] += 1
    return counts
