"""The engines of the settings: what each lacks, who uses it, who stands in, how it failed. Loads none of them."""

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
from avatars.models import DigitalHuman, EngineTrouble, Voice
from avatars.reasons import render
from core import backends


class EngineKind(TextChoices):
    """What an engine is for; the value names its settings."""

    SPEECH = "speech", _("speech")
    RENDER = "render", _("animation")
    RECOGNITION = "recognition", _("recognition")
    RESTORATION = "restoration", _("sharpening of portraits")

    @property
    def setting(self) -> str:
        return "RESTORERS" if self is EngineKind.RESTORATION else f"{self.value.upper()}_ENGINES"


TRIABLE = frozenset({EngineKind.SPEECH, EngineKind.RENDER})


@dataclass(frozen=True, kw_only=True)
class EngineStatus:
    """One entry of the settings and how it stands: `uses` is how many digital humans or voices name it."""

    kind: EngineKind
    name: str
    availability: Availability
    stands_in: bool
    uses: int
    failing: EngineTrouble | None = None

    @property
    def words(self) -> str:
        """What it lacks, in the reader's language; nothing where it is ready."""
        return render.lack(self.availability)

    @property
    def remedy(self) -> str:
        """What to do about it, in the reader's language."""
        return render.supply(self.availability)

    @property
    def role(self) -> str:
        """What it is beside what it does."""
        if not self.stands_in:
            return ""
        return gettext("stands in for others") if self.kind in TRIABLE else gettext("the one that is used")

    @property
    def rests_until(self) -> datetime | None:
        """Until when nobody asks it, because it failed several times."""
        until = self.failing.rests_until if self.failing else None
        return until if until and until > timezone.now() else None

    @property
    def trouble(self) -> str:
        """How it failed when it was last used; nothing where it did not."""
        if self.failing is None:
            return ""
        words = gettext("It failed %(number)d times in a row, last because: %(why)s.")
        return words % {"number": self.failing.failures, "why": render.words(self.failing.reason)}

    @property
    def can_be_tried(self) -> bool:
        return self.availability.ok and self.kind in TRIABLE

    @property
    def wanted(self) -> bool:
        """Whether something is lost where it does not work."""
        return self.stands_in or bool(self.uses)


def engines() -> list[EngineStatus]:
    """Every engine of the settings, kind by kind. Loads none of them."""
    named = uses()
    troubles = {(trouble.kind, trouble.name): trouble for trouble in EngineTrouble.objects.all()}
    return [
        EngineStatus(
            kind=kind,
            name=name,
            availability=availability,
            stands_in=name == fallback(kind),
            uses=named[kind, name],
            failing=troubles.get((kind.value, name)),
        )
        for kind in EngineKind
        for name, availability in probed(kind)
    ]


def fallback(kind: EngineKind) -> str:
    """Who stands in for an engine of this kind that fails; the first one where nobody can."""
    names = {
        EngineKind.SPEECH: settings.SPEECH_FALLBACK,
        EngineKind.RENDER: settings.RENDER_FALLBACK,
        EngineKind.RESTORATION: settings.RESTORER,
    }
    return str(names[kind]) if kind in names else next(iter(backends.names(kind.setting)), "")


def probed(kind: EngineKind) -> Iterator[tuple[str, Availability]]:
    """The engines of a kind, and what each lacks. Asks no database."""
    for name in backends.names(kind.setting):
        try:
            engine, options = backends.class_and_options(kind.setting, name)
        except (ImportError, KeyError, TypeError):
            yield name, Availability(state=State.SETTING, about=f"{kind.setting}[{name!r}]['class']")
            continue
        yield name, engine.probe(**options) if issubclass(engine, Probed) else Availability()


def uses() -> "Counter[tuple[EngineKind, str]]":
    """How many digital humans or voices name each engine."""
    found: Counter[tuple[EngineKind, str]] = Counter()
    for name in DigitalHuman.objects.values_list("engine", flat=True):
        found[EngineKind.RENDER, name] += 1
    for name in Voice.objects.values_list("engine", flat=True):
        found[EngineKind.SPEECH, name] += 1
    return found
