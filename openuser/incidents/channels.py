"""The channels of alerts: a group robot of WeChat Work (消息推送), and e-mail. Neither needs an application."""

import json
import smtplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.core.mail import EmailMessage

from core import safe_requests
from core.safe_requests import EgressError
from openuser.models import Alert

SECONDS, MOST_BYTES = 10.0, 65_536
MOST_TEXT_BYTES = 2048  # of a text to a group, in UTF-8
TOO_OFTEN, BUSY = 45009, -1  # a robot takes 20 messages a minute
FIVE_HUNDRED = 500


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a call ended: `reason` is empty if it was taken. `again` if it certainly was not, and may be later.

    `code` is the other side's, if it refused.
    """

    reason: str = ""
    again: bool = False
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class News:
    """The alert to send: a heading, its text, and a key that is the same in every attempt."""

    heading: str
    text: str
    key: str


def configured() -> Iterator[Alert.Channel]:
    """The channels that are set up."""
    if settings.ALERTS["GROUP_URL"]:
        yield Alert.Channel.GROUP
    if settings.ALERTS["MAIL_TO"]:
        yield Alert.Channel.MAIL


def send(channel: str, news: News) -> Outcome:
    """Send by a channel."""
    if channel not in set(configured()):
        return Outcome(reason=Alert.Reason.OFF)
    return SENDERS[channel](news)


def _to_group(news: News) -> Outcome:
    content = f"{news.heading}\n{news.text}".encode()[:MOST_TEXT_BYTES].decode(errors="ignore")
    body = json.dumps({"msgtype": "text", "text": {"content": content}}, ensure_ascii=False).encode()
    try:
        reply = safe_requests.exchange(
            "POST",
            settings.ALERTS["GROUP_URL"],
            body=body,
            headers={"Content-Type": "application/json"},
            allowed=settings.WEBHOOKS["NETWORKS"],
            seconds=SECONDS,
            most=MOST_BYTES,
        )
    except EgressError as error:
        late = error.code == "timeout"  # it may have been taken
        return Outcome(reason=Alert.Reason.UNCERTAIN if late else Alert.Reason.UNREACHABLE, again=not late)
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Outcome(reason=Alert.Reason.UNCERTAIN)
    try:
        errcode = json.loads(reply.body).get("errcode")
    except (ValueError, AttributeError):
        errcode = None
    if errcode == 0:
        return Outcome()
    code = f"HTTP {reply.status}" if errcode is None else str(errcode)
    return Outcome(reason=Alert.Reason.REFUSED, again=errcode in (TOO_OFTEN, BUSY), code=code)


def _to_mail(news: News) -> Outcome:
    message = EmailMessage(
        news.heading, news.text, to=settings.ALERTS["MAIL_TO"], headers={"Message-ID": f"<{news.key}@openuser>"}
    )
    try:
        message.send()
    except smtplib.SMTPResponseException as error:
        code = str(error.smtp_code)
        return Outcome(reason=Alert.Reason.REFUSED, again=error.smtp_code < FIVE_HUNDRED, code=code)
    except smtplib.SMTPRecipientsRefused:
        return Outcome(reason=Alert.Reason.REFUSED)
    except (smtplib.SMTPException, OSError):  # sent again under its Message-ID, by which mail servers know it
        return Outcome(reason=Alert.Reason.UNREACHABLE, again=True)
    return Outcome()


SENDERS: dict[str, Callable[[News], Outcome]] = {Alert.Channel.GROUP: _to_group, Alert.Channel.MAIL: _to_mail}
