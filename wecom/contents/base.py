"""Fields that all messages have in common, and the two places that a link of theirs may lead to."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from wecom.contents import content_validation

APP_ID, PAGE = 64, 1024  # bytes


class Content(Protocol):
    """A message of one type. Frozen, and checked when it is made: `ContentError` names the field that is wrong."""

    msgtype: ClassVar[str]

    def payload(self, media_id: str = "") -> dict[str, object]:
        """The type's object of the request. `media_id` replaces the value's own, which is "" until it is uploaded."""

    def options(self) -> dict[str, int]:
        """The fields beside it: `safe` and `enable_id_trans`, where they are wanted."""

    def words(self) -> str:
        """The words that a person reads, one part to a line; "" of a file."""


@dataclass(frozen=True, kw_only=True)
class Translated:
    """With `translate_ids`, the platform writes the name for `$userName=zhangsan$` or `$departmentName=2$` in it.

    Leave it off if the text quotes another author, who could look up names in this way.
    """

    translate_ids: bool = False

    def options(self) -> dict[str, int]:
        return {"enable_id_trans": 1} if self.translate_ids else {}


@dataclass(frozen=True, kw_only=True)
class Web:
    """A web page: an address with its scheme, of up to 2,048 bytes."""

    url: str
    type: ClassVar[int] = 1

    def check(self, at: str) -> None:
        content_validation.address(f"{at}url", self.url)

    def payload(self) -> dict[str, object]:
        return {"url": self.url}


@dataclass(frozen=True, kw_only=True)
class MiniProgram:
    """A page of a mini-program that is bound to the application; without `page` its first one."""

    app_id: str
    page: str = ""
    type: ClassVar[int] = 2

    def check(self, at: str) -> None:
        content_validation.key(f"{at}appid", self.app_id, APP_ID)
        content_validation.within(f"{at}pagepath", self.page, PAGE)

    def payload(self) -> dict[str, object]:
        return {"appid": self.app_id, **({"pagepath": self.page} if self.page else {})}


Link = Web | MiniProgram


def lines(*texts: str) -> str:
    """Those that are not empty, one to a line."""
    return "\n".join(text for text in texts if text.strip())


def linked(link: Link | None) -> dict[str, object]:
    """The fields of a link that may be absent: `type` 0 is none."""
    return {"type": link.type, **link.payload()} if link is not None else {}
