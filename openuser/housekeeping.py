"""What is thrown away in time: callback bodies after 30 days, abandoned working folders."""

from avatars import services as avatars
from wecom import services as wecom


def tidy() -> None:
    """Delete what has outlived its purpose."""
    wecom.forget_old_callbacks()
    avatars.tidy()
