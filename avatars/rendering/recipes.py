"""All that makes a film, frozen when it is asked for: equal recipes share a Render, later edits change none.

Whatever changes what is seen or heard is a key of `freeze`, and is read by `script`.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage

from avatars.consent import ConsentDecision
from avatars.engines.base import Mode
from avatars.framing.scene import Captions, Corner, Format, Logo, Scene
from avatars.models import DigitalHuman, LexiconEntry, Narration, Render
from avatars.pipeline.script_to_video import Script
from avatars.speech.base import SENTENCE_PAUSE, Manner
from avatars.speech.text.pronunciations import Pronunciation

# Raise it when the same recipe would come out differently.
PIPELINE_VERSION = 7

Recipe = dict[str, Any]
# What of a recipe can only be seen.
SEEN = frozenset({"portrait", "render_engine", "restorer", "mode", "scene", "cuts"})


def freeze(
    human: DigitalHuman,
    text: str,
    *,
    mode: str,
    format: str = "",
    captions: str = "",
    decision: ConsentDecision | None = None,
) -> Recipe:
    """What makes a film of this text beside the text: plain values that JSON can hold.

    Of the lexicon only what the text may need: a new word does not make old films others. A film that rests on one
    consent is not that which rests on another.
    """
    return {
        **({"consent": decision.face.pk} if decision and decision.face else {}),
        **({"voice_consent": decision.voice.pk} if decision and decision.voice else {}),
        **({"restorer": settings.RESTORER} if settings.RESTORER and Mode(mode).enhanced else {}),
        "version": PIPELINE_VERSION,
        "portrait": human.portrait.name,
        "render_engine": human.engine,
        "mode": mode,
        "speech_engine": human.voice.engine,
        "voice": human.voice.key,
        "speed": human.speed,
        "pause": human.pause,
        "lexicon": [asdict(entry) for entry in LexiconEntry.objects.said_in(text)],
        "scene": {
            "format": format or human.format,
            "colour": "" if human.background else human.background_color,
            "backdrop": human.background.name or "",
            "captions": captions or human.captions,
            "logo": _logo(human),
            "intro": human.intro.name or "",
            "outro": human.outro.name or "",
        },
        "provider": settings.AVATARS["AI_LABEL_PROVIDER"],
    }


def digest(text: str, recipe: Recipe) -> str:
    """The identity of a film: equal words by an equal recipe."""
    whole = json.dumps({**recipe, "text": text}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def heard(recipe: Recipe) -> Recipe:
    """What of a recipe is heard: all but what is only seen."""
    return {key: value for key, value in recipe.items() if key not in SEEN}


def script(render: Render) -> Script:
    """What the studio is to film for a render."""
    # Rows from before recipes have none.
    recipe = render.recipe or freeze(render.digital_human, render.text, mode=render.mode)
    film = _script(render.text, recipe, render.content_id)
    return replace(film, recording=_stored(str(render.recording.name))) if render.recording else film


def script_of(narration: Narration) -> Script:
    """What the studio is to speak for a narration, of which nobody sees anything."""
    seen = {"portrait": "", "render_engine": "", "mode": narration.digital_human.mode}
    return _script(narration.text, {**seen, **narration.recipe}, narration.content_hash[:32])


def _script(text: str, recipe: Recipe, content_id: str) -> Script:
    return Script(
        text=text,
        cuts=tuple(recipe.get("cuts", ())),
        portrait=_stored(recipe["portrait"]),
        speech_engine=recipe["speech_engine"],
        voice=recipe["voice"],
        speed=recipe["speed"],
        manner=_manner(
            fresh="trial" in recipe, **{name: recipe[name] for name in ("pause", "lexicon") if name in recipe}
        ),
        render_engine=recipe["render_engine"],
        restorer=recipe.get("restorer", ""),
        mode=recipe["mode"],
        scene=_scene(**recipe.get("scene", {})),
        content_id=content_id,
        provider=recipe["provider"],
        limit=settings.AVATARS["RENDER_MAX_BYTES"],
        goal=settings.AVATARS["RENDER_TARGET_BYTES"],
    )


def _manner(*, fresh: bool, pause: float = SENTENCE_PAUSE, lexicon: Sequence[dict[str, Any]] = ()) -> Manner:
    return Manner(fresh=fresh, pause=pause, lexicon=tuple(Pronunciation(**entry) for entry in lexicon))


def _logo(human: DigitalHuman) -> dict[str, Any] | None:
    if not human.logo:
        return None
    return {
        "picture": human.logo.name,
        "corner": human.logo_corner,
        "size": human.logo_size,
        "opacity": human.logo_opacity,
    }


def _scene(
    *,
    format: str = Format.AS_PORTRAIT,
    colour: str = "",
    backdrop: str = "",
    captions: str = Captions.OFF,
    logo: dict[str, Any] | None = None,
    intro: str = "",
    outro: str = "",
) -> Scene:
    return Scene(
        format=Format(format),
        colour=colour,
        backdrop=_stored(backdrop) if backdrop else None,
        captions=Captions(captions),
        logo=Logo(**{**logo, "picture": _stored(logo["picture"]), "corner": Corner(logo["corner"])}) if logo else None,
        intro=_stored(intro) if intro else None,
        outro=_stored(outro) if outro else None,
    )


def _stored(name: str) -> Path:
    return Path(default_storage.path(name))
