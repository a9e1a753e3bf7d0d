"""The steps that people took for a mailing, with who and when, as lines of an explanation."""

from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from conversations.services import ExplanationLine, ExplanationLink
from core.parties.acting_client import named
from scheduling.models import Campaign, MailingChange, Series

BEFORE = ("draft", "waiting", "approved")
"""The states from which a mailing is started: the last one, or any where no second person approves it."""


def line(
    topic: str, label: str, by: AbstractBaseUser | None, at: datetime, why: str = "", *, client: str = ""
) -> ExplanationLine:
    """Who took a step: an account with a link to it, or a program by its name; only when, if that is not known."""
    who = named(by, client)
    text = f"{who} · {moment(at)}" if who else moment(at)
    link = ExplanationLink(model="auth.User", pk=by.pk) if by else None
    return ExplanationLine(topic=topic, label=label, words=f"{text}: {why}" if why else text, link=link)


def lines_of(mailing: Campaign | Series, *, until: datetime, digest: str = "") -> list[ExplanationLine]:
    """Who wrote a campaign or series, who approved it and who started it, as it was at a moment.

    The approval is the one bound to the content that was sent, by its `digest`.
    """
    changes: Any = mailing.changes.filter(at__lte=until).select_related("by")
    approvals = changes.filter(after="approved")
    steps = (
        ("approved", _("Approved"), (approvals.filter(digest=digest) if digest else approvals).first()),
        ("started", _("Started"), changes.filter(after__in=("scheduled", "running"), before__in=BEFORE).first()),
    )
    written = line("written", _("Written"), mailing.created_by, mailing.created_at, client=mailing.client)
    return [written, *(_of(topic, label, change) for topic, label, change in steps if change is not None)]


def moment(at: datetime) -> str:
    """A moment as explanations write it."""
    return formats.date_format(timezone.localtime(at), "Y-m-d H:i")


def _of(topic: str, label: str, change: MailingChange) -> ExplanationLine:
    return line(topic, label, change.by, change.at, change.why, client=change.client)
