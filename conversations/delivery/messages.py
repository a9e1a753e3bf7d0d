"""Messages to members: every function queues its send, and those that begin a message write its `Message` too."""

import logging
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import translation

from avatars import services as avatars
from avatars.exceptions import EngineMissing
from avatars.models import Narration, Render
from conversations.delivery import causes, channel, video_delivery, watch_links
from conversations.delivery.video_delivery import DeliveryForm
from conversations.models import Content, Conversation, Desk, Message
from conversations.wording import video_texts
from core.live_updates import publish_change
from wecom import contents
from wecom import services as wecom
from wecom.contents import Card, File, Text, TextCard, Video, Voice, clean, split_numbered, truncate
from wecom.exceptions import ContentError
from wecom.models import Application, GroupMessage, Member, Outbound, Upload

logger = logging.getLogger(__name__)

PICTURES, VIDEOS = (".jpg", ".jpeg", ".png"), (".mp4",)
LARGEST_VIDEO = 20 * 2**20  # a larger one than WeChat Work takes is compressed
# Reasons for which another message would not arrive either, or might arrive twice.
UNREACHABLE = (Outbound.Reason.UNKNOWN, Outbound.Reason.RECIPIENT, Outbound.Reason.LEFT, Outbound.Reason.EXPIRED)
CONTENT_KINDS = {
    "text": Content.Kind.TEXT,
    "image": Content.Kind.IMAGE,
    "voice": Content.Kind.VOICE,
    "video": Content.Kind.VIDEO,
    "file": Content.Kind.FILE,
    "textcard": Content.Kind.CARD,
    "template_card": Content.Kind.CARD,
    "markdown": Content.Kind.TEXT,
    "news": Content.Kind.CARD,
    "mpnews": Content.Kind.CARD,
    "miniprogram_notice": Content.Kind.CARD,
}


@transaction.atomic(savepoint=False)
def say(conversation: Conversation, text: str, *, cid: str, degraded: bool = False) -> Message:
    """Send text to a member and record the message. Long text is sent in parts."""
    outbound = send_text(conversation.application, conversation.member, text, cid=cid)
    publish_change("messages", "said")
    return record_sent(conversation, outbound, Content.Kind.TEXT, text, cid=cid, degraded=degraded)


@transaction.atomic(savepoint=False)
def say_privately(conversation: Conversation, text: str, *, cid: str) -> None:
    """Send text that no page shows: it is no `Message`, and the outbox deletes its words when it is sent."""
    parts = [Text(content=part) for part in split_numbered(clean(text))]
    to = [conversation.member.user_id]
    wecom.enqueue_parts(conversation.application, parts, to=to, cid=cid, private=True)


@transaction.atomic
def say_content(
    conversation: Conversation, content: contents.Content, *, upload: Upload | None = None, cid: str
) -> Message:
    """Send a picture, a file or a card to a member and record the message; `upload` is its file.

    Raises `ContentError` for content that WeChat Work would refuse.
    """
    outbound = send(conversation.application, conversation.member, content, upload=upload, cid=cid)
    publish_change("messages", "said")
    text = content.words() or (upload.filename if upload else "")
    return record_sent(conversation, outbound, kind_of(content.msgtype), text, cid=cid)


@transaction.atomic
def say_stored_file(conversation: Conversation, kind: str, name: str, *, filename: str = "", cid: str) -> Message:
    """Send a file of the media storage to a member: `kind` is image, file, video or voice.

    Members read `filename`, or its name in the storage. Raises `OSError` if it is gone.
    """
    shown = filename or Path(name).name
    upload = wecom.ensure_upload(
        conversation.application,
        kind=kind,
        path=Path(default_storage.path(name)),
        name=name,
        filename=shown,
        cid=cid,
    )
    forms: dict[str, contents.Content] = {"image": contents.Image(), "file": File(), "voice": Voice()}
    content = forms.get(kind) or Video(title=truncate(Path(shown).stem, 128))
    return say_content(conversation, content, upload=upload, cid=cid)


def kind_of_file(name: str) -> str:
    """How a file of the media storage can be sent: image or video where WeChat Work takes it as such, else file."""
    path = Path(default_storage.path(name))
    for kind, suffixes in (("image", PICTURES), ("video", VIDEOS)):
        if path.suffix.lower() not in suffixes:
            continue
        try:
            wecom.check_upload(kind, path, most=LARGEST_VIDEO if kind == "video" else 0)
        except ContentError as error:
            logger.info("A file is sent as a file.", extra={"kind": kind, "code": error.code})
        else:
            return kind
    return "file"


def record_sent(
    conversation: Conversation, outbound: Outbound, kind: str, text: str, *, cid: str, degraded: bool = False
) -> Message:
    """The row of a message that is in the outbox."""
    return Message.objects.create(
        application=conversation.application,
        member=conversation.member,
        direction=Message.Direction.OUT,
        state=Message.State.SENDING,
        content=Content.objects.create(kind=kind, text=clean(text)),
        outbound=outbound,
        degraded=degraded,
        cause=causes.current(),
        cid=cid,
    )


