"""Variables of presentations, and their values."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from avatars.exceptions import ScriptError
from avatars.models import Presentation, PresentationVariable, Variable
from avatars.video_templates import scenes as scene_texts
from avatars.video_templates.scenes import Filling
from avatars.video_templates.variables import TemplateFault, declaration_faults


def presentation_variable_faults(variables: Sequence[Variable], *, today: date | None = None) -> list[TemplateFault]:
    """The faults of variables themselves: names that are the same, defaults that do not fit."""
    return list(declaration_faults(variables, today=today or timezone.localdate()))


def presentation_value_faults(
    presentation: Presentation, values: Mapping[str, object], *, translated: bool = False, today: date | None = None
) -> list[TemplateFault]:
    """The faults of values for the variables of a presentation, at most one a variable."""
    return _filling(presentation, values, translated, today)[1]


def fill_presentation(
    presentation: Presentation, values: Mapping[str, object], *, translated: bool = False, today: date | None = None
) -> Filling:
    """The variables of a presentation with these values, defaults where nothing is given, as `fill_template`.

    Raises `ScriptError` whose field is like "variables.name" for the first that is missing, unknown or does not fit,
    and for a variable that no scene shows.
    """
    filling, faults = _filling(presentation, values, translated, today)
    for fault in faults:
        raise ScriptError(fault.words, code=fault.code, field=f"variables.{fault.field}", remedy=fault.remedy)
    shown = scene_texts.shown_names(presentation.scenes.all())
    for fault in declaration_faults(filling.variables, shown=shown, today=today or timezone.localdate()):
        raise _declared(fault)
    return filling


@transaction.atomic
def save_presentation(
    presentation: Presentation, variables: Sequence[PresentationVariable] | None = None
) -> Presentation:
    """Save a presentation, and replace its variables by these; None leaves them.

    Raises `ScriptError` for the first fault of `presentation_variable_faults`.
    """
    for fault in presentation_variable_faults(variables or ()):
        raise _declared(fault)
    presentation.save()
    if variables is not None:
        presentation.variables.all().delete()
        for position, row in enumerate(variables, start=1):
            row.pk, row.presentation, row.position = None, presentation, position
        PresentationVariable.objects.bulk_create(variables)
    return presentation


def _filling(
    presentation: Presentation, values: Mapping[str, object], translated: bool, today: date | None
) -> tuple[Filling, list[TemplateFault]]:
    scenes, variables = presentation.scenes.all(), list(presentation.variables.all())
    today = today or timezone.localdate()
    return scene_texts.filling_of(scenes, variables, values, translated=translated, today=today)


def _declared(fault: TemplateFault) -> ScriptError:
    field = f"variables[{fault.index}].{fault.field}"
    return ScriptError(fault.words, code=fault.code, field=field, remedy=fault.remedy)
