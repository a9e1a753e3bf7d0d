"""The findings of a portrait video's check, as plain values: for forms, programs and pages."""

from dataclasses import dataclass

from avatars.portraits.findings import Place


@dataclass(frozen=True, kw_only=True)
class VideoFinding:
    """A finding from the second `begin` to `end`, by its code; `picture` is a JPEG of one of its frames.

    `places` are its places in that frame; none if it is about the whole frame.
    """

    code: str
    begin: float
    end: float
    picture: bytes = b""
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ExaminedVideo:
    """A portrait video of `width` and `height`, `seconds` long.

    `flaws` make it unusable (codes of `reasons.video.UNUSABLE`), `remarks` do not (codes of `reasons.video.REMARKS`).
    `still` is a JPEG of the frame whose mouth is used; `speaks`: its person speaks.
    """

    width: int
    height: int
    seconds: float
    flaws: tuple[VideoFinding, ...] = ()
    remarks: tuple[VideoFinding, ...] = ()
    still: bytes = b""
    speaks: bool = False
    photographic: bool | None = None
