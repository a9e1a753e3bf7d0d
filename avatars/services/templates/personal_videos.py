"""Videos that differ from person to person: of a template or a presentation, with the facts of each."""

from collections.abc import Iterator, Mapping
from datetime import date

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext

from avatars.models import Presentation, PresentationScene, Render, RenderTemplate
from avatars.rendering import estimates
from avatars.services.presentations.presentation_videos import (
    BETWEEN,
    BETWEEN_LINES,
    estimate_presentation,
    presentation_faults,
    request_presentation_render,
)
from avatars.services.presentations.scenes import examples
from avatars.services.presentations.variables import fill_presentation
from avatars.services.render_requests import CHAT, request_render
from avatars.services.templates.templates import fill_template
from avatars.video_templates import personalisation, variables
from avatars.video_templates import scenes as scene_texts
from avatars.video_templates.personalisation import PersonalScript, VideoSource
from avatars.video_templates.scenes import Filling, SceneFault
from avatars.video_templates.variables import TemplateFault, declaration_faults
from core.text.placeholders import placeholder_names
from core.text.slot_values import Slot


def source_faults(source: VideoSource, *, today: date | None = None) -> list[TemplateFault]:
    """The faults of a source itself. Templates are kept without faults, presentations are not."""
    return list(_presentation_faults(source, today)) if isinstance(source, Presentation) else []


def personal_faults(
    source: VideoSource, values: Mapping[str, str], slots: Mapping[str, Slot], *, today: date | None = None
) -> list[TemplateFault]:
    """The faults of values that may name facts about the recipient (`slots`), for any recipient."""
    rows = list(source.variables.all())
    return list(personalisation.value_faults(rows, values, slots, today=today or timezone.localdate()))


def personalise(
    source: VideoSource,
    values: Mapping[str, str],
    *,
    facts: Mapping[str, str],
    slots: Mapping[str, Slot],
    language: str = "",
    today: date | None = None,
) -> PersonalScript:
    """The script for a person with these `facts`, with the defaulted and the missing variables.

    A presentation whose scenes all have a second language speaks it to people of that `language`, a code like "en".
    """
    today = today or timezone.localdate()
    _load(source)
    rows = list(source.variables.all())
    personal = personalisation.personal_values(rows, values, facts, slots, today=today)
    if isinstance(source, Presentation):
        return _presented(source, personal, language, today)
    text = variables.filled_script(source.script, rows, personal.values).strip()
    return PersonalScript(
        source=source, text=text, values=personal.values, defaulted=personal.defaulted, missing=personal.missing
    )


def fill_source(
    source: VideoSource, values: Mapping[str, object], *, translated: bool | None = None, language: str = ""
) -> PersonalScript:
    """The script with these values, in the second language if `translated`; None chooses by `language`, as above.

    Raises `ScriptError` as `fill_template` and `fill_presentation` do.
    """
    if isinstance(source, RenderTemplate):
        return PersonalScript(source=source, text=fill_template(source, values), values=values)
    scenes = list(source.scenes.all())
    second = scene_texts.is_for(language, scenes) if translated is None else translated
    filling = fill_presentation(source, values, translated=second)
    text = _text(source, scenes, filling, translated=second)
    return PersonalScript(source=source, text=text, values=values, translated=second)


def request_personal_render(
    script: PersonalScript,
    *,
    mode: str = "",
    spliced: bool | None = None,
    purpose: str = "",
    priority: int = CHAT,
    requester: str = "",
    ends_unwanted: bool = False,
    cid: str = "",
) -> Render:
    """The render of a script, new or existing. Raises as `request_render` does.

    `spliced` is for templates; scenes of presentations that were drawn before are never drawn again.
    """
    source = script.source
    if isinstance(source, RenderTemplate):
        return request_render(
            source.digital_human,
            script.text,
            template=source,
            spliced=spliced,
            mode=mode,
            purpose=purpose,
            priority=priority,
            requester=requester,
            ends_unwanted=ends_unwanted,
            cid=cid,
        )
    return request_presentation_render(
        source,
        script.values,
        translated=script.translated,
        mode=mode,
        purpose=purpose,
        priority=priority,
        requester=requester,
        ends_unwanted=ends_unwanted,
        cid=cid,
    )


