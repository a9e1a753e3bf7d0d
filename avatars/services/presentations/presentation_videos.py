"""Videos of presentations: the faults that prevent one, and the request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from avatars import consent
from avatars.exceptions import ScriptError
from avatars.models import DigitalHuman, Presentation, PresentationScene, Render
from avatars.rendering import estimates, recipes
from avatars.scenes.spec import Layout
from avatars.services.identical_renders import request_recipe
from avatars.services.presentations.scenes import still
from avatars.services.presentations.variables import fill_presentation
from avatars.services.render_requests import TEST, check_choices, check_script
from avatars.services.script_preview import ScriptRemark, check_marks
from avatars.video_templates import scenes as scene_texts
from avatars.video_templates.scenes import Filling, SceneFault

BETWEEN, BETWEEN_LINES = "\n\n", "\n"
NOTHING = Filling()


@dataclass(frozen=True, kw_only=True)
class PresentationCheck:
    """The result of a dry run: the whole script, the number of scenes, and the estimate.

    `lower_thirds` are the number of a scene, from 1, with a name and a title; `names` are read as people's.
    """

    text: str
    scenes: int
    lower_thirds: tuple[tuple[int, str, str], ...]
    names: tuple[str, ...]
    estimate: estimates.Estimate


def presentation_faults(
    scenes: Sequence[PresentationScene],
    partner: DigitalHuman | None = None,
    *,
    translated: bool = False,
    filling: Filling = NOTHING,
    other: Filling | None = None,
) -> list[SceneFault]:
    """The faults that prevent a render of these scenes, in the reader's language.

    `translated` asks about the video in the second language; `filling` comes from `fill_presentation`, and `other` is
    the filling of the language that only the captions have, if they have both.
    """
    if not scenes:
        return [SceneFault(scene=1, field="script", code="no_scenes", words=gettext("There are no scenes yet."))]
    asked = {"is_dialogue": partner is not None, "translated": translated}
    return [
        fault
        for number, scene in enumerate(scenes, start=1)
        for fault in (
            *scene_texts.scene_faults(number, scene, filling, **asked),
            *(scene_texts.caption_faults(number, scene, other, **asked) if other else ()),
        )
    ]


def presentation_remarks(presentation: Presentation) -> list[tuple[int, ScriptRemark]]:
    """Marks in the scripts that are none, or stand elsewhere than before a sentence; each with its scene, from 1."""
    asked = {"is_dialogue": presentation.partner is not None}
    return [
        (number, remark)
        for number, scene in enumerate(presentation.scenes.all(), start=1)
        for text in scene_texts.written(scene, **asked)
        for remark in check_marks(text)
    ]


def caption_filling(
    presentation: Presentation, values: Mapping[str, object], *, translated: bool = False
) -> Filling | None:
    """The variables in the language that only the captions have; None where they have one language.

    Raises as `fill_presentation` does."""
    if not presentation.has_both_captions:
        return None
    return fill_presentation(presentation, values, translated=not translated)


@transaction.atomic
def request_presentation_render(
    presentation: Presentation,
    values: Mapping[str, object] | None = None,
    *,
    translated: bool = False,
    mode: str = "",
    purpose: str = "",
    priority: int = TEST,
    requester: str = "",
    ends_unwanted: bool = False,
    cid: str = "",
) -> Render:
    """The render of a presentation as it is now, new or existing; see `request_render`.

    `values` are of its variables, `translated` asks for the second language, `mode` is by default the digital human's
    own. Raises `ScriptError` for the first of its faults, with a field like `scenes[2].script`, and else as
    `fill_presentation` and `request_render` do.
    """
    what, _filling, decision = _wish(presentation, values or {}, purpose, translated, mode)
    wish = {"priority": priority, "requester": requester, "cid": cid, "purpose": purpose}
    wish["ends_unwanted"] = ends_unwanted
    render = request_recipe(what, wish, decision=decision)
    presentation.renders.add(render)
    return render


def check_presentation(
    presentation: Presentation,
    values: Mapping[str, object] | None = None,
    *,
    translated: bool = False,
    mode: str = "",
    purpose: str = "",
) -> PresentationCheck:
    """The dry run of a request. Stores nothing; raises as `request_presentation_render` does, but for quotas."""
    what, filling, _decision = _wish(presentation, values or {}, purpose, translated, mode)
    scenes = [scene for scene in what["recipe"]["deck"]["scenes"] if not scene.get("continues")]
    lower_thirds = tuple((number, scene["name"], scene["role"]) for number, scene in enumerate(scenes, start=1))
    return PresentationCheck(
        text=what["text"],
        scenes=len(scenes),
        lower_thirds=tuple(row for row in lower_thirds if any(row[1:])),
        names=tuple(filling.names),
        estimate=estimates.estimate(what["text"], what["mode"], deck=what["recipe"]["deck"]),
    )


def estimate_presentation(
    presentation: Presentation, values: Mapping[str, object], *, translated: bool = False, mode: str = ""
) -> estimates.Estimate:
    """The estimate for rendering a presentation. Asks for no consent; raises `ScriptError` as a request does."""
    filling = fill_presentation(presentation, values, translated=translated)
    other = caption_filling(presentation, values, translated=translated)
    text, deck = _frozen(presentation, list(presentation.scenes.all()), filling, other, translated)
    return estimates.estimate(text, mode or presentation.dressed(translated=translated).mode, deck=deck)


def _wish(
    presentation: Presentation, values: Mapping[str, object], purpose: str, translated: bool, mode: str
) -> tuple[dict[str, Any], Filling, consent.ConsentDecision]:
    """The columns of a presentation's render, its variables, and the decision that permits it."""
    filling = fill_presentation(presentation, values, translated=translated)
    other = caption_filling(presentation, values, translated=translated)
    scenes, partner = list(presentation.scenes.all()), presentation.dressed_partner(translated=translated)
    for fault in presentation_faults(scenes, partner, translated=translated, filling=filling, other=other):
        raise ScriptError(fault.words, code=fault.code, field=f"scenes[{fault.scene - 1}].{fault.field}")
    text, deck = _frozen(presentation, scenes, filling, other, translated)
    most = settings.AVATARS["MAX_PRESENTATION_CHARACTERS"]
    text = check_script(text, most=most)
    if other is not None:
        check_script(" ".join(scene["translation"] for scene in deck["scenes"]), most=most)
    speaker = presentation.dressed(translated=translated)
    mode = mode or speaker.mode
    check_choices(mode=mode)
    decision = consent.decide(speaker, purpose=purpose)
    recipe = recipes.freeze(speaker, text, mode=mode, decision=decision, names=filling.names)
    recipe |= {"deck": deck, "cuts": [scene["begin"] for scene in deck["scenes"]]}
    partner = partner if _appears(deck) else None
    if partner is not None:
        second = consent.decide(partner, purpose=purpose)
        decision, recipe = replace(decision, partner=second), recipes.with_partner(recipe, partner, second)
    people = {"digital_human": presentation.digital_human, "partner": partner}
    return {**people, "text": text, "mode": mode, "recipe": recipe}, filling, decision


