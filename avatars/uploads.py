"""What people upload for a film besides the portrait, looked at before it is stored: validators of models."""

from django.core.exceptions import ValidationError
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from avatars.exceptions import MediaError
from avatars.framing import pictures

WORDS = {
    "colour_unknown": _("This is no colour. Write it like #1f6feb."),
    "background_broken": _(
        "This picture cannot be read. Upload a JPEG, PNG or WebP picture of at most 10 MB and 40 million pixels."
    ),
}


def check_colour(value: str) -> None:
    """Refuses what is no colour like #1f6feb."""
    try:
        pictures.rgb(value)
    except MediaError as error:
        raise _refusal(error) from error


def check_background(file: FieldFile) -> None:
    """Refuses what is no picture, or one that is too large. One that is stored already was looked at."""
    _check_picture(file, "background")


def _check_picture(file: FieldFile, field: str, *, alpha: bool = False) -> None:
    if getattr(file, "_committed", False):
        return
    try:
        pictures.opened(file.file, field=field, alpha=alpha)
    except MediaError as error:
        raise _refusal(error) from error
    finally:
        file.seek(0)


def _refusal(error: MediaError) -> ValidationError:
    return ValidationError(WORDS.get(error.code, str(error)), code=error.code)
