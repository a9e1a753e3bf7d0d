"""A database of the emulator that an earlier version has made and this one cannot update: it is kept beside a new one.

Its migrations were merged into one, which such a database counts as applied.
"""

from pathlib import Path

from django.apps import apps
from django.db import connection

ASIDE = ".earlier"


def is_earlier() -> bool:
    """Whether a table of the emulator, or a column of one, is missing after all migrations."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for model in apps.get_app_config("emulator").get_models(include_auto_created=True):
            name = model._meta.db_table
            columns = {field.column for field in model._meta.local_concrete_fields}
            if name not in tables:
                return True
            if not columns <= {column.name for column in connection.introspection.get_table_description(cursor, name)}:
                return True
    return False


def set_aside(path: Path) -> Path:
    """Move the file of the database, and those that SQLite keeps beside it; returns where it is then."""
    connection.close()
    aside = path.with_name(path.name + ASIDE)
    for ending in ("", "-wal", "-shm"):
        Path(f"{aside}{ending}").unlink(missing_ok=True)
        file = Path(f"{path}{ending}")
        if file.exists():
            file.rename(f"{aside}{ending}")
    return aside