def estimate_personal_render(script: PersonalScript, *, mode: str = "", spliced: bool = False) -> estimates.Estimate:
    """The estimate for rendering the video of a script, `spliced` of recurring sentences or whole."""
    source = script.source
    if isinstance(source, Presentation):
        return estimate_presentation(source, script.values, translated=script.translated, mode=mode)
    return estimates.estimate(script.text, mode or source.dressed().mode, spliced=spliced)


def _load(source: VideoSource) -> None:
    """Reads the rows of a source once, for any number of people."""
    names = ["variables", "scenes"] if isinstance(source, Presentation) else ["variables"]
    prefetch_related_objects([source], *names)


def _presented(
    presentation: Presentation, personal: personalisation.PersonalValues, language: str, today: date
) -> PersonalScript:
    scenes, rows = list(presentation.scenes.all()), list(presentation.variables.all())
    translated = scene_texts.is_for(language, scenes)
    fillings = {translated: Filling()}
    lacking: list[str] = []
    for second in (translated, not translated) if presentation.has_both_captions else (translated,):
        fillings[second], faults = scene_texts.filling_of(scenes, rows, personal.values, translated=second, today=today)
        lacking += [fault.field for fault in faults if fault.code == "required"]
    filling = fillings[translated]
    asked = {"translated": translated, "filling": filling, "other": fillings.get(not translated)}
    for fault in presentation_faults(scenes, presentation.partner, **asked):  # type: ignore[arg-type]
        lacking += _shown_at(fault, scenes[fault.scene - 1]) if scenes else []
    return PersonalScript(
        source=presentation,
        text=_text(presentation, scenes, filling, translated=translated),
        values=personal.values,
        translated=translated,
        defaulted=personal.defaulted,
        missing=tuple(dict.fromkeys(lacking)),
    )


def _shown_at(fault: SceneFault, scene: PresentationScene) -> list[str]:
    """The variables at the place of a fault: their values leave nothing to say, or too much to show."""
    shown = getattr(scene, fault.field)
    return list(placeholder_names(shown)) if isinstance(shown, str) else []


def _text(presentation: Presentation, scenes: list[PresentationScene], filling: Filling, *, translated: bool) -> str:
    """The whole script, as it is sent where there is no video."""
    asked = {"is_dialogue": presentation.partner is not None, "translated": translated}
    said = ([line.text for _who, line in scene_texts.lines(scene, filling, **asked)] for scene in scenes)
    return BETWEEN.join(BETWEEN_LINES.join(lines) for lines in said).strip()


def _presentation_faults(presentation: Presentation, today: date | None) -> Iterator[TemplateFault]:
    _load(presentation)
    scenes, rows = list(presentation.scenes.all()), list(presentation.variables.all())
    shown = scene_texts.shown_names(scenes)
    yield from declaration_faults(rows, shown=shown, today=today or timezone.localdate())
    has_both = bool(scenes) and all(scene.translation.strip() for scene in scenes)
    for translated in (False, True) if has_both else (False,):
        filling = examples(presentation, scenes, translated=translated)
        both = presentation.has_both_captions
        other = examples(presentation, scenes, translated=not translated) if both else None
        asked = {"translated": translated, "filling": filling, "other": other}
        for fault in presentation_faults(scenes, presentation.partner, **asked):  # type: ignore[arg-type]
            message = gettext("Scene %(number)d: %(words)s") % {"number": fault.scene, "words": fault.words}
            remedy = gettext("Change it on the page of the presentation.")
            yield TemplateFault(field=fault.field, code=fault.code, words=message, remedy=remedy)
