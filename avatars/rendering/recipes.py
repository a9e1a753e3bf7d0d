"""Recipes: everything that decides a video, frozen at the request. Equal recipes share a render; later edits change
none.

Each value that changes the picture or the sound is a key in `freeze`, and `video_spec` reads it.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage

from avatars.consent import ConsentDecision
from avatars.engines.base import Mode
from avatars.framing.scene import Captions, Corner, Format, Logo, Scene
from avatars.models import DigitalHuman, Narration, PortraitVideo, Render
from avatars.pipeline.script_to_video import VideoSpec
from avatars.pipeline.spec import seed_of
from avatars.rendering import readings
from avatars.scenes.spec import Deck, Layout, Partner, Pointing, SceneSpec
from avatars.speech.base import SENTENCE_PAUSE, Manner
from avatars.speech.text.pronunciations import Pronunciation
from avatars.speech.text.speaking_style import Mood
from core import backends

# Raise it when the same recipe gives another video.
PIPELINE_VERSION = 9

LOOP_SECONDS = 9.2
"""Of an idle video: two breaths."""
LOOPING = "puppet"
"""The engine whose videos loop without a seam."""

Recipe = dict[str, Any]
# Keys that do not change the speech.
SEEN = frozenset({"portrait", "portrait_video", "render_engine", "restorer", "mode", "scene", "cuts", "deck", "loop"})
# So many ways of moving have the videos of a template that share sentences: each way is drawn once.
WAYS = 4


def freeze(
    human: DigitalHuman,
    text: str,
    *,
    mode: str,
    format: str = "",
    captions: str = "",
    decision: ConsentDecision | None = None,
    names: Iterable[str] = (),
) -> Recipe:
    """The recipe of a video of this text, in which `names` are people's: everything but the text, as JSON values.

    It holds only the readings that the text may need, so a new one invalidates no other video. Videos under different
    consents have different recipes.
    """
    return {
        **({"consent": decision.face.pk} if decision and decision.face else {}),
        **({"voice_consent": decision.voice.pk} if decision and decision.voice else {}),
        **({"restorer": settings.RESTORER} if settings.RESTORER and Mode(mode).enhanced else {}),
        **_moving(human),
        **_moods(human),
        "version": PIPELINE_VERSION,
        "portrait": human.portrait.name,
        "render_engine": human.engine,
        "mode": mode,
        "speech_engine": human.voice.engine,
        "voice": human.voice.key,
        "speed": human.usual_speed,
        "pause": human.pause,
        "lexicon": [asdict(entry) for entry in readings.said_in(text, names=names)],
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


def with_partner(recipe: Recipe, partner: DigitalHuman, decision: ConsentDecision) -> Recipe:
    """The recipe of a dialogue with this second digital human."""
    other = {
        **({"consent": decision.face.pk} if decision.face else {}),
        **({"voice_consent": decision.voice.pk} if decision.voice else {}),
        **_moving(partner),
        "portrait": partner.portrait.name,
        "speech_engine": partner.voice.engine,
        "voice": partner.voice.key,
        "speed": partner.usual_speed,
        **_moods(partner),
    }
    return {**recipe, "partner": other}


def freeze_loop(human: DigitalHuman, *, decision: ConsentDecision) -> Recipe:
    """The recipe of an idle video: no captions and clips, and the head moves in every mode."""
    enhanced = Mode(human.mode).enhanced
    mode = Mode.ENHANCED_TALKING_HEAD if enhanced else Mode.TALKING_HEAD
    recipe = freeze(human, "", mode=mode.value, captions=Captions.OFF.value, decision=decision)
    recipe["scene"] |= {"intro": "", "outro": ""}
    if LOOPING in backends.names("RENDER_ENGINES"):
        recipe["render_engine"] = LOOPING
    return {**recipe, "loop": LOOP_SECONDS}


def digest(text: str, recipe: Recipe) -> str:
    """The identity of a video: equal texts with equal recipes."""
    whole = json.dumps({**recipe, "text": text}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def audible_part(recipe: Recipe) -> Recipe:
    """The keys of a recipe that change the sound."""
    return {key: value for key, value in recipe.items() if key not in SEEN}


def video_spec(render: Render) -> VideoSpec:
    # Rows from before recipes have none.
    recipe = render.recipe or freeze(render.digital_human, render.text, mode=render.mode)
    spec = spec_of(render.text, recipe, render.content_id)
    return replace(spec, recording=_stored(str(render.recording.name))) if render.recording else spec


def narration_spec(narration: Narration) -> VideoSpec:
    """The studio's spec for a narration; the picture's keys stay empty."""
    seen = {"portrait": "", "render_engine": "", "mode": narration.digital_human.mode}
    return spec_of(narration.text, {**seen, **narration.recipe}, narration.content_hash[:32])


def spec_of(text: str, recipe: Recipe, content_id: str) -> VideoSpec:
    return VideoSpec(
        text=text,
        cuts=tuple(recipe.get("cuts", ())),
        portrait=_stored(recipe["portrait"]),
        portrait_video=_stored(recipe["portrait_video"]) if recipe.get("portrait_video") else None,
        speech_engine=recipe["speech_engine"],
        voice=recipe["voice"],
        speed=recipe["speed"],
        manner=_manner(
            fresh="trial" in recipe,
            **{name: recipe[name] for name in ("pause", "lexicon", "mood", "automatic_mood") if name in recipe},
        ),
        render_engine=recipe["render_engine"],
        restorer=recipe.get("restorer", ""),
        mode=recipe["mode"],
        scene=_scene(**recipe.get("scene", {})),
        deck=deck_of(recipe["deck"], recipe.get("partner")) if "deck" in recipe else None,
        loop=recipe.get("loop", 0.0),
        content_id=content_id,
        seed=seed_of(content_id) % WAYS if recipe.get("cuts") else seed_of(content_id),
        provider=recipe["provider"],
        limit=settings.AVATARS["RENDER_MAX_BYTES"],
        goal=settings.AVATARS["RENDER_TARGET_BYTES"],
    )


def _manner(
    *,
    fresh: bool,
    pause: float = SENTENCE_PAUSE,
    lexicon: Sequence[dict[str, Any]] = (),
    mood: str = Mood.NEUTRAL,
    automatic_mood: bool = False,
) -> Manner:
    return Manner(
        fresh=fresh,
        pause=pause,
        lexicon=tuple(Pronunciation(**entry) for entry in lexicon),
        mood=Mood(mood),
        automatic=automatic_mood,
    )


def _moods(human: DigitalHuman) -> dict[str, Any]:
    """The mood of its sentences without a mark."""
    return {
        **({"mood": human.usual_mood} if human.usual_mood != Mood.NEUTRAL else {}),
        **({"automatic_mood": True} if human.automatic_mood else {}),
    }


def _moving(human: DigitalHuman) -> dict[str, str]:
    """The video that the portrait is a frame of, if it is one."""
    video = PortraitVideo.objects.shown(human).first() if human.pk else None
    return {"portrait_video": str(video.video.name)} if video else {}


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


def deck_of(deck: dict[str, Any], partner: dict[str, Any] | None = None) -> Deck:
    """The scenes of a recipe."""
    return Deck(
        scenes=tuple(
            SceneSpec(
                begin=scene["begin"],
                layout=Layout(scene["layout"]),
                slide=_stored(scene["slide"]) if scene["slide"] else None,
                pointings=tuple(Pointing(offset=place, x=x, y=y) for place, x, y in scene["pointings"]),
                name=scene["name"],
                role=scene["role"],
                translation=scene.get("translation", ""),
                speaker=scene.get("speaker", 0),
            )
            for scene in deck["scenes"]
        ),
        colour=deck["colour"],
        accent=deck["accent"],
        music=_stored(deck["music"]) if deck.get("music") else None,
        partner=_partner(**partner) if partner else None,
    )


def _partner(
    *,
    portrait: str,
    portrait_video: str = "",
    speech_engine: str,
    voice: str,
    speed: float,
    mood: str = Mood.NEUTRAL,
    automatic_mood: bool = False,
    **_consents: int,
) -> Partner:
    return Partner(
        portrait=_stored(portrait),
        portrait_video=_stored(portrait_video) if portrait_video else None,
        speech_engine=speech_engine,
        voice=voice,
        speed=speed,
        mood=Mood(mood),
        automatic_mood=automatic_mood,
    )


def _stored(name: str) -> Path:
    return Path(default_storage.path(name))