def _frozen(
    presentation: Presentation,
    scenes: Sequence[PresentationScene],
    filling: Filling,
    other: Filling | None,
    translated: bool,
) -> tuple[str, recipes.Recipe]:
    """The whole text, and the deck as the recipe keeps it."""
    text, rows, asked = "", [], {"is_dialogue": presentation.partner is not None, "translated": translated}
    for scene in scenes:
        said = scene_texts.lines(scene, filling, **asked)
        shown = scene_texts.translations(scene, said, other, **asked) if other else None
        for number, (speaker, marked) in enumerate(said):
            text = f"{text}{BETWEEN_LINES if number else BETWEEN}" if text else ""
            points = [[len(text) + place, *scene.points[point - 1]] for place, point in marked.points]
            row = {**still(scene, filling, translated=translated), "begin": len(text), "pointings": points}
            rows.append(row | _line(speaker, continues=number > 0) | ({"translation": shown[number]} if shown else {}))
            text += marked.text
    deck = {"scenes": rows, "colour": presentation.background_color, "accent": presentation.accent_color}
    return text, deck | ({"music": str(presentation.music.name)} if presentation.music else {})


def _line(speaker: int, *, continues: bool) -> recipes.Recipe:
    """The additional keys of a line of a dialogue: only the first shows the lower third."""
    return {
        **({"speaker": speaker} if speaker else {}),
        **({"continues": True, "name": "", "role": ""} if continues else {}),
    }


def _appears(deck: recipes.Recipe) -> bool:
    """Whether the second digital human is seen or heard."""
    return any(scene.get("speaker") or Layout(scene["layout"]).has_two for scene in deck["scenes"])
