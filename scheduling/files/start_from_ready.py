"""Campaigns and series from those that come with OpenUser: drafts, complete but for the details that only HR knows."""

from itertools import count

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from core.interchange import yaml_text
from core.interchange.ready_files import ready_of
from scheduling.exceptions import SchedulingError
from scheduling.files.file_import import import_file
from scheduling.files.import_outcomes import Imported
from scheduling.files.ready_campaigns import READY, document_of, part_of
from scheduling.models import Campaign, Series


@transaction.atomic
def start_from_ready(key: str, *, by: AbstractBaseUser | None = None) -> Imported:
    """A draft of one of them, named in the active language; a second one gets a number."""
    known = ready_of(READY, key)
    if known is None:
        remedy = _("There are: %(known)s.") % {"known": ", ".join(ready.key for ready in READY)}
        raise SchedulingError(_("There is no such campaign."), code="ready_unknown", field="key", remedy=remedy)
    part = part_of(key)
    (entry,) = document_of(key)[part]
    document = {**document_of(key), part: [{**entry, "name": _free_name(str(known.title), part)}]}
    (imported,) = import_file(yaml_text.dump(document).encode(), by=by)
    return imported


def _free_name(title: str, part: str) -> str:
    model = Series if part == "series" else Campaign
    taken = set(model._default_manager.filter(name__startswith=title).values_list("name", flat=True))
    names = (title if number == 1 else f"{title} {number}" for number in count(1))
    return next(name for name in names if name not in taken)
