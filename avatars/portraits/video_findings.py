"""What was found in a video that shall become a portrait, as plain values: for forms, programs and pages."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class VideoFinding:
    """What applies from the second `begin` to `end`, by its code; `picture` is a JPEG of the worst place."""

    code: str
    begin: float
    end: float
    picture: bytes = b""


@dataclass(frozen=True, kw_only=True)
class ExaminedVideo:
    """A portrait video of `width` and `height`, `seconds` long.

    `flaws` are why it cannot be used (codes of `reasons.video.UNUSABLE`), `remarks` what to mind (codes of
    `reasons.video.REMARKS`). `still` is a JPEG of the frame whose mouth is used; `speaks`: its person speaks.
    """

    width: int
    height: int
    seconds: float
    flaws: tuple[VideoFinding, ...] = ()
    remarks: tuple[VideoFinding, ...] = ()
    still: bytes = b""
    speaks: bool = False
    photographic: bool | None = None
