"""Files that were uploaded, or will be."""

from dataclasses import dataclass
from typing import ClassVar

from wecom.contents import content_validation
from wecom.contents.base import lines
from wecom.contents.content_validation import DESCRIPTION, TITLE, clean


@dataclass(frozen=True, kw_only=True)
class Media:
    """A file that was uploaded, or will be: `media_id` is "" until then."""

    msgtype: ClassVar[str]
    media_id: str = ""

    def payload(self, media_id: str = "") -> dict[str, object]:
        return {"media_id": media_id or self.media_id}

    def options(self) -> dict[str, int]:
        return {}

    def words(self) -> str:
        return ""


@dataclass(frozen=True, kw_only=True)
class Guarded(Media):
    """With `safe` it cannot be passed on and shows a watermark."""

    safe: bool = False

    def options(self) -> dict[str, int]:
        return {"safe": 1} if self.safe else {}


@dataclass(frozen=True, kw_only=True)
class Image(Guarded):
    """A picture (JPG or PNG, up to 10 MB)."""

    msgtype: ClassVar[str] = "image"


@dataclass(frozen=True, kw_only=True)
class Voice(Media):
    """A recording (AMR, up to 2 MB and 60 s)."""

    msgtype: ClassVar[str] = "voice"


@dataclass(frozen=True, kw_only=True)
class File(Guarded):
    """Any file of up to 20 MB. Of a `safe` one the platform takes text, PDF, Office, XML and pictures only."""

    msgtype: ClassVar[str] = "file"


@dataclass(frozen=True, kw_only=True)
class Video(Guarded):
    """An MP4 of up to 10 MB, with a title of up to 128 and a description of up to 512 bytes."""

    msgtype: ClassVar[str] = "video"
    title: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        content_validation.within("title", self.title, TITLE)
        content_validation.within("description", self.description, DESCRIPTION)

    def payload(self, media_id: str = "") -> dict[str, object]:
        titles = {"title": clean(self.title), "description": clean(self.description)}
        return {**super().payload(media_id), **titles}

    def words(self) -> str:
        return lines(self.title, self.description)
