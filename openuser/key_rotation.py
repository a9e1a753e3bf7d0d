"""Encrypts stored values with the newest of `OPENUSER_FIELD_KEYS`, so that older ones can be removed."""

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from core.fields import EncryptedTextField
from core.storage.encryption import PREFIX

BATCH = 500


@dataclass(kw_only=True)
class Rotated:
    """The outcome for the values of one column. `lost` are those that no key opens."""

    label: str
    renewed: int = 0
    current: int = 0
    lost: int = 0


def rotate() -> Iterator[Rotated]:
    """Go through all encrypted columns, in short transactions, while others read and write.

    May be interrupted and run again: values with the newest key stay as they are.
    """
    keys = [Fernet(key) for key in settings.FIELD_KEYS]
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedTextField) and field.column:
                yield _rotate_column(model, field.column, keys)


def _rotate_column(model: type[models.Model], column: str, keys: list[Fernet]) -> Rotated:
    done = Rotated(label=f"{model._meta.label}.{column}")
    newest, all_keys, after = keys[0], MultiFernet(keys), 0
    while rows := _rows(model, column, after):
        with transaction.atomic():
            for pk, value in rows:
                token = value.removeprefix(PREFIX).encode()
                if _opens(newest, token):
                    done.current += 1
                elif not _opens(all_keys, token):
                    done.lost += 1
                else:
                    done.renewed += _replace(model, column, pk, value, PREFIX + all_keys.rotate(token).decode())
        after = rows[-1][0]
    return done


def _rows(model: type[models.Model], column: str, after: int) -> list[tuple[int, str]]:
    """The next rows with a value, as it is stored: the field would open it."""
    table, key, name = _names(model, column)
    query = f"SELECT {key}, {name} FROM {table} WHERE {key} > %s AND {name} <> '' ORDER BY {key} LIMIT {BATCH}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, [after])
        return [(int(pk), str(value)) for pk, value in cursor.fetchall()]


def _replace(model: type[models.Model], column: str, pk: int, old: str, new: str) -> int:
    """Unless another process wrote a value meanwhile, which has the newest key."""
    table, key, name = _names(model, column)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {name} = %s WHERE {key} = %s AND {name} = %s", [new, pk, old])  # noqa: S608
        return int(cursor.rowcount)


def _names(model: type[models.Model], column: str) -> tuple[str, str, str]:
    quoted = connection.ops.quote_name
    key = model._meta.pk
    assert key is not None
    return quoted(model._meta.db_table), quoted(str(key.column)), quoted(column)


def _opens(key: Fernet | MultiFernet, token: bytes) -> bool:
    try:
        key.decrypt(token)
    except InvalidToken:
        return False
    return True
