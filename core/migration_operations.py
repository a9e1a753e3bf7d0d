"""Operations of migrations that keep processes of the version before at work."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import StateApps


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
