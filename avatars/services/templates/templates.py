"""Video templates: kept, filled in, and rendered."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from avatars.exceptions import InUse, ScriptError
from avatars.models import Render, RenderTemplate, TemplateVariable, Variable
from avatars.services.portrait_videos import check_background
from avatars.services.render_requests import CHAT, check_script, request_render
from avatars.video_templates import variables as template_variables
from avatars.video_templates.variables import TemplateFault

FILES = ("background", "logo", "intro", "outro")


def template_faults(script: str, variables: Sequence[Variable], *, today: date | None = None) -> list[TemplateFault]:
    """The faults of a template: unused variables, unknown names, defaults that do not fit."""
    return list(template_variables.template_faults(script, variables, today=today or timezone.localdate()))


def variable_faults(
    template: RenderTemplate, variables: Mapping[str, object], *, today: date | None = None
) -> list[TemplateFault]:
    """The faults of values for a template, at most one a variable."""
    return template_variables.read_values(
        list(template.variables.all()), variables, today=today or timezone.localdate()
    )[1]


def fill_template(template: RenderTemplate, variables: Mapping[str, object], *, today: date | None = None) -> str:
    """The script with these values in it, defaults where nothing is given. `today` is for dates like “tomorrow”.

    Values are texts, numbers may be numbers. Raises `ScriptError` whose field is like "variables.name" for the first
    that is missing, unknown or does not fit, and for a script that cannot become a video with them.
    """
    rows = list(template.variables.all())
    values, faults = template_variables.read_values(rows, variables, today=today or timezone.localdate())
    for fault in faults:
        raise ScriptError(fault.words, code=fault.code, field=f"variables.{fault.field}", remedy=fault.remedy)
    try:
        return check_script(template_variables.filled_script(template.script, rows, values))
    except ScriptError as error:
        raise ScriptError(error.message, code=error.code, field="variables", remedy=error.remedy) from error


@transaction.atomic
def request_template_render(
    template: RenderTemplate,
    variables: Mapping[str, object],
    *,
    purpose: str = "",
    priority: int = CHAT,
    requester: str = "",
    cid: str = "",
) -> Render:
    """The render of a template with these values, new or existing; see `request_render`.

    Raises `ScriptError` as `fill_template` does.
    """
    text = fill_template(template, variables)
    wishes = {"purpose": purpose, "priority": priority, "requester": requester, "cid": cid}
    return request_render(template.digital_human, text, template=template, **wishes)  # type: ignore[arg-type]


@transaction.atomic
def save_template(template: RenderTemplate, variables: Sequence[TemplateVariable] | None = None) -> RenderTemplate:
    """Save a template, and replace its variables by these; None leaves them.

    Raises `ScriptError` for the first fault of `template_faults`, `MediaError` for a background of a portrait video.
    """
    check_background(template.digital_human, template)
    rows = list(template.variables.all()) if variables is None and template.pk else list(variables or ())
    for fault in template_faults(template.script, rows):
        field = fault.field if fault.index is None else f"variables[{fault.index}].{fault.field}"
        raise ScriptError(fault.words, code=fault.code, field=field, remedy=fault.remedy)
    template.save()
    if variables is not None:
        template.variables.all().delete()
        for position, row in enumerate(rows, start=1):
            row.pk, row.template, row.position = None, template, position
        TemplateVariable.objects.bulk_create(rows)
    return template


@transaction.atomic
def remove_template(template: RenderTemplate) -> None:
    """Delete a template. Its videos stay; its files go where no video was made with them, which may be made again.

    Raises `InUse` for one that campaigns or flows send.
    """
    used = template.renders.exists()
    names = [str(getattr(template, name).name) for name in FILES if getattr(template, name)]
    try:
        template.delete()
    except ProtectedError as error:
        remedy = "Take it out of its campaigns and of the steps of flows; its videos stay."
        raise InUse("This video template is used.", code="in_use", remedy=remedy) from error
    for name in () if used else names:
        transaction.on_commit(partial(default_storage.delete, name))
