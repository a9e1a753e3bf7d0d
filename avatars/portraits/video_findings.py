"""What was found in a video that shall become a portrait, as plain values: for forms, programs and pages."""

from dataclasses import dataclass

from avatars.portraits.findings import Place


@dataclass(frozen=True, kw_only=True)
class VideoFinding:
    """What applies from the second `begin` to `end`, by its code; `picture` is a JPEG of one of its frames.

    `places` are where in that frame it is; none where it is about the whole frame.
    """

    code: str
    begin: float
    end: float
    picture: bytes = b""
    places: tuple[Place, ...] = ()


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
