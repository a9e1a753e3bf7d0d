"""Errors between words and a video, one class per remedy."""

from core.exceptions import OpenUserError, TemporaryError


class AvatarError(OpenUserError):
    """Anything of the digital humans' side."""


class ScriptError(AvatarError):
    """The words cannot be spoken: empty, too long, or in no language we speak."""


class QuotaExceeded(AvatarError):
    """One requester wants too many videos; `wait` is the seconds until there may be another."""

    wait: float = 60.0


class PortraitError(AvatarError):
    """The portrait cannot be animated; `code` says why."""


class ConsentError(AvatarError):
    """The person in a photograph has not agreed to be shown so, or no longer; `code` is one of `refusals.CONSENT`."""


class EngineMissing(AvatarError):
    """A speech or render engine lacks a file or a package."""


class EngineFailed(AvatarError):
    """A speech or render engine was there and did not do its work; `field` is "speech_engine" or "render_engine"."""


class OutputError(AvatarError):
    """A finished video failed its checks and must not be sent."""


class Interrupted(OutputError, TemporaryError):
    """The encoder was killed from outside; another attempt may succeed."""


class StudioError(AvatarError, TemporaryError):
    """The child process died, hung or was killed; another attempt may succeed."""


class RenderCancelled(AvatarError):
    """The video is no longer wanted."""


class InUse(AvatarError):
    """It cannot be deleted: something needs it."""


class MediaError(AvatarError):
    """A background, logo, intro or outro cannot be used; `field` says which."""


class ProgramMissing(MediaError):
    """ffmpeg, without which no sound and no video is read or written, cannot be run."""
