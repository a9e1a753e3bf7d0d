"""The limits of a day: the most that a question may cost is taken before the call, and corrected after the answer.

So any number of workers at once pass no limit. The row of the company is locked before that of the member.
"""

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from conversations.exceptions import ServiceBusy, ServiceRefused
from conversations.model_service.chat_model import ChatModel, Completion, Tokens, Turns
from conversations.models import MemberModelUsage, ModelUsage
from core.exceptions import OpenUserError
from wecom.models import Corporation, Member

logger = logging.getLogger(__name__)

COMPANY_LIMIT, MEMBER_LIMIT = "company_limit", "member_limit"
# Codes of errors after which the service may have computed, and charged, an answer.
MAY_HAVE_COST = ("timeout", "garbage", "too_long")
Row = TypeVar("Row", ModelUsage, MemberModelUsage)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The most of a day; 0 is no limit. Money is in millionths."""

    questions: int
    tokens: int
    cost: int


@dataclass(frozen=True, kw_only=True)
class Taken:
    """The amount booked for one question, and its rows."""

    company: int
    member: int | None
    tokens: Tokens
    cost: int


def company_limits() -> Limits:
    return _limits("COMPANY")


def member_limits() -> Limits:
    return _limits("MEMBER")


def cost_of(tokens: Tokens) -> int:
    """The price of tokens, in millionths."""
    prices: dict[str, float] = settings.CHAT_LIMITS
    return math.ceil(tokens.sent * prices["PRICE_SENT"] + tokens.answered * prices["PRICE_ANSWERED"])


def complete(model: ChatModel, turns: Turns, *, corporation: Corporation, member: Member | None) -> Completion:
    """Ask the model within the limits. Raises `ServiceRefused` at a limit, else as `ChatModel.complete`.

    A question without a member counts for the company only.
    """
    model.check_name()
    taken = _take(model.most_tokens(turns), corporation, member)
    try:
        completion = model.complete(turns)
    except (ServiceBusy, ServiceRefused) as error:
        _give_back(taken, counts=error.code in MAY_HAVE_COST)
        _note(taken.company, error)
        raise
    _correct(taken, completion.tokens or taken.tokens)
    return completion


def note_rejected(corporation: Corporation) -> None:
    """Count an answer that was not sent because its sources do not bear it."""
    _today(corporation).update(rejected=F("rejected") + 1)


def _take(tokens: Tokens, corporation: Corporation, member: Member | None) -> Taken:
    day, cost = timezone.localdate(), cost_of(tokens)
    added = _sums(1, tokens, cost)
    try:
        with transaction.atomic():
            company, _created = ModelUsage.objects.get_or_create(corporation=corporation, day=day)
            if not _within(ModelUsage.objects.filter(pk=company.pk), company_limits(), tokens, cost).update(**added):
                raise _over(COMPANY_LIMIT)
            theirs = None
            if member is not None:
                theirs = _row_of(member, day)
                rows = MemberModelUsage.objects.filter(pk=theirs)
                if not _within(rows, member_limits(), tokens, cost).update(**added):
                    raise _over(MEMBER_LIMIT)
    except ServiceRefused as error:
        _today(corporation).update(limited=F("limited") + 1)
        logger.info("A question is over a limit of the language model.", extra={"code": error.code})
        raise
    return Taken(company=company.pk, member=theirs, tokens=tokens, cost=cost)


def _row_of(member: Member, day: date) -> int:
    row, _created = MemberModelUsage.objects.get_or_create(member=member, day=day)
    return row.pk


def _today(corporation: Corporation) -> "models.QuerySet[ModelUsage]":
    ModelUsage.objects.get_or_create(corporation=corporation, day=timezone.localdate())
    return ModelUsage.objects.filter(corporation=corporation, day=timezone.localdate())


def _within(rows: "models.QuerySet[Row]", limits: Limits, tokens: Tokens, cost: int) -> "models.QuerySet[Row]":
    """The rows that have room for a question of this size."""
    if limits.questions:
        rows = rows.filter(questions__lt=limits.questions)
    if limits.tokens:
        left = limits.tokens - tokens.sent - tokens.answered
        rows = rows.alias(used=F("tokens_sent") + F("tokens_answered")).filter(used__lte=left)
    if limits.cost:
        rows = rows.filter(cost__lte=limits.cost - cost)
    return rows


def _give_back(taken: Taken, *, counts: bool) -> None:
    """After an error: all of it, or only the tokens that were not sent."""
    if counts:
        sent = Tokens(sent=taken.tokens.sent)
        _change(taken, _sums(0, Tokens(answered=-taken.tokens.answered), cost_of(sent) - taken.cost))
        return
    _change(taken, _sums(-1, Tokens(sent=-taken.tokens.sent, answered=-taken.tokens.answered), -taken.cost))


def _correct(taken: Taken, used: Tokens) -> None:
    more = Tokens(sent=used.sent - taken.tokens.sent, answered=used.answered - taken.tokens.answered)
    _change(taken, _sums(0, more, cost_of(used) - taken.cost))


@transaction.atomic
def _change(taken: Taken, sums: Mapping[str, Any]) -> None:
    ModelUsage.objects.filter(pk=taken.company).update(**sums)
    if taken.member is not None:
        MemberModelUsage.objects.filter(pk=taken.member).update(**sums)


def _note(company: int, error: OpenUserError) -> None:
    code = error.code[:40]
    ModelUsage.objects.filter(pk=company).update(failures=F("failures") + 1, error=code, error_at=timezone.now())


def _sums(questions: int, tokens: Tokens, cost: int) -> dict[str, Any]:
    return {
        "questions": F("questions") + questions,
        "tokens_sent": F("tokens_sent") + tokens.sent,
        "tokens_answered": F("tokens_answered") + tokens.answered,
        "cost": F("cost") + cost,
    }


def _over(code: str) -> ServiceRefused:
    whose = "The company's" if code == COMPANY_LIMIT else "The member's"
    setting = "OPENUSER_CHAT_COMPANY_" if code == COMPANY_LIMIT else "OPENUSER_CHAT_MEMBER_"
    fault = f"{whose} limit of today is reached."
    return ServiceRefused(fault, code=code, remedy=f"To allow more, raise {setting}QUESTIONS, TOKENS or COST.")


def _limits(whose: str) -> Limits:
    limits = settings.CHAT_LIMITS
    return Limits(
        questions=limits[f"{whose}_QUESTIONS"],
        tokens=limits[f"{whose}_TOKENS"],
        cost=round(limits[f"{whose}_COST"] * 1_000_000),
    )
