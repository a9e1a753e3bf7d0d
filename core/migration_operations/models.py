"""Operations of migrations: those that keep processes of the version before at work, and many tables at once."""

from collections.abc import Iterable
from itertools import groupby

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState, StateApps


def rename_in_place(app_label: str, old: str, new: str) -> list[Operation]:
    """Renames a model and the codenames of its permissions; its table keeps the name that the version before uses.

    The migration must depend on `auth` and `contenttypes`.
    """
    return [
        migrations.AlterModelTable(name=old, table=f"{app_label}_{old.lower()}"),
        migrations.RenameModel(old_name=old, new_name=new),
        RenamePermissions(app_label, old.lower(), new.lower()),
    ]


class RenamePermissions(migrations.RunPython):
    """Gives the permissions of a renamed model its new name, so that accounts and groups keep them."""

    def __init__(self, app_label: str, old: str, new: str) -> None:
        super().__init__(_renaming(app_label, old, new), _renaming(app_label, new, old), elidable=True)


def _renaming(app_label: str, old: str, new: str) -> "migrations.operations.special._CodeCallable":
    def rename(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        # The content type has the old or the new name: Django renames it before or after, as the direction is.
        permissions = (
            apps.get_model("auth", "Permission")
            .objects.using(schema_editor.connection.alias)
            .filter(content_type__app_label=app_label, content_type__model__in=[old, new], codename__endswith=f"_{old}")
        )
        for permission in permissions:
            permission.codename = f"{permission.codename.removesuffix(old)}{new}"
            permission.save(update_fields=["codename"])

    return rename


def tables_at_once(operations: Iterable[Operation]) -> list[Operation]:
    """The operations, with neighbouring `CreateModel` as one: it takes a new installation half the time."""
    joined: list[Operation] = []
    for creates, group in groupby(operations, lambda operation: type(operation) is migrations.CreateModel):
        neighbours = list(group)
        joined += [CreateModels(neighbours)] if creates else neighbours
    return joined


class CreateModels(Operation):
    """Several `CreateModel`.

    After each of those Django would build the classes of all models anew that are related to the new one, however far;
    here it does so once.
    """

    def __init__(self, models: list[Operation]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        before = set(state.models)
        classes = state.__dict__.pop("apps", None)  # without them, a model is noted and nothing is built
        for model in self.models:
            model.state_forwards(app_label, state)
        if classes is not None:
            state.apps = classes
            state.reload_models([key for key in state.models if key not in before], delay=False)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for model in reversed(self.models):
            model.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create {len(self.models)} models"
