"""Presentations: their pages, pictures of their scenes, and their videos."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext

from avatars import consent
from avatars.exceptions import AvatarError, PortraitError, ScriptError
from avatars.framing.scene import Captions, Format
from avatars.models import DigitalHuman, Presentation, PresentationScene, Render
from avatars.previews import scene_preview
from avatars.rendering import estimates, recipes
from avatars.scenes import canvas, marks, pdf_pages
from avatars.scenes.layouts import places, size_of
from avatars.scenes.spec import Layout
from avatars.services.renders import TEST, check_script, request_recipe
from avatars.speech.text.speaking_style import blanked
from avatars.studio.interactive import interactive_studio

BETWEEN, BETWEEN_LINES = "\n\n", "\n"
MOST_SCENES = 100


@dataclass(frozen=True, kw_only=True)
class SceneFault:
    """Why a presentation cannot be rendered: in the `field` of the scene with the number `scene`, from 1."""

    scene: int
    field: str
    code: str
    words: str


@dataclass(frozen=True, kw_only=True)
class PresentationCheck:
    """What a request would render: all that is said, in how many scenes, and in how many seconds."""

    text: str
    scenes: int
    estimate: estimates.Estimate


def presentation_faults(
    scenes: Sequence[PresentationScene], partner: DigitalHuman | None = None, *, translated: bool = False
) -> list[SceneFault]:
    """What is missing before these scenes can be rendered, in the reader's language.

    `translated` asks about the video in the second language.
    """
    if not scenes:
        return [SceneFault(scene=1, field="script", code="no_scenes", words=gettext("There are no scenes yet."))]
    return [
        fault for number, scene in enumerate(scenes, start=1) for fault in _faults(number, scene, partner, translated)
    ]


def _faults(number: int, scene: PresentationScene, partner: DigitalHuman | None, translated: bool) -> list[SceneFault]:
    found, lines = [], _lines(scene, partner, translated)
    script = "translation" if translated else "script"
    marked = [line for _speaker, line in lines]
    if Layout(scene.layout).has_two and partner is None:
        words = gettext("Choose a second digital human, or the layout with one.")
        found.append(("layout", "partner_missing", words))
    if not any(char.isalnum() for line in marked for char in blanked(line.text)):
        found.append((script, "empty", gettext("Write what is said in this scene.")))
    if Layout(scene.layout).has_slide and not scene.slide:
        found.append(("slide", "slide_missing", gettext("Upload a slide, or choose the layout without one.")))
    named = {point for line in marked for _place, point in line.points}
    unknown = sorted(point for point in named if not 0 < point <= len(scene.points))
    if unknown:
        words = gettext("The script names point %(point)d, which the slide does not have.") % {"point": unknown[0]}
        found.append((script, "point_unknown", words))
    return [SceneFault(scene=number, field=field, code=code, words=words) for field, code, words in found]


@transaction.atomic
def request_presentation_render(
    presentation: Presentation,
    *,
    translated: bool = False,
    purpose: str = "",
    priority: int = TEST,
    requester: str = "",
    cid: str = "",
) -> Render:
    """The video of a presentation as it is now, or the one that there is already; see `request_render`.

    `translated` is the one in the second language. Raises `ScriptError` for the first of its faults, with a field like
    `scenes[2].script`, and else as `request_render` does.
    """
    what, decision = _wish(presentation, purpose, translated)
    wish = {"priority": priority, "requester": requester, "cid": cid, "purpose": purpose}
    render = request_recipe(what, wish, decision=decision)
    presentation.renders.add(render)
    return render


def check_presentation(presentation: Presentation, *, translated: bool = False, purpose: str = "") -> PresentationCheck:
    """What a request would render now. Stores nothing; raises as `request_presentation_render` does, but for quotas."""
    what, _decision = _wish(presentation, purpose, translated)
    scenes = [scene for scene in what["recipe"]["deck"]["scenes"] if not scene.get("continues")]
    likely = estimates.estimate(what["text"], what["mode"], spliced=True)
    return PresentationCheck(text=what["text"], scenes=len(scenes), estimate=likely)


def _wish(presentation: Presentation, purpose: str, translated: bool) -> tuple[dict[str, Any], consent.ConsentDecision]:
    """What a render of a presentation shows, by its columns, and what permits it."""
    scenes, partner = list(presentation.scenes.all()), presentation.dressed_partner(translated=translated)
    for fault in presentation_faults(scenes, partner, translated=translated):
        raise ScriptError(fault.words, code=fault.code, field=f"scenes[{fault.scene - 1}].{fault.field}")
    text, deck = _frozen(presentation, scenes, translated)
    text = check_script(text, most=settings.AVATARS["MAX_PRESENTATION_CHARACTERS"])
    speaker = presentation.dressed(translated=translated)
    decision = consent.decide(speaker, purpose=purpose)
    recipe = recipes.freeze(speaker, text, mode=speaker.mode, decision=decision)
    recipe |= {"deck": deck, "cuts": [scene["begin"] for scene in deck["scenes"]]}
    partner = partner if _appears(deck) else None
    if partner is not None:
        other = consent.decide(partner, purpose=purpose)
        decision, recipe = replace(decision, partner=other), recipes.with_partner(recipe, partner, other)
    people = {"digital_human": presentation.digital_human, "partner": partner}
    return {**people, "text": text, "mode": speaker.mode, "recipe": recipe}, decision


def preview_scene(scene: PresentationScene) -> bytes:
    """A picture of a scene with its points, as JPEG with the AI label; what was shown before comes at once.

    Raises `ConsentError` where the person in the photograph has not agreed, `PortraitError`, `MediaError`.
    """
    _check_shown(scene)
    wish = _preview(scene)
    try:
        key = wish.key
    except OSError as error:
        raise PortraitError("The portrait cannot be read.", code="not_an_image") from error
    kept = scene_preview.cache(Path(settings.AVATARS["CACHE_DIR"]))
    found = kept.get(key)
    if found is None:
        with interactive_studio() as studio:
            found = studio.preview_scene(wish, memory_limit_mb=settings.AVATARS["MEMORY_LIMIT_MB"])
        # A withdrawal meanwhile has emptied the cache, and this would come after it.
        _check_shown(scene)
        kept.put(key, found)
    return found


def slide_area(scene: PresentationScene) -> tuple[float, ...]:
    """Where the slide lies in the picture of a scene: left, top, width and height as shares of it; () without one."""
    look = scene.presentation
    size = size_of(Format(look.format).aspect)
    area = places(Layout(scene.layout), size, captions=look.captions != Captions.OFF).slide
    try:
        box = canvas.fitted((scene.slide.width, scene.slide.height), area) if area and scene.slide else None
    except OSError:
        return ()  # its file is gone
    return (box.x / size[0], box.y / size[1], box.width / size[0], box.height / size[1]) if box else ()


@transaction.atomic
def add_scene(presentation: Presentation, **values: Any) -> PresentationScene:
    """A new scene at the end. Raises `AvatarError` (code `too_many_scenes`)."""
    scenes = presentation.scenes.all()
    if len(scenes) >= MOST_SCENES:
        words = gettext("A presentation has at most %(most)d scenes.") % {"most": MOST_SCENES}
        raise AvatarError(words, code="too_many_scenes", field="scenes")
    position = max((scene.position for scene in scenes), default=0) + 1
    return PresentationScene.objects.create(presentation=presentation, position=position, **values)


def import_pages(presentation: Presentation, data: bytes) -> list[PresentationScene]:
    """A new scene at the end for each page of a PDF, without scripts. Raises `MediaError`, `AvatarError`."""
    found = pdf_pages.pages(data)
    with transaction.atomic():
        return [add_scene(presentation, slide=ContentFile(picture, name=name)) for name, picture in found]


@transaction.atomic
def move_scene(scene: PresentationScene, by: int) -> None:
    """Move a scene by so many places; numbers the scenes of its presentation from 1."""
    scenes = list(PresentationScene.objects.filter(presentation=scene.presentation_id).select_for_update())
    place = next(number for number, each in enumerate(scenes) if each.pk == scene.pk)
    scenes.insert(max(0, min(place + by, len(scenes) - 1)), scenes.pop(place))
    for position, each in enumerate(scenes, start=1):
        each.position = position
    PresentationScene.objects.bulk_update(scenes, ["position"])


@transaction.atomic
def remove_presentation(presentation: Presentation) -> None:
    """Delete a presentation. Its videos stay; its files go where no video was made, which may be made again."""
    used = presentation.renders.exists()
    names = [str(scene.slide.name) for scene in presentation.scenes.all() if scene.slide]
    names += [str(file.name) for file in (presentation.logo, presentation.music) if file]
    presentation.delete()
    for name in () if used else names:
        transaction.on_commit(partial(default_storage.delete, name))


def _frozen(
    presentation: Presentation, scenes: Sequence[PresentationScene], translated: bool
) -> tuple[str, recipes.Recipe]:
    """The whole text, and the deck as the recipe keeps it."""
    text, rows = "", []
    for scene in scenes:
        for number, (speaker, marked) in enumerate(_lines(scene, presentation.partner, translated)):
            text = f"{text}{BETWEEN_LINES if number else BETWEEN}" if text else ""
            points = [[len(text) + place, *scene.points[point - 1]] for place, point in marked.points]
            row = {**_still(scene, translated), "begin": len(text), "pointings": points}
            rows.append(row | _line(speaker, continues=number > 0))
            text += marked.text
    deck = {"scenes": rows, "colour": presentation.background_color, "accent": presentation.accent_color}
    return text, deck | ({"music": str(presentation.music.name)} if presentation.music else {})


def _lines(
    scene: PresentationScene, partner: DigitalHuman | None, translated: bool = False
) -> list[tuple[int, marks.Marked]]:
    """What is said in a scene, and by whom."""
    script = scene.script_in(translated=translated)
    if partner is None:
        return [(0, marks.read(script))]
    return [(speaker, marks.read(words)) for speaker, words in marks.lines(script)]


def _line(speaker: int, *, continues: bool) -> recipes.Recipe:
    """What a line of a dialogue has besides: only the first shows the lower third."""
    return {
        **({"speaker": speaker} if speaker else {}),
        **({"continues": True, "name": "", "role": ""} if continues else {}),
    }


def _appears(deck: recipes.Recipe) -> bool:
    """Whether the second digital human is seen or heard."""
    return any(scene.get("speaker") or Layout(scene["layout"]).has_two for scene in deck["scenes"])


def _check_shown(scene: PresentationScene) -> None:
    """Raise `ConsentError` where a person in the picture of a scene has not agreed."""
    presentation, layout = scene.presentation, Layout(scene.layout)
    speaker = _first_speaker(scene)
    if presentation.partner is not None and (layout.has_two or speaker):
        consent.covering_consent(presentation.partner)
    if layout.has_two or not speaker:
        consent.covering_consent(presentation.digital_human)


def _first_speaker(scene: PresentationScene) -> int:
    """Who is in the picture of a scene for one."""
    return next((speaker for speaker, _marked in _lines(scene, scene.presentation.partner)), 0)


def _still(scene: PresentationScene, translated: bool = False) -> recipes.Recipe:
    name, role = scene.lower_third_in(translated=translated)
    return {
        "begin": 0,
        "layout": scene.layout,
        "slide": str(scene.slide.name or "") if Layout(scene.layout).has_slide else "",
        "pointings": [],
        "name": name,
        "role": role,
    }


def _preview(scene: PresentationScene) -> scene_preview.ScenePreview:
    presentation = scene.presentation
    human = presentation.dressed()
    frozen = recipes.freeze(human, "", mode=human.mode)
    colours = {"colour": presentation.background_color, "accent": presentation.accent_color}
    frozen["deck"] = {"scenes": [{**_still(scene), "speaker": _first_speaker(scene)}], **colours}
    if presentation.partner is not None:
        frozen = recipes.with_partner(frozen, presentation.partner, consent.ConsentDecision())
    spec = recipes.spec_of("", frozen, content_id="preview")
    assert spec.deck is not None
    points = tuple((x, y) for x, y in scene.points) if scene.slide else ()
    return scene_preview.ScenePreview(
        portrait=spec.portrait, look=spec.scene, deck=spec.deck, points=points, provider=spec.provider
    )
