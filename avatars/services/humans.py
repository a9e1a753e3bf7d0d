"""Services of portraits and of digital humans."""

from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import ProtectedError

from avatars.exceptions import InUse
from avatars.models import DigitalHuman


@transaction.atomic
def remove_digital_human(human: DigitalHuman) -> None:
    """Delete a digital human that nothing uses, with its portrait. Raises `InUse` for one that something uses."""
    used = InUse(
        "This digital human is used.",
        code="in_use",
        remedy="Give its desks, campaigns and video templates another one; its videos stay.",
    )
    # Locked, so that no video of it is requested at this moment.
    locked = DigitalHuman.objects.select_for_update().get(pk=human.pk)
    if locked.renders.exists() or locked.partner_renders.exists():
        raise used
    files = [
        str(file.name) for file in (locked.portrait, locked.background, locked.logo, locked.intro, locked.outro) if file
    ]
    for video in locked.portrait_videos.all():
        files += [str(name) for name in (video.upload, video.video, video.still) if name]
    try:
        locked.delete()
    except ProtectedError as error:
        raise used from error
    for name in dict.fromkeys(files):
        transaction.on_commit(partial(default_storage.delete, name))
