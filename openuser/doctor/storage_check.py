"""Check of the media storage."""

import secrets

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.diagnosis import Check, Finding, bad, good
from core.storage import disk

SAMPLE = b"doctor"


class Space(Check):
    """The disks have room."""

    id = "disk"
    title = gettext_lazy("Disk space")
    after = ("settings",)

    def run(self) -> Finding:
        disks = disk.disks()
        full = next((volume for volume in disks if volume.is_full), None)
        if full is None:
            least = min(disks, key=lambda volume: volume.free)
            return good(_("%(free)d MB are free in %(place)s.") % {"free": least.free, "place": least.folder})
        fault = _("The disk is full: %(free)d MB are free in %(place)s. Videos wait, and uploads are refused.")
        remedy = _("Free some space, or move the folder to a larger disk. OPENUSER_DISK_MIN_MB (%d) sets the limit.")
        place = {"free": full.free, "place": full.folder}
        return bad("disk_full", fault % place, remedy=remedy % settings.DISK_MIN_MB)


class Storage(Check):
    """A small file can be saved, read and deleted."""

    id = "storage"
    title = gettext_lazy("Storage of files")
    after = ("settings",)

    def run(self) -> Finding:
        place = settings.BUCKET or str(settings.MEDIA_ROOT)
        try:
            name = default_storage.save(f"doctor/{secrets.token_hex(16)}.txt", ContentFile(SAMPLE))
            with default_storage.open(name) as file:
                same = file.read() == SAMPLE
            default_storage.delete(name)
        except (OSError, ImproperlyConfigured, ImportError) as error:
            fault = _("Files cannot be saved in %(place)s (%(error)s).") % {"place": place, "error": _cause(error)}
            return bad("storage", fault, remedy=self._remedy())
        if not same:
            return bad(
                "storage_differs", _("Files read from %s differ from the saved ones.") % place, remedy=self._remedy()
            )
        return good(_("Files are saved in %s.") % place)

    def _remedy(self) -> str:
        if settings.BUCKET:
            return _(
                "Check that OPENUSER_S3_BUCKET and OPENUSER_S3_ENDPOINT name an existing bucket, and that the key may "
                "read, write, list and delete."
            )
        return _("Check that the folder MEDIA_ROOT exists, that OpenUser may write to it, and that the disk has space.")


def _cause(error: Exception) -> str:
    """The kind of the innermost error, because its message may contain URLs with keys."""
    cause = error.__cause__ or error
    response = getattr(cause, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return str(code or type(cause).__name__)
