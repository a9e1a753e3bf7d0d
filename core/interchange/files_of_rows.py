"""Files that rows have, beside the YAML: told apart by their hash, under the name that members see."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from core.interchange.flaws import FileError, Findings, Place

LARGEST = 50 * 1024 * 1024  # bytes of all files together
LONGEST_NAME = 60
SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class Media:
    """The files of a document by hash, and the hashes of stored files by name. `known` files came with the document."""

    def __init__(self, known: Mapping[str, bytes] | None = None) -> None:
        self.known: dict[str, bytes] = dict(known or {})
        self.stored: dict[str, str] = {}  # hashes by the name in our storage
        self.waiting: dict[str, bytes] = {}
        self.taken_as: dict[tuple[str, str], str] = {}

    def entry(self, file: Any) -> dict[str, str]:
        """The entry of a media file in the YAML. Raises `FileError` if it is gone, or all are too large together."""
        return {"name": visible_name(PurePosixPath(file.name).name), "sha256": self._hash(str(file.name))}

    def taken(self, data: Any, current: str, place: Place, findings: Findings, *, folder: str) -> str:
        """The name in our storage of the file that an entry means; `current` if that is the same file.

        Another one is stored in the folder by `store`.
        """
        valid = isinstance(data, Mapping) and data.keys() == {"name", "sha256"}
        if not valid or not isinstance(data["name"], str) or not SHA256.match(str(data["sha256"])):
            message, remedy = _("A file has a name and a hash."), _("Write name: and sha256:, as the export does.")
            findings.add(place, message, remedy)
            return ""
        name, sha256 = visible_name(data["name"]), data["sha256"]
        if current and self.entry(ContentFile(b"", name=current)) == {"name": name, "sha256": sha256}:
            return current
        if sha256 not in self.known:
            message = _("The file “%(name)s” did not come along.") % {"name": name}
            remedy = _("Import the whole ZIP that was exported, not the YAML in it alone.")
            findings.add(place, message, remedy, code="file_missing")
            return ""
        stored = self.taken_as.setdefault((name, sha256), f"{folder}/{secrets.token_hex(8)}/{name}")
        self.stored[stored], self.waiting[stored] = sha256, self.known[sha256]
        return stored

    def learn(self, names: Iterable[str]) -> None:
        """Read the stored files of these names before a transaction asks for them."""
        for name in names:
            with suppress(FileError):  # which it raises again for the row
                self._hash(name)

    def bytes_of(self, stored: str) -> bytes:
        """The bytes of a file under its name in our storage, also of one that will be there after `store`."""
        return self.known[self._hash(stored)]

    def store(self) -> None:
        """Put the files that rows took into our storage."""
        for name, data in self.waiting.items():
            default_storage.save(name, ContentFile(data))
        self.waiting.clear()

    def _hash(self, stored: str) -> str:
        if stored not in self.stored:
            data = _read(stored)
            sha256 = hashlib.sha256(data).hexdigest()
            self.known[sha256], self.stored[stored] = data, sha256
            if sum(map(len, self.known.values())) > LARGEST:
                message = _("The files are larger than %(most)d MB together.")
                remedy = _("Export fewer at once.")
                raise FileError(message % {"most": LARGEST // 1024 // 1024}, code="files_large", remedy=remedy)
        return self.stored[stored]


def visible_name(name: str) -> str:
    """A name as our storage keeps it, short enough for the database: the same for one that it kept before."""
    last = PurePosixPath(name.replace("\\", "/")).name
    path = PurePosixPath(get_valid_filename(last) if re.search(r"\w", last) else "file")
    return f"{path.stem[: LONGEST_NAME - len(path.suffix)]}{path.suffix}"[-LONGEST_NAME:]


def _read(stored: str) -> bytes:
    try:
        with default_storage.open(stored) as file:
            return bytes(file.read())
    except OSError as error:
        message = _("The file “%(name)s” is gone from the storage.") % {"name": PurePosixPath(stored).name}
        raise FileError(message, code="file_gone", remedy=_("Choose it again on the page of what has it.")) from error