def kind_of(msgtype: str) -> str:
    """The kind of content for a message type of WeChat Work."""
    return CONTENT_KINDS.get(msgtype, Content.Kind.OTHER)


def send(
    application: Application,
    member: Member,
    content: contents.Content,
    *,
    upload: Upload | None = None,
    until: datetime | None = None,
    cid: str,
) -> Outbound:
    """Queue content of any kind; after `until` it expires."""
    return wecom.enqueue_message(application, content, to=[member.user_id], upload=upload, expires_at=until, cid=cid)


def send_text(application: Application, member: Member, text: str, *, cid: str) -> Outbound:
    """Queue text, in numbered parts if it is long; the row of the last part."""
    parts = [Text(content=part) for part in split_numbered(clean(text))]
    return wecom.enqueue_parts(application, parts, to=[member.user_id], cid=cid)[-1]


def send_video(application: Application, member: Member, render: Render, *, title: str, cid: str) -> Outbound:
    """Queue a finished video in the form that WeChat Work accepts. All its recipients share one upload.

    Raises `OSError` if its file is missing, `OutputError` if the file has no AI label.
    """
    delivery, until = video_delivery.delivery_of(render), render.allowed_until
    heading = truncate(title, 128)
    script = render.shown_text
    words = "" if heading.endswith(script) else truncate(script, 512)
    avatars.check_label(render, delivery.name)
    if delivery.form == DeliveryForm.LINK:
        address = watch_links.render_url(application, member, render)
        card = TextCard(title=heading, description=words or video_texts.video_on_page(), url=address)
        return send(application, member, card, until=until, cid=cid)
    upload = wecom.ensure_upload(
        application,
        kind=delivery.form.value,
        path=Path(default_storage.path(delivery.name)),
        name=delivery.name,
        filename=f"{render.digital_human.name}.mp4",
    )
    if delivery.form == DeliveryForm.FILE:
        return send(application, member, File(), upload=upload, until=until, cid=cid)
    content = Video(title=heading, description=words)
    return send(application, member, content, upload=upload, until=until, cid=cid)


def send_narration(application: Application, member: Member, narration: Narration, *, cid: str) -> Outbound:
    """Queue the parts of a narration as voice messages; the row of the last part. Raises `OSError`."""
    uploads = [
        wecom.ensure_upload(
            application,
            kind="voice",
            path=Path(default_storage.path(name)),
            name=name,
            filename=f"{narration.digital_human.name}.amr",
        )
        for name in narration.parts
    ]
    voices, until = [Voice()] * len(uploads), narration.allowed_until
    return wecom.enqueue_parts(application, voices, to=[member.user_id], uploads=uploads, expires_at=until, cid=cid)[-1]


def send_recording(user_id: str, recording: Path, *, application: Application | None = None) -> list[Outbound]:
    """Send a recording as voice messages of less than a minute each, or as a file if AMR cannot be written.

    Raises `OutputError` for a file that is no recording, and the errors of uploading.
    """
    with TemporaryDirectory(prefix="openuser-voice-") as folder:
        try:
            parts = avatars.to_amr(recording, Path(folder))
        except EngineMissing as error:
            logger.warning("A recording goes out as a file.", extra={"code": error.code})
            media_id = wecom.upload_file(recording, application=application)
            return [wecom.send_file(user_id, media_id=media_id, application=application)]
        ids = [wecom.upload_voice(part, application=application) for part in parts]
        return [wecom.send_voice(user_id, media_id=media_id, application=application) for media_id in ids]


def show_on_page(message: Outbound | GroupMessage) -> None:
    """Replace a video that is too large in every form by a card that links to our page."""
    upload = message.upload
    if upload is None:
        return
    to = message.recipients if isinstance(message, Outbound) else []
    member = channel.get_or_create_member(message.application, to[0]) if len(to) == 1 else None
    title, words = (str(message.content.get(name) or "") for name in ("title", "description"))
    with translation.override(_language(message.application, member)):
        card = TextCard(
            title=truncate(title or Path(upload.filename).stem, 128),
            description=words or video_texts.video_on_page(),
            url=watch_links.file_url(message.application, member, upload),
        )
    wecom.replace_content(message, card)


def _language(application: Application, member: Member | None) -> str:
    known = Conversation.objects.filter(application=application, member=member).first() if member else None
    desk = Desk.objects.of(application)
    chosen = member.language if member else ""
    return chosen or (known and known.language) or (desk.language if desk else settings.LANGUAGE_CODE)


def update_card(
    application: Application, member: Member, response_code: str, text: str, *, card: Card | None = None
) -> None:
    """Replace the buttons of a member's card by this text, or the card by another one, which may have buttons."""
    wecom.update_card(application, response_code=response_code, user_id=member.user_id, text=text, card=card)


def recall(outbound: Outbound, *, cid: str) -> None:
    """Recall a message. Raises `ContentError` if that is not possible."""
    wecom.recall(outbound, cid=cid)
