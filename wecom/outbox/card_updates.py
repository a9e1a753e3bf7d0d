"""Cards after the click: the buttons of one person's card become a greyed text, or another card takes its place.

Source: https://developer.work.weixin.qq.com/document/path/94888. A response code comes with a card that was
sent and with each click on it. Each is good for 72 hours and for one call: where an answer was lost, its refusal the
second time tells that the first time worked.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.work.base import LeaseLost
from wecom.client import access_tokens, api, retry_policy
from wecom.contents import Card
from wecom.contents.splitting import columns
from wecom.contents.validation import clean, required
from wecom.exceptions import AmbiguousError, ApiError, WeComError
from wecom.models import Application, CardUpdate
from wecom.outbox.payloads import encode_json

logger = logging.getLogger(__name__)

EVERYBODY = "@all"  # in the place of a user ID: all who got the card
SPENT = 60140  # the response code was used or has expired
WIDTH = 60  # columns: what a phone shows of a greyed text


def greyed_text(text: str) -> str:
    """The greyed text, cut where the phone would cut it. Raises `ContentError` for an empty one."""
    required("text", text.strip())
    line = " ".join(clean(text).split())
    if columns(line) <= WIDTH:
        return line
    while columns(line) >= WIDTH:
        line = line[:-1]
    return line + "…"


@transaction.atomic
def request_update(
    application: Application,
    *,
    response_code: str,
    user_id: str,
    text: str = "",
    card: Card | None = None,
    cid: str = "",
) -> CardUpdate:
    """The change of a card, queued once for each response code. See `services.update_card`."""
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
            "cid": cid,
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
        logger.info("Somebody else changes this card.", extra={"cid": update.cid})


def _update(update: CardUpdate, now: datetime) -> None:
    if update.expires_at <= now and not update.in_doubt:
        update.settle(CardUpdate.Status.CANCELLED, CardUpdate.Reason.EXPIRED)
        return
    doubtful = update.in_doubt
    try:
        unreached = _call(update)
    except WeComError as error:
        if doubtful and isinstance(error, ApiError) and error.errcode == SPENT:
            update.settle(CardUpdate.Status.DONE, errcode=0, in_doubt=False)  # by the call whose answer was lost
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
    """Whether the person could not be reached. In doubt from before the call, so that a dead worker leaves a trace."""
    application = update.application
    token = access_tokens.valid_token(application)
    body = _body(update)
    update.update_leased(in_doubt=True)
    answer = access_tokens.with_token(
        application,
        lambda value: api.post(application.api_base_url, "message/update_template_card", body, access_token=value),
        token=token,
    )
    return bool(answer.get("invaliduser"))


def _body(update: CardUpdate) -> bytes:
    shown = {"button": {"replace_name": update.text}} if update.card is None else {"template_card": update.card}
    call = {
        **({"atall": 1} if update.user_id == EVERYBODY else {"userids": [update.user_id]}),
        "agentid": update.application.agent_id,
        "response_code": update.response_code,
        **shown,
        **update.options,
    }
    return encode_json(call)
