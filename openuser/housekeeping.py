"""What is thrown away in time: callback bodies after 30 days, abandoned folders, answers of the API after a day."""

from avatars import services as avatars
from openuser.api import idempotency
from wecom import services as wecom


def tidy() -> None:
    """Delete what has outlived its purpose."""
    wecom.forget_old_callbacks()
    avatars.tidy()
    idempotency.forget_old_answers()
