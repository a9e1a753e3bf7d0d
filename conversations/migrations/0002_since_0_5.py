from importlib import import_module
from typing import Any

from django.db import migrations

from core.migration_operations.rebuilt_tables import RebuildTables


def draw_ends(apps: Any, schema_editor: Any) -> None:
    """A step that just stopped leads to an end from now on, because without a transition it would lead to the next."""
    state_model, transition_model = (apps.get_model("conversations", name) for name in ("State", "Transition"))
    ends: dict[int, Any] = {}
    for flow in apps.get_model("conversations", "Flow").objects.order_by("pk"):
        states = list(state_model.objects.filter(flow=flow).order_by("position", "pk"))
        for state in states[:-1]:
            follows = transition_model.objects.filter(state=state, when="next")
            if state.kind in ("say", "video") and not follows.exists():
                end = ends.get(flow.pk) or _end(state_model, flow, states)
                ends[flow.pk] = end
                transition_model.objects.create(state=state, position=10, when="next", target=end)


def _end(state_model: Any, flow: Any, states: list[Any]) -> Any:
    keys = {state.key for state in states}
    key = next(name for name in ("end", *(f"end_{number}" for number in range(1, 1000))) if name not in keys)
    name = "结束" if flow.language.startswith("zh") else "End"
    return state_model.objects.create(flow=flow, position=states[-1].position + 10, key=key, name=name, kind="end")


class Migration(migrations.Migration):
    """A database of 0.5 gets the tables of today."""

    dependencies = [
        ("avatars", "0002_since_0_5"),
        ("conversations", "0001_initial"),
        ("wecom", "0002_since_0_5"),
    ]

    operations = [
        RebuildTables(
            import_module("conversations.migrations.0001_initial").Migration,
            renamed_models=[("Viewing", "WatchLink")],
            renamed_tables=[("conversations_viewing", "conversations_watchlink")],
            steps=[draw_ends],
        ),
    ]
