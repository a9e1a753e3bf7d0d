"""The texts of a presentation's scenes with values in their variables, and the faults that prevent a render."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from avatars.captions import translation
from avatars.models import PresentationScene, PresentationVariable
from avatars.scenes import marks
from avatars.scenes.spec import Layout
from avatars.speech.text.script import Language, language_of
from avatars.speech.text.speaking_style import blanked, without_marks
from avatars.video_templates.variables import TemplateFault, known_variables, read_values, shown_values
from core.text.placeholders import fill_placeholders, has_stray_braces, placeholder_names, split_at_placeholders


@dataclass(frozen=True, kw_only=True)
class SceneFault:
    """A reason why a presentation cannot be rendered, in the `field` of the scene with the number `scene`, from 1."""

    scene: int
    field: str
    code: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Filling:
    """The variables of a presentation with their values, as its texts show them."""

    variables: Sequence[PresentationVariable] = ()
    shown: Mapping[str, str] = field(default_factory=dict)

    def put(self, text: str) -> str:
        """The words with the values in them."""
        slots = {variable.name: variable.slot for variable in self.variables}
        return fill_placeholders(text, self.shown, slots)

    @property
    def names(self) -> list[str]:
        """Its values that are read as people's names."""
        return sorted({self.shown.get(each.name, "") for each in self.variables if each.is_name} - {""})


def filling_of(
    scenes: Iterable[PresentationScene],
    variables: Sequence[PresentationVariable],
    given: Mapping[str, object],
    *,
    translated: bool,
    today: date,
) -> tuple[Filling, list[TemplateFault]]:
    """Variables with their values, defaults where nothing is given; and the faults of the given values.

    A required variable that only the other language shows may be left out.
    """
    scenes = list(scenes)
    places = _places(scenes, translated)
    values, faults = read_values(variables, given, today=today)
    said = "".join(text for scene in scenes for text in _texts(scene, translated).values())
    filling = Filling(variables=variables, shown=shown_values(said, variables, values))
    return filling, [_placed(each, places) for each in faults if each.code != "required" or each.field in places]


def lines(
    scene: PresentationScene, filling: Filling, *, is_dialogue: bool, translated: bool
) -> list[tuple[int, marks.Marked]]:
    """The lines of a scene, each with its speaker."""
    script = scene.script_in(translated=translated)
    if not is_dialogue:
        return [(0, marks.read(script).filled(filling.put))]
    filled = [(speaker, marks.read(line).filled(filling.put)) for speaker, line in marks.lines(script)]
    return [(speaker, line) for speaker, line in filled if line.text]


def written(scene: PresentationScene, *, is_dialogue: bool) -> Iterator[str]:
    """The lines of a scene in both languages, with variables and marks of moods."""
    for script in (scene.script, scene.translation):
        for line in [line for _speaker, line in marks.lines(script)] if is_dialogue else [script]:
            yield marks.read(line).text


def translations(
    scene: PresentationScene,
    said: Sequence[tuple[int, marks.Marked]],
    other: Filling,
    *,
    is_dialogue: bool,
    translated: bool,
) -> list[str]:
    """The captions of each of these lines in the language that is not spoken: its own line, else a share of all."""
    translated_lines = lines(scene, other, is_dialogue=is_dialogue, translated=not translated)
    if [speaker for speaker, _line in translated_lines] == [speaker for speaker, _line in said]:
        return [without_marks(line.text) for _speaker, line in translated_lines]
    whole = "\n".join(without_marks(line.text) for _speaker, line in translated_lines)
    return translation.shared(whole, [len(line.text) for _speaker, line in said])


def caption_faults(
    number: int, scene: PresentationScene, other: Filling, *, is_dialogue: bool, translated: bool
) -> list[SceneFault]:
    """The missing texts for captions of a scene, spoken `translated` or not, in the other language."""
    script = "script" if translated else "translation"
    faults = [each for each in _placeholder_faults(scene, other, not translated) if each[0] == script]
    shown = lines(scene, other, is_dialogue=is_dialogue, translated=not translated)
    if not faults and not any(char.isalnum() for _who, line in shown for char in blanked(line.text)):
        message = _("Write “%(field)s”, or choose captions in the spoken language.") % {"field": _label(script)}
        faults.append((script, "translation_missing", message))
    return [SceneFault(scene=number, field=name, code=code, words=message) for name, code, message in faults]


def lower_third(scene: PresentationScene, filling: Filling, *, translated: bool) -> tuple[str, str]:
    """Name and title, each in one line."""
    name, role = scene.lower_third_in(translated=translated)
    return " ".join(filling.put(name).split()), " ".join(filling.put(role).split())


