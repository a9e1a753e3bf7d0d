"""Scenes of presentations: their pages, and pictures of them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext

from avatars import consent
from avatars.exceptions import AvatarError, InUse, PortraitError
from avatars.framing.scene import Captions, Format
from avatars.models import Presentation, PresentationScene
from avatars.previews import scene_preview
from avatars.rendering import recipes
from avatars.scenes import canvas, pdf_pages
from avatars.scenes.layouts import places, size_of
from avatars.scenes.spec import Layout
from avatars.studio.interactive import interactive_studio
from avatars.video_templates import scenes as scene_texts
from avatars.video_templates.scenes import Filling

MOST_SCENES = 100  # of a presentation: bounds its form, its row and its render


def preview_scene(scene: PresentationScene) -> bytes:
    """A picture of a scene with its points, as JPEG with the AI label; an unchanged one comes from the cache.

    Raises `ConsentError` where the person in the photograph has not agreed, `PortraitError`, `MediaError`.
    """
    _check_shown(scene)
    wish = _preview(scene)
    try:
        key = wish.key
    except OSError as error:
        raise PortraitError("The portrait cannot be read.", code="not_an_image") from error
    kept = scene_preview.cache(Path(settings.AVATARS["CACHE_DIR"]))
    picture = kept.get(key)
    if picture is None:
        with interactive_studio() as studio:
            picture = studio.preview_scene(wish, memory_limit_mb=settings.AVATARS["MEMORY_LIMIT_MB"])
        # A withdrawal meanwhile has emptied the cache, and this would come after it.
        _check_shown(scene)
        kept.put(key, picture)
    return picture


def slide_area(scene: PresentationScene) -> tuple[float, ...]:
    """The slide in the picture of a scene: left, top, width and height as shares of it; () without one."""
    look = scene.presentation
    size = size_of(Format(look.format).aspect)
    area = places(Layout(scene.layout), size, captions=look.captions != Captions.OFF, both=look.has_both_captions).slide
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
        message = gettext("A presentation has at most %(most)d scenes.") % {"most": MOST_SCENES}
        raise AvatarError(message, code="too_many_scenes", field="scenes")
    position = max((scene.position for scene in scenes), default=0) + 1
    return PresentationScene.objects.create(presentation=presentation, position=position, **values)


def import_pages(presentation: Presentation, data: bytes) -> list[PresentationScene]:
    """A new scene at the end for each page of a PDF, without scripts. Raises `MediaError`, `AvatarError`."""
    pictures = pdf_pages.pages(data)
    with transaction.atomic():
        return [add_scene(presentation, slide=ContentFile(picture, name=name)) for name, picture in pictures]


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
    """Delete a presentation. Its videos stay; its files go where no video was made, which may be made again.

    Raises `InUse` for one that campaigns or flows send.
    """
    used = presentation.renders.exists()
    names = [str(scene.slide.name) for scene in presentation.scenes.all() if scene.slide]
    names += [str(file.name) for file in (presentation.logo, presentation.music) if file]
    try:
        presentation.delete()
    except ProtectedError as error:
        remedy = "Take it out of its campaigns and of the steps of flows; its videos stay."
        raise InUse("This presentation is used.", code="in_use", remedy=remedy) from error
    for name in () if used else names:
        transaction.on_commit(partial(default_storage.delete, name))


def still(scene: PresentationScene, filling: Filling, *, translated: bool = False) -> recipes.Recipe:
    """A scene as the recipe keeps it, without the script."""
    name, role = scene_texts.lower_third(scene, filling, translated=translated)
    return {
        "begin": 0,
        "layout": scene.layout,
        "slide": str(scene.slide.name or "") if Layout(scene.layout).has_slide else "",
        "pointings": [],
        "name": name,
        "role": role,
    }


def examples(presentation: Presentation, scenes: Sequence[PresentationScene], *, translated: bool = False) -> Filling:
    """The variables with sample values for pictures: examples, defaults, else labels."""
    variables, today = list(presentation.variables.all()), timezone.localdate()
    given = {each.name: each.slot.parse(each.example or each.default, today=today) for each in variables}
    filled, _faults = scene_texts.filling_of(scenes, variables, given, translated=translated, today=today)
    return replace(filled, shown={each.name: filled.shown.get(each.name) or str(each) for each in variables})


def _check_shown(scene: PresentationScene) -> None:
    """Raise `ConsentError` where a person in the picture of a scene has not agreed."""
    presentation, layout = scene.presentation, Layout(scene.layout)
    speaker = _first_speaker(scene)
    if presentation.partner is not None and (layout.has_two or speaker):
        consent.covering_consent(presentation.partner)
    if layout.has_two or not speaker:
        consent.covering_consent(presentation.digital_human)


def _first_speaker(scene: PresentationScene) -> int:
    """The number of the digital human in the picture of a scene for one."""
    is_dialogue = scene.presentation.partner is not None
    said = scene_texts.lines(scene, _examples(scene), is_dialogue=is_dialogue, translated=False)
    return next((speaker for speaker, _marked in said), 0)


def _examples(scene: PresentationScene) -> Filling:
    return examples(scene.presentation, [scene])


def _preview(scene: PresentationScene) -> scene_preview.ScenePreview:
    presentation = scene.presentation
    human = presentation.dressed()
    frozen = recipes.freeze(human, "", mode=human.mode)
    colours = {"colour": presentation.background_color, "accent": presentation.accent_color}
    first = {**still(scene, _examples(scene)), "speaker": _first_speaker(scene)}
    # The words are not in the picture, but the room for them is.
    first["translation"] = scene.translation if presentation.has_both_captions else ""
    frozen["deck"] = {"scenes": [first], **colours}
    if presentation.partner is not None:
        frozen = recipes.with_partner(frozen, presentation.partner, consent.ConsentDecision())
    spec = recipes.spec_of("", frozen, content_id="preview")
    assert spec.deck is not None
    points = tuple((x, y) for x, y in scene.points) if scene.slide else ()
    partner = spec.deck.partner
    return scene_preview.ScenePreview(
        portrait=spec.portrait,
        look=spec.scene,
        deck=spec.deck,
        points=points,
        moving=(spec.portrait_video is not None, partner is not None and partner.portrait_video is not None),
        provider=spec.provider,
    )
