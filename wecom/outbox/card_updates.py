"""Cards after a click: a greyed text takes the place of one member's buttons, or another card that of the card.

Source: https://developer.work.weixin.qq.com/document/path/94888. A response code comes with every card that is sent and
with each click on it; it is valid for 72 hours and for one call. If an answer was lost, a refusal of the second call
shows that the first one worked.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.work.base import LeaseLost
from wecom.client import access_tokens, api, handler_context, retry_policy
from wecom.contents import Card
from wecom.contents.content_validation import clean, required
from wecom.contents.splitting import columns
from wecom.exceptions import AmbiguousError, ApiError, WeComError
from wecom.models import Application, CardUpdate

logger = logging.getLogger(__name__)

EVERYBODY = "@all"  # instead of a user ID: all who got the card
SPENT = 60140  # the response code was used or has expired
WIDTH = 60  # columns: what a phone shows of a greyed text


def greyed_text(text: str) -> str:
    """The text as a phone shows it, cut after 30 Chinese characters. Raises `ContentError` if it is empty."""
    required("text", text.strip())
    line = " ".join(clean(text).split())
    if columns(line) <= WIDTH:
        return line
    while columns(line) >= WIDTH:
        line = line[:-1]
    return line + "…"


@transaction.atomic
def update_card(
    application: Application,
    *,
    response_code: str,
    user_id: str,
    text: str = "",
    card: Card | None = None,
    cid: str = "",
) -> CardUpdate:
    """Queue the change of a card for one member, or for all who got it with the user ID "@all".

    A greyed `text` takes the place of the buttons, or another `card` the place of this one, with the text in place of
    its buttons. The response code comes with a click, or is that of the `Outbound` that carried the card; it is valid
    for 72 hours and for one change. Text of more than 30 Chinese characters is cut, as a phone would. Raises
    `ContentError` for an empty code, and without text or card.
    """
    required("response_code", response_code)
    greyed = greyed_text(text) if card is None or text.strip() else ""
    update, created = CardUpdate.objects.get_or_create(
        application=application,
        response_code=response_code,
        defaults={
            "user_id": user_id.lower(),
            "text": greyed,
            "card": card.replacement(greyed) if card is not None else None,
            "options": card.options() if card is not None else {},
            "expires_at": timezone.now() + CardUpdate.valid_for,
            "cid": cid or handler_context.current_cid(),
        },
    )
    if created:
        update.wake()
    return update


def run_update(pk: int, *, now: datetime | None = None) -> None:
    """Change a card, or put the row back with the reason."""
    update = CardUpdate.claim(pk, now=now)
    if update is None:
        return
    try:
        _update(update, now or timezone.now())
    except LeaseLost:
        logger.info("Another worker changes this card.", extra={"cid": update.cid})


def _update(update: CardUpdate, now: datetime) -> None:
    if update.expires_at <= now and not update.in_doubt:
        update.settle(CardUpdate.Status.CANCELLED, CardUpdate.Reason.EXPIRED)
        return
    doubtful = update.in_doubt
    try:
        unreached = _call(update)
    except WeComError as error:
        if doubtful and isinstance(error, ApiError) and error.errcode == SPENT:
            update.settle(CardUpdate.Status.DONE, errcode=0, in_doubt=False)  # the call whose answer was lost did it
        elif isinstance(error, ApiError) and error.errcode == SPENT:
            update.settle(CardUpdate.Status.FAILED, CardUpdate.Reason.USED, errcode=SPENT, in_doubt=False)
        else:
            retry_policy.retry_or_fail(
                update, update.application, error, in_doubt=doubtful or isinstance(error, AmbiguousError)
            )
        return
    status = CardUpdate.Status.FAILED if unreached else CardUpdate.Status.DONE
    reason = CardUpdate.Reason.RECIPIENT if unreached else ""
    update.settle(status, reason, errcode=0, in_doubt=False)


def _call(update: CardUpdate) -> bool:
    """Whether the member could not be reached. In doubt from before the call, so that a dead worker leaves a trace."""
    application = update.application
    token = access_tokens.valid_token(application)
    shown = {"button": {"replace_name": update.text}} if update.card is None else {"template_card": update.card}
    call = {
        **({"atall": 1} if update.user_id == EVERYBODY else {"userids": [update.user_id]}),
        "agentid": application.agent_id,
        "response_code": update.response_code,
        **shown,
        **update.options,
    }
    update.update_leased(in_doubt=True)
    answer = api.post(application, "message/update_template_card", call, token=token)
    return bool(answer.get("invaliduser"))