def shown_names(scenes: Iterable[PresentationScene]) -> set[str]:
    """The variables that scenes show, in both languages."""
    return {name for scene in scenes for translated in (False, True) for name in _shown(scene, translated)}


def is_for(language: str, scenes: Sequence[PresentationScene]) -> bool:
    """Whether the second language is the one for a reader of `language`, a code: every scene has it, and the first
    is another."""
    wished = Language.CHINESE if language.startswith("zh") else Language.ENGLISH
    if not language or not all(scene.translation.strip() for scene in scenes):
        return False
    first, second = (
        language_of(
            "".join(part for scene in scenes for part in split_at_placeholders(scene.script_in(translated=translated))),
            fallback=Language.CHINESE,
        )
        for translated in (False, True)
    )
    return first is not wished and second is wished


def scene_faults(
    number: int, scene: PresentationScene, filling: Filling, *, is_dialogue: bool, translated: bool
) -> list[SceneFault]:
    """The faults that keep a scene from being rendered."""
    faults = list(_placeholder_faults(scene, filling, translated))
    can_be_empty = bool(faults)
    marked = [line for _who, line in lines(scene, filling, is_dialogue=is_dialogue, translated=translated)]
    script = "translation" if translated else "script"
    if Layout(scene.layout).has_two and not is_dialogue:
        faults.append(("layout", "partner_missing", _("Choose a second digital human, or the layout with one.")))
    if not can_be_empty and not any(char.isalnum() for line in marked for char in blanked(line.text)):
        faults.append((script, "empty", _("Write what is said in this scene.")))
    if Layout(scene.layout).has_slide and not scene.slide:
        faults.append(("slide", "slide_missing", _("Upload a slide, or choose the layout without one.")))
    named = {point for line in marked for _place, point in line.points}
    unknown = sorted(point for point in named if not 0 < point <= len(scene.points))
    if unknown:
        message = _("The script names point %(point)d, which the slide does not have.") % {"point": unknown[0]}
        faults.append((script, "point_unknown", message))
    faults += _lower_third_faults(scene, filling, translated)
    return [SceneFault(scene=number, field=name, code=code, words=message) for name, code, message in faults]


def _placeholder_faults(scene: PresentationScene, filling: Filling, translated: bool) -> Iterator[tuple[str, str, str]]:
    known = {variable.name for variable in filling.variables}
    for name, text in _texts(scene, translated).items():
        label = {"field": _label(name)}
        if has_stray_braces(text):
            message = _("“%(field)s” has “{{” or “}}” without a variable between them.") % label
            remedy = _("Write variables like {{name}}: small letters, digits and _.")
            yield name, "bad_placeholder", f"{message} {remedy}"
        for variable in dict.fromkeys(placeholder_names(text)):
            if variable not in known:
                message = _("“%(field)s” shows {{%(name)s}}, and there is no such variable.")
                message %= {**label, "name": variable}
                yield name, "unknown_variable", f"{message} {known_variables(known)}"


def _lower_third_faults(scene: PresentationScene, filling: Filling, translated: bool) -> Iterator[tuple[str, str, str]]:
    fields = scene.lower_third_fields(translated=translated)
    for name, text in zip(fields, lower_third(scene, filling, translated=translated), strict=True):
        most = _column(name).max_length or len(text)
        if len(text) > most:
            message = _("“%(field)s” has %(count)d characters with these values; it may have %(most)d.")
            yield name, "too_long", message % {"field": _label(name), "count": len(text), "most": most}


def _texts(scene: PresentationScene, translated: bool) -> dict[str, str]:
    """The texts of a scene in one language that may show variables, by field."""
    fields = ("translation" if translated else "script", *scene.lower_third_fields(translated=translated))
    return {name: getattr(scene, name) for name in fields}


def _shown(scene: PresentationScene, translated: bool) -> set[str]:
    return {name for text in _texts(scene, translated).values() for name in placeholder_names(text)}


def _places(scenes: Iterable[PresentationScene], translated: bool) -> dict[str, list[int]]:
    """The numbers of the scenes that show each variable."""
    places: dict[str, list[int]] = {}
    for number, scene in enumerate(scenes, start=1):
        for name in _shown(scene, translated):
            places.setdefault(name, []).append(number)
    return places


def _placed(fault: TemplateFault, places: Mapping[str, Sequence[int]]) -> TemplateFault:
    if fault.field not in places:
        return fault
    where = _("Shown in scene %(scenes)s.") % {"scenes": ", ".join(map(str, places[fault.field]))}
    return replace(fault, remedy=f"{fault.remedy} {where}")


def _label(name: str) -> str:
    return str(_column(name).verbose_name)


def _column(name: str) -> "models.Field[Any, Any]":
    column = PresentationScene._meta.get_field(name)
    assert isinstance(column, models.Field)
    return column
