"""The only way to people: everything that leaves the conversations goes through here."""

import logging
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import translation

from avatars import services as avatars
from avatars.exceptions import EngineMissing
from avatars.models import Narration, Render
from conversations import wording
from conversations.delivery import video_form, watch_links
from conversations.delivery.video_form import Form
from conversations.models import Conversation, Desk
from wecom import services as wecom
from wecom.contents import Card, Content, File, Text, TextCard, Video, Voice, split_numbered, truncate
from wecom.messages import Inbound
from wecom.models import Application, Callback, Download, GroupMessage, Member, Outbound, Upload

logger = logging.getLogger(__name__)


def send(
    application: Application,
    member: Member,
    content: Content,
    *,
    upload: Upload | None = None,
    until: datetime | None = None,
    cid: str,
) -> Outbound:
    """Queue a message of any kind; after `until` it is not sent any more."""
    return wecom.enqueue_message(application, content, to=[member.user_id], upload=upload, expires_at=until, cid=cid)


def send_text(application: Application, member: Member, text: str, *, cid: str) -> Outbound:
    """Queue text, in numbered parts where it is long; returns the last part's row."""
    parts = [Text(content=part) for part in split_numbered(text)]
    return wecom.enqueue_parts(application, parts, to=[member.user_id], cid=cid)[-1]


def send_video(application: Application, member: Member, render: Render, *, title: str, cid: str) -> Outbound:
    """Queue a finished video, in the form in which it can arrive; a file is uploaded once for everybody who gets it.

    Raises `OSError` where its file is gone, `OutputError` where that lacks the AI label.
    """
    parcel, until = video_form.parcel_of(render), render.allowed_until
    avatars.check_label(render, parcel.name)
    if parcel.form == Form.LINK:
        address = watch_links.link(application, member, render)
        words = truncate(render.text, 512)
        card = TextCard(title=truncate(title, 128), description=words, url=address)
        return send(application, member, card, until=until, cid=cid)
    name = parcel.name
    upload = wecom.ensure_upload(
        application,
        kind=parcel.form.value,
        path=Path(default_storage.path(name)),
        name=name,
        filename=f"{render.digital_human.name}.mp4",
    )
    if parcel.form == Form.FILE:
        return send(application, member, File(), upload=upload, until=until, cid=cid)
    heading = truncate(title, 128)
    content = Video(title=heading, description="" if heading.endswith(render.text) else truncate(render.text, 512))
    return send(application, member, content, upload=upload, until=until, cid=cid)


def send_narration(application: Application, member: Member, narration: Narration, *, cid: str) -> Outbound:
    """Queue words that were spoken, in their order; returns the row of the last part. Raises `OSError`."""
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


def show_on_page(message: Outbound | GroupMessage) -> None:
    """Let a video that is too large in every form be a card that leads to our page."""
    upload = message.upload
    if upload is None:
        return
    to = message.recipients if isinstance(message, Outbound) else []
    person = member(message.application, to[0]) if len(to) == 1 else None
    title, words = (str(message.content.get(name) or "") for name in ("title", "description"))
    with translation.override(_language(message.application, person)):
        card = TextCard(
            title=truncate(title or Path(upload.filename).stem, 128),
            description=words or wording.video_on_page(),
            url=watch_links.link_to_file(message.application, person, upload),
        )
    wecom.replace_content(message, card)


def _language(application: Application, person: Member | None) -> str:
    known = Conversation.objects.filter(application=application, member=person).first() if person else None
    desk = Desk.objects.filter(application=application).first()
    return (known and known.language) or (desk.language if desk else settings.LANGUAGE_CODE)


def fetch(callback: Callback, inbound: Inbound) -> Download | None:
    """Have a worker fetch the file of a message; None where it has none."""
    media_id = getattr(inbound, "media_id", "")
    if not media_id:
        return None
    return wecom.request_download(callback.application, kind=inbound.kind, media_id=media_id, cid=callback.cid)


def fetched(application: Application, media_id: str) -> Path:
    """The recording of a message, fetched now unless it is here. Raises `ContentError`, `TemporaryError` and others."""
    return wecom.download_media(media_id, kind="voice", application=application)


def send_recording(user_id: str, recording: Path, *, application: Application | None = None) -> list[Outbound]:
    """Send a recording of any format as voice messages of less than a minute each; as a file where that cannot be.

    Raises `OutputError` for what is no recording, and what uploading raises.
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


def update_card(
    application: Application, member: Member, response_code: str, text: str, *, card: Card | None = None
) -> None:
    """Let a card of the member show this instead of its buttons, or another card, whose buttons it may replace."""
    wecom.update_card(application, response_code=response_code, user_id=member.user_id, text=text, card=card)


def recall(outbound: Outbound, *, cid: str) -> None:
    """Take a message back. Raises `ContentError` where that is not possible."""
    wecom.recall(outbound, cid=cid)


def default_application() -> Application:
    """The application of whoever names none. Raises `NotConfigured` where none is connected."""
    return wecom.current_application()


def hear(application: Application, member: Member, text: str, *, at: datetime, cid: str) -> bool:
    """Hand what was heard in a voice message to the code handlers of texts; False where there are none."""
    return wecom.record_transcript(application, user_id=member.user_id, text=text, at=at, cid=cid)


def check_reach(user_id: str, *, application: Application | None = None) -> None:
    """Raise `ContentError` for somebody who is known to have left, or to be out of the visible range."""
    wecom.check_reachable(user_id, application=application)


def member(application: Application, user_id: str) -> Member:
    """The member with this user ID, made on first contact."""
    return wecom.get_or_create_member(application, user_id)


def member_of(callback: Callback) -> Member:
    """Who caused a callback."""
    return wecom.get_or_create_member(callback.application, callback.from_user_id)
