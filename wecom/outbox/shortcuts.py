"""One function for each kind of message to one member; the awaitables of the integration guide call these.

Each sends through the application that is being answered, or outside of a handler through the default one, and
announces the message (`program_sent`), so that the conversation records it.
"""

from collections.abc import Sequence

from django.db import transaction

from core.text.slot_values import is_blank
from wecom.client.handler_context import current_application
from wecom.contents import (
    Article,
    Card,
    Content,
    File,
    Image,
    Markdown,
    MiniProgramNotice,
    MpNews,
    News,
    Page,
    Text,
    TextCard,
    Video,
    Voice,
    clean,
    split_numbered,
    to_markdown,
    truncate,
)
from wecom.contents.markdown import CONSTRUCTS
from wecom.exceptions import ContentError
from wecom.models import Application, Outbound
from wecom.outbox.enqueue import enqueue_content, enqueue_parts
from wecom.signals import program_sent

VIDEO_TITLE, VIDEO_DESCRIPTION = 128, 512  # bytes
CARD_BUTTON = 4  # characters


@transaction.atomic
def send_text(user_id: str, *, content: str, application: Application | None = None) -> Outbound:
    """Send text to one member; text over 2,048 bytes goes out in numbered parts. Returns the last part's row."""
    application = application or current_application()
    content = clean(content)
    _check_words(content)
    parts = [Text(content=part) for part in split_numbered(content)]
    return _announce(enqueue_parts(application, parts, to=[user_id])[-1], content)


@transaction.atomic
def send_markdown(user_id: str, *, content: str, application: Application | None = None) -> Outbound:
    """Send Markdown as WeChat Work shows it; parts that it cannot show become the nearest that it can, see
    `to_markdown`.

    Over 2,048 bytes it goes out in numbered parts. Returns the last part's row.
    """
    application = application or current_application()
    shown = clean(to_markdown(content))
    _check_words(shown)
    parts = [Markdown(content=part) for part in split_numbered(shown, whole=CONSTRUCTS)]
    return _announce(enqueue_parts(application, parts, to=[user_id])[-1], shown)


def send_image(user_id: str, *, media_id: str, application: Application | None = None) -> Outbound:
    """Send a picture that was uploaded. Raises `ContentError` for a media ID of another kind."""
    return send_message(user_id, content=Image(media_id=media_id), application=application)


def send_voice(user_id: str, *, media_id: str, application: Application | None = None) -> Outbound:
    """Send a recording that was uploaded."""
    return send_message(user_id, content=Voice(media_id=media_id), application=application)


def send_file(user_id: str, *, media_id: str, application: Application | None = None) -> Outbound:
    """Send a file that was uploaded."""
    return send_message(user_id, content=File(media_id=media_id), application=application)


def send_video(
    user_id: str, *, media_id: str, title: str = "", description: str = "", application: Application | None = None
) -> Outbound:
    """Send a video that was uploaded; a title over 128 bytes, or a description over 512, ends in an ellipsis."""
    title, description = truncate(title, VIDEO_TITLE), truncate(description, VIDEO_DESCRIPTION)
    return send_message(
        user_id, content=Video(media_id=media_id, title=title, description=description), application=application
    )


def send_text_card(
    user_id: str, *, title: str, description: str, url: str, btn_text: str = "", application: Application | None = None
) -> Outbound:
    """Send a card with a link. Raises `ContentError`, with the field, for a value that the platform would cut or
    refuse. The button's text is the exception: one of over 4 characters is cut here as it is there ("View Options":
    "View").
    """
    card = TextCard(title=title, description=description, url=url, btn_text=btn_text[:CARD_BUTTON].rstrip())
    return send_message(user_id, content=card, application=application)


def send_news(user_id: str, *, articles: Sequence[Article], application: Application | None = None) -> Outbound:
    """Send 1 to 8 headlines with links."""
    return send_message(user_id, content=News(articles=tuple(articles)), application=application)


def send_mpnews(
    user_id: str, *, pages: Sequence[Page], safe: int = 0, application: Application | None = None
) -> Outbound:
    """Send 1 to 8 pages that the platform keeps. Their pictures come from `upload_image`."""
    return send_message(user_id, content=MpNews(pages=tuple(pages), safe=safe), application=application)


def send_mini_program_notice(
    user_id: str, *, notice: MiniProgramNotice, application: Application | None = None
) -> Outbound:
    """Send a notice that opens a mini-program."""
    return send_message(user_id, content=notice, application=application)


def send_card(user_id: str, *, card: Card, application: Application | None = None) -> Outbound:
    """Send one of the five cards: a notice in words or with a picture, buttons, a vote, a form."""
    return send_message(user_id, content=card, application=application)


@transaction.atomic
def send_message(user_id: str, *, content: Content, application: Application | None = None) -> Outbound:
    """Send a message of any kind, as `wecom.contents` has them."""
    return _announce(enqueue_content(application or current_application(), content, to=[user_id]), content.words())


def _check_words(content: str) -> None:
    if is_blank(content):
        raise ContentError("The text is empty.", code="empty", field="content", remedy="Write something to send.")


def _announce(outbound: Outbound, text: str) -> Outbound:
    program_sent.send(Outbound, outbound=outbound, text=text)
    return outbound
