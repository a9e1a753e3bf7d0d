"""The bytes of an export: YAML, or a ZIP of it with the files that its rows have. Equal contents are equal bytes."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.interchange import files_of_rows, yaml_text
from core.interchange.flaws import FileError

ENDING, FOLDER = ".yaml", "files/"
MOST_FILES = 200
BEGINNING = (1980, 1, 1, 0, 0, 0)  # the first day that a ZIP knows


@dataclass(frozen=True, kw_only=True)
class Packed:
    """A file to hand out."""

    name: str
    data: bytes
    content_type: str


def pack(text: str, files: Mapping[str, bytes], *, name: str) -> Packed:
    """The text alone, or with files by their hash. `name` is that of the whole, without an ending."""
    document = name + ENDING
    if not files:
        return Packed(name=document, data=text.encode(), content_type="application/yaml; charset=utf-8")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in {document: text.encode(), **{FOLDER + key: files[key] for key in sorted(files)}}.items():
            entry = zipfile.ZipInfo(path, BEGINNING)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED, 6)
    return Packed(name=f"{name}.zip", data=buffer.getvalue(), content_type="application/zip")


def unpack(data: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The YAML and the files by their hash. Raises `FileError` for a ZIP of another kind, or too large a one."""
    if not data.startswith(b"PK\x03\x04"):
        return data, {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _members(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        message = _("The ZIP cannot be read.")
        raise FileError(message, code="zip_broken", field="file", remedy=_("Export it again.")) from error


def _members(archive: zipfile.ZipFile) -> tuple[bytes, dict[str, bytes]]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    largest = files_of_rows.LARGEST + yaml_text.LARGE.most_bytes
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > largest:
        message = _("The ZIP holds more than %(count)d files or %(most)d MB.")
        values = {"count": MOST_FILES, "most": files_of_rows.LARGEST // 1024 // 1024}
        raise FileError(message % values, code="zip_large", field="file", remedy=_("Export fewer at once."))
    documents, files = [], {}
    for entry in entries:
        # Read no more than its head says: a ZIP may lie about the size of its content.
        with archive.open(entry) as file:
            data = file.read(entry.file_size)
        if entry.filename.endswith(ENDING) and "/" not in entry.filename:
            documents.append(data)
        elif entry.filename.startswith(FOLDER):
            files[hashlib.sha256(data).hexdigest()] = data
    if len(documents) != 1:
        message = _("The ZIP has not exactly one YAML beside its files.")
        raise FileError(message, code="zip_other", field="file", remedy=_("Choose a ZIP that was exported here."))
    return documents[0], files
