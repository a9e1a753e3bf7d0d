"""A person's requests: a list of the data held about them, a file with all of it, and its erasure."""

import json
import shutil
from collections.abc import Iterable
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder

from core.exceptions import OpenUserError
from core.personal_data import holding_registry
from core.personal_data.holdings import Holding, Person


class ErasureRefused(OpenUserError):
    """Something must be settled before this person can be erased."""

    default_code = "erasure_refused"


def count(person: Person) -> dict[str, int]:
    """How many rows about a person there are, by model."""
    return _counts(_find(person))


def refusals(person: Person) -> list[str]:
    """The obstacles to an erasure, each with a remedy."""
    return [refusal for holding in holding_registry.holdings() if (refusal := holding.refusal(person))]


def erase(person: Person) -> dict[str, int]:
    """Erase or anonymise all rows about a person, with their files. Returns how many rows, by model.

    Not one transaction, since it may take minutes: repeat it if it was interrupted. Raises `ErasureRefused` before
    anything is changed.
    """
    reasons = refusals(person)
    if reasons:
        raise ErasureRefused(" ".join(reasons))
    holdings = _find(person)
    for holding, pks in [*_in_turn(holdings, last=False), *_in_turn(holdings, last=True)]:
        holding.erase(pks, person)
    return _counts(holdings)


def write_zip(person: Person, target: IO[bytes], *, about: dict[str, Any]) -> dict[str, int]:
    """Write all rows about a person as JSON by model, and their files, into a ZIP. Returns how many rows, by model."""
    holdings = _find(person)
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        archive.writestr("about.json", _json({**about, "rows": _counts(holdings)}))
        files = [name for holding, pks in holdings if pks for name in _write_rows(archive, holding, pks)]
        for name in dict.fromkeys(files):
            _write_file(archive, name)
    return _counts(holdings)


def _find(person: Person) -> list[tuple[Holding, list[int]]]:
    """All at once, before anything changes: rows are found through others."""
    return [(holding, holding.find(person)) for holding in holding_registry.holdings()]


def _in_turn(keys: list[tuple[Holding, list[int]]], *, last: bool) -> list[tuple[Holding, list[int]]]:
    """The highest app first, because its rows refer to those below."""
    return [(holding, pks) for holding, pks in reversed(keys) if holding.goes_last == last]


def _counts(keys: Iterable[tuple[Holding, list[int]]]) -> dict[str, int]:
    return {holding.label: len(pks) for holding, pks in keys if pks}


def _write_rows(archive: ZipFile, holding: Holding, pks: list[int]) -> list[str]:
    """Write the rows of one model. Returns the names of their files."""
    files: list[str] = []
    with archive.open(f"{holding.label.replace('.', '/')}.jsonl", "w") as lines:
        for row in holding.export(pks):
            lines.write(_json(holding.as_json(row)).encode() + b"\n")
            files += holding.file_names(row)
    return files


def _write_file(archive: ZipFile, name: str) -> None:
    if default_storage.exists(name):
        with default_storage.open(name) as source, archive.open(f"files/{name}", "w", force_zip64=True) as target:
            shutil.copyfileobj(source, target)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)
