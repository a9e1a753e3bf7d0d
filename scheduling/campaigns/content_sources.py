"""The sources of a content: its video template, its presentation, the version of its flow.

An approval is bound to them, too: members hear the script of a template.
"""

from typing import Any

from django.db.models import Model, QuerySet

from scheduling.models import CampaignContent

# What does not change a video.
UNHEARD = frozenset({"id", "name", "notes", "spliced", "created_at", "updated_at", "template_id", "presentation_id"})


def describe_sources(content: CampaignContent) -> dict[str, Any]:
    """All that a member would see and hear, as JSON with stable keys; {} for words of its own."""
    sources: dict[str, Any] = {}
    if content.template is not None:
        sources["template"] = _fields(content.template) | {"variables": _variables(content.template.variables.all())}
    if content.presentation is not None:
        scenes = {str(number): _fields(scene) for number, scene in enumerate(content.presentation.scenes.all(), 1)}
        variables = _variables(content.presentation.variables.all())
        sources["presentation"] = _fields(content.presentation) | {"scenes": scenes, "variables": variables}
    if content.flow is not None:
        sources["flow_version"] = content.flow.live_id
    return sources


def _variables(rows: QuerySet[Any]) -> dict[str, Any]:
    return {row.name: _fields(row) for row in rows}


def _fields(row: Model) -> dict[str, Any]:
    values = {field.attname: field.value_from_object(row) for field in row._meta.concrete_fields}
    return {name: _plain(value) for name, value in values.items() if name not in UNHEARD}


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | list | dict) or value is None else str(value)
