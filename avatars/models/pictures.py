"""The field of uploaded pictures."""

from typing import Any

from django.core.files.base import ContentFile
from django.db import models

from avatars.exceptions import MediaError
from avatars.media import picture_files


class PictureField(models.ImageField):
    """An uploaded picture, written anew before it is stored: upright, in sRGB, without metadata or hidden contents."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ImageField", args, kwargs  # nothing about it concerns the database

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        file = getattr(model_instance, self.attname)
        if file and not file._committed:
            setattr(model_instance, self.attname, ContentFile(self._rewritten(file), name=file.name))
        return super().pre_save(model_instance, add)

    def _rewritten(self, file: Any) -> bytes:
        file.seek(0)
        try:
            return picture_files.rewritten(file.read())
        except (OSError, ValueError, SyntaxError) as error:
            # Pillow reports a broken file as any of these, by format.
            message, remedy = "The picture cannot be read.", "Upload a JPEG, PNG or WebP picture."
            raise MediaError(message, code="not_an_image", field=self.name, remedy=remedy) from error
