"""The front door of WeChat Work: receive, handle, send."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from openuser.lib.diagnosis import Check
from openuser.lib.work import Work
from wecom import (
    agents,
    applications,
    attachments,
    auth,
    cards,
    changes,
    chats,
    doctor,
    downloads,
    forecast,
    guard,
    inbox,
    limits,
    logins,
    media,
    menus,
    people,
    pictures,
    reactions,
    recalls,
    refusals,
    running,
    shapes,
    syncing,
    uploads,
)
from wecom.agents import Agent
from wecom.contents import Card, Content, Text, split_numbered
from wecom.exceptions import ContentError
from wecom.forecast import Forecast, Quota
from wecom.lookups import (
    add_tag_users,
    company_tags,
    create_tag,
    delete_tag,
    delete_tag_users,
    department_users,
    departments,
    tag_users,
    unreachable,
    update_tag,
    user_info,
)
from wecom.models import (
    Application,
    Attempt,
    Callback,
    CardUpdate,
    Corporation,
    DirectorySync,
    Download,
    GroupChat,
    GroupMessage,
    Guard,
    Member,
    MenuPublication,
    Outbound,
    Recall,
    Upload,
)
from wecom.posting import (
    send_card,
    send_content,
    send_file,
    send_image,
    send_markdown,
    send_mini_program_notice,
    send_mpnews,
    send_news,
    send_text,
    send_text_card,
    send_video,
    send_voice,
)
from wecom.sending import (
    MAX_RECIPIENTS,
    acting_on,
    answering,
    apart,
    check_recipients,
    default_application,
    send,
    send_parts,
    taking_long,
)
from wecom.shapes import Flaw

__all__ = [
    "MAX_RECIPIENTS",
    "accept_upload",
    "access_token",
    "acting_on",
    "add_member",
    "add_tag_users",
    "agent_info",
    "answering",
    "apart",
    "can_be_recalled",
    "change_contacts",
    "chat",
    "check_recipients",
    "checks",
    "checks_to_come",
    "company_tags",
    "configure",
    "create_chat",
    "create_tag",
    "default_application",
    "delete_tag",
    "delete_tag_users",
    "department_users",
    "departments",
    "download_media",
    "ensure_upload",
    "enter_range",
    "fetch_media",
    "find_again",
    "forecast_of",
    "forget_counts",
    "forget_old_callbacks",
    "forget_old_media",
    "handle",
    "handle_beside",
    "key_flaws",
    "largest",
    "leave_range",
    "login",
    "login_address",
    "member",
    "note_refusal",
    "publish_menu",
    "published_menu",
    "quotas",
    "recall",
    "receive",
    "refetch_media",
    "release_restore_hold",
    "remedy",
    "replay",
    "resend",
    "resend_to_chat",
    "restore_hold",
    "save_application",
    "send",
    "send_card",
    "send_content",
    "send_file",
    "send_image",
    "send_markdown",
    "send_mini_program_notice",
    "send_mpnews",
    "send_news",
    "send_parts",
    "send_text",
    "send_text_card",
    "send_to_chat",
    "send_video",
    "send_voice",
    "sync_directory",
    "sync_due_directories",
    "tag_users",
    "taking_long",
    "treat_as_sent",
    "unreachable",
    "update_card",
    "update_chat",
    "update_tag",
    "upload_article_image",
    "upload_file",
    "upload_image",
    "upload_video",
    "upload_voice",
    "user_info",
    "webhook_url",
]


@transaction.atomic
def configure(*, name: str = "") -> Application | None:
    """Make the application of the WECHAT_* settings the default one, with their values; None where they are not set."""
    wanted = settings.WECOM
    if not (wanted["CORP_ID"] and wanted["AGENT_ID"]):
        return None
    corporation, _ = Corporation.objects.get_or_create(corp_id=wanted["CORP_ID"])
    application = Application.objects.filter(corporation=corporation, agent_id=wanted["AGENT_ID"]).first()
    if application is None:
        application = Application(corporation=corporation, agent_id=wanted["AGENT_ID"], name=name or "OpenUser")
    values = {
        "secret": wanted["CORP_SECRET"],
        "token": wanted["TOKEN"],
        "encoding_aes_key": wanted["ENCODING_AES_KEY"],
        "api_base_url": wanted["API_BASE_URL"],
        "is_default": True,
    }
    if application._state.adding or any(getattr(application, field) != value for field, value in values.items()):
        for field, value in values.items():
            setattr(application, field, value)
        save_application(application)
    return application


@transaction.atomic
def save_application(application: Application) -> None:
    """Store what somebody changed, keep at most one default, and try again what was held."""
    if application.is_default:
        Application.objects.exclude(pk=application.pk).update(is_default=False)
    application.save()
    auth.release_hold(application)
    for rows in (
        application.uploads,
        application.downloads,
        application.directory_syncs,
        application.outbounds,
        application.card_updates,
        application.recalls,
        application.group_messages,
        application.menu_publications,
    ):
        held = rows.filter(status=Work.Status.QUEUED, reason=Outbound.Reason.HELD)
        held.update(due_at=timezone.now(), woken_at=None)
        for row in held:
            row.wake()


def member(application: Application, user_id: str) -> Member:
    """The member with this user ID, made on first contact."""
    found, _ = Member.objects.get_or_create(corporation=application.corporation, user_id=user_id.lower())
    return found


@transaction.atomic
def add_member(user_id: str, *, name: str = "", application: Application | None = None) -> Member:
    """A new member. Raises `ContentError` where there is one with this user ID."""
    corporation = (application or default_application()).corporation
    found, created = Member.objects.get_or_create(
        corporation=corporation, user_id=user_id.lower(), defaults={"name": name}
    )
    if not created:
        remedy = f"Change member {found.pk} instead."
        raise ContentError("There is a member with this user ID.", code="unique", field="user_id", remedy=remedy)
    return found


@transaction.atomic
def accept_upload(application: Application, *, kind: str, file: File[bytes], cid: str = "") -> Upload:
    """Keep a file and queue its upload; whoever sent the same before gets the same row.

    Raises `ContentError` for a file that the platform would refuse; then nothing is kept.
    """
    return uploads.accept(application, kind=kind, file=file, cid=cid)


def receive(application: Application, body: bytes, *, signature: str, timestamp: str, nonce: str) -> Callback:
    """Verify, decrypt and record one callback; a repeat gives the first one's row.

    Raises `wecom.crypto.CryptoError` for what must be refused; then nothing is stored.
    """
    return inbox.receive(application, body, signature=signature, timestamp=timestamp, nonce=nonce)


def handle(pk: int, *, now: datetime | None = None) -> None:
    """Act on a callback, once."""
    inbox.handle(pk, acting=acting_on, answer=_send_answer, now=now)


def handle_beside(pk: int) -> None:
    """`handle` for a worker: returns when it is done, or as soon as a handler says that it takes long."""
    running.beside(lambda: handle(pk))


def upload_image(file_path: str | Path, *, application: Application | None = None) -> str:
    """Upload a JPG or PNG of up to 10 MB now; its media ID, good for three days, or longer where we send it.

    Raises `ContentError` for a file that the platform would refuse, before any call, and `WeComError` for what the
    platform says. The same file is uploaded once.
    """
    return uploads.put(application or default_application(), kind="image", file_path=file_path)


def upload_voice(file_path: str | Path, *, application: Application | None = None) -> str:
    """Upload an AMR recording of up to 2 MB and 60 seconds now. See `upload_image`."""
    return uploads.put(application or default_application(), kind="voice", file_path=file_path)


def upload_video(file_path: str | Path, *, application: Application | None = None) -> str:
    """Upload an MP4 of up to 10 MB now. See `upload_image`."""
    return uploads.put(application or default_application(), kind="video", file_path=file_path)


def upload_file(file_path: str | Path, *, application: Application | None = None) -> str:
    """Upload any file of up to 20 MB now; people see its name. See `upload_image`."""
    return uploads.put(application or default_application(), kind="file", file_path=file_path)


def ensure_upload(application: Application, *, kind: str, path: Path, name: str, filename: str) -> Upload:
    """The upload of these bytes, queued where the platform lacks them; `name` is theirs in the media storage."""
    return uploads.ensure(application, kind=kind, path=path, name=name, filename=filename)


def fetch_media(application: Application, *, kind: str, media_id: str, cid: str = "") -> Download:
    """The download of what a member sent, by the media ID of their message; it is fetched once, by a worker.

    `media_downloaded` announces its end.
    """
    return downloads.request(application, kind=kind, media_id=media_id, cid=cid)


def refetch_media(download: Download) -> bool:
    """Fetch a file once more that did not come, or was removed; False where it is on its way or here."""
    if download.is_here or not download.is_finished:
        return False
    return download.restart(path="", received=0, size=0, errcode=None)


def download_media(media_id: str, *, kind: str = "", application: Application | None = None) -> Path:
    """What a member sent, by the media ID of their message, as a file; fetched now unless we have it.

    `kind` is "image", "voice" or "video", of the message that is being answered by default. The file is kept for
    WECHAT_KEEP_MEDIA_DAYS: copy what shall stay. Raises `ContentError` with the reason ("expired", "format" …) and what
    helps, `TemporaryError` where trying again may.
    """
    callback = answering()
    kind = kind or (callback.kind if callback else "")
    return downloads.fetched(application or default_application(), media_id=media_id, kind=kind)


def upload_article_image(file_path: str | Path, *, application: Application | None = None) -> str:
    """Upload a JPG or PNG of up to 2 MB now for the text of an article (mpnews); its address, good for ever.

    Equal pictures of a company are uploaded once. Raises `ContentError` before any call, `WeComError` for what the
    platform says: a company may upload 1,000 a day.
    """
    return pictures.address(application or default_application(), Path(file_path))


def largest(kind: str) -> int:
    """Bytes that a file of this kind may have to be sent: "image", "voice", "video" or "file"."""
    most = media.LIMITS[kind].most
    return min(most, int(settings.WECOM["MOST"].get(kind, most)))


def login_address(application: Application, *, back: str, state: str, inside: bool, language: str = "zh") -> str:
    """Where to send somebody who shall say who they are; the platform sends them `back` with `code` and `state`.

    `inside` is for the browser within WeChat Work. The domain of `back` must be the application's trusted domain.
    """
    return logins.entrance(application, back=back, state=state, inside=inside, language=language)


def login(application: Application, code: str) -> str:
    """The user ID of whoever came back with this code, which is good once. Raises `LoginFailed`."""
    return logins.who(application, code)


@transaction.atomic
def sync_directory(application: Application | None = None) -> DirectorySync:
    """Read departments, members and tags anew, as far as the application sees them; the sync that does it.

    One that waits or runs already will do. The contacts assistant only tells user IDs.
    """
    return syncing.request(application or default_application())


def sync_due_directories(now: datetime | None = None) -> int:
    """Queue a sync of each application that had none for `DIRECTORY_HOURS`. Returns how many."""
    hours = settings.WECOM["DIRECTORY_HOURS"]
    return syncing.request_due(timedelta(hours=hours), now) if hours else 0


def change_contacts(application: Application, change_type: str, fields: Mapping[str, str]) -> None:
    """Apply a `change_contact` event, by its type and fields; what it leaves out is looked up afterwards."""
    changes.apply(application, change_type, fields)


def enter_range(application: Application, user_id: str) -> None:
    """Somebody was given the application: they can be reached, and are looked up."""
    changes.enter(application, user_id)


def leave_range(application: Application, user_id: str) -> None:
    """Somebody lost the application: they cannot be reached; whether they left the company is looked up."""
    changes.leave(application, user_id)


def find_again(application: Application, user_id: str) -> None:
    """Somebody wrote: they can be reached, whatever was known before."""
    people.find_again(application, user_id)


def access_token(corp_id: str = "", corp_secret: str = "") -> str:
    """The token that all processes share, of the application with these credentials or of the default one.

    Raises `NotConfigured` where there is no such application, `ConfigurationError` where the platform refuses it.
    """
    return auth.token_of(corp_id, corp_secret)


def update_card(
    application: Application,
    *,
    response_code: str,
    user_id: str,
    text: str = "",
    card: Card | None = None,
    cid: str = "",
) -> CardUpdate:
    """Put a greyed text in the place of a card's buttons, or another card in its place, for one person.

    The code comes with a click, or is that of the `Outbound` that carried the card; for 72 hours, and each is good for
    one change. Text of more than 30 Chinese characters is cut, as the phone would; with a `card` it stands in the place
    of that one's buttons. Raises `ContentError` for an empty code, and where there is neither text nor card.
    """
    callback = answering()
    cid = cid or (callback.cid if callback else "")
    return cards.request(application, response_code=response_code, user_id=user_id, text=text, card=card, cid=cid)


def recall(outbound: Outbound, *, cid: str = "") -> Recall:
    """Take a message back from everybody who got it, with all its parts. What is queued is not sent any more.

    Raises `ContentError` for one that was not sent ("not_sent"), or more than 24 hours ago ("too_late").
    """
    return recalls.request(outbound, cid=cid)


def can_be_recalled(outbound: Outbound) -> bool:
    """Whether `recall` would take it back, as far as anybody knows."""
    return recalls.is_possible(outbound)


def published_menu(application: Application | None = None) -> list[dict[str, Any]]:
    """The menu that people see now, as WeChat Work has it; [] where there is none."""
    return menus.current(application or default_application())


def agent_info(application: Application | None = None) -> Agent:
    """The application as the console knows it: its name, whether it is switched off, who may see it."""
    return agents.ask(application or default_application())


def create_chat(
    name: str,
    user_ids: Sequence[str],
    *,
    owner: str = "",
    chat_id: str = "",
    application: Application | None = None,
) -> GroupChat:
    """Make a group chat of 2 to 2,000 members now; people see it once something is said in it.

    Without an `owner` it is the first. Raises `ContentError` for what the platform would refuse, and `WeComError` for
    what it says: the application must be visible to the whole company.
    """
    return chats.create(
        application or default_application(), name=name, user_ids=user_ids, owner=owner, chat_id=chat_id
    )


def update_chat(
    chat: GroupChat, *, name: str = "", owner: str = "", add: Sequence[str] = (), remove: Sequence[str] = ()
) -> GroupChat:
    """Give a group chat another name or owner, add members or remove some, now."""
    return chats.update(chat, name=name, owner=owner, add=add, remove=remove)


def chat(chat_id: str, *, application: Application | None = None) -> GroupChat:
    """A group chat of the application as WeChat Work has it. Raises `ChatGone` where there is none."""
    return chats.read(application or default_application(), chat_id)


def send_to_chat(
    chat: GroupChat, content: Content, *, upload: Upload | None = None, mentions: Sequence[str] = (), cid: str = ""
) -> GroupMessage:
    """Queue a message into a group chat; `mentions` are user IDs, or "@all", that a text draws the attention of.

    What may have arrived is not sent again by itself: the platform would show it twice. Raises `ContentError` for a
    card, which group chats do not show.
    """
    callback = answering()
    return chats.send(chat, content, upload=upload, mentions=mentions, cid=cid or (callback.cid if callback else ""))


def resend_to_chat(message: GroupMessage) -> bool:
    """A person decided: say this again in the group chat; False while it is on its way."""
    return message.restart(in_doubt=False, errcode=None)


def publish_menu(application: Application) -> MenuPublication:
    """Show the menu that the buttons of this application make, in place of the one before; no buttons, no menu.

    Raises `ContentError` with words for what the platform would refuse.
    """
    return menus.publish(application)


@transaction.atomic
def resend(outbound: Outbound) -> None:
    """A person decided: send this again, as a new message, with bytes that the platform does not take for the old."""
    Attempt.objects.abandoned(outbound).update(outcome=Attempt.Outcome.AMBIGUOUS)
    if outbound.upload is not None and outbound.msgtype in attachments.BARE:
        outbound.upload = attachments.apart(outbound.upload, outbound.fingerprint, timezone.now())
    fresh = {"body": None, "upload": outbound.upload, "was_ambiguous": False, "first_attempt_at": None, "errcode": None}
    outbound.restart(repeat=outbound.repeat + 1, invalid=[], unlicensed=[], **fresh)


@transaction.atomic
def treat_as_sent(outbound: Outbound) -> bool:
    """A person decided: it arrived. Only for one that nobody knows about."""
    rows = Outbound.objects.filter(pk=outbound.pk, status=Outbound.Status.FAILED, reason=Outbound.Reason.UNKNOWN)
    return bool(rows.update(status=Outbound.Status.DONE, reason=Outbound.Reason.UNKNOWN))


@transaction.atomic
def replay(callback: Callback) -> bool:
    """Handle a finished callback once more; False where its body is gone or it is still being handled."""
    return bool(callback.body) and callback.restart()


def checks(application: Application | None = None, *, connection_only: bool = False) -> list[Check]:
    """What the doctor looks at: of the installation, or of one application in the order in which things build up.

    `connection_only` leaves out what calls our own address: what remains asks WeChat Work three questions at most.
    """
    if application is None:
        return [doctor.KeyShapes(), doctor.Connected()]
    kinds = doctor.CONNECTION if connection_only else doctor.CHECKS
    return [kind(application) for kind in kinds]


def checks_to_come() -> list[Check]:
    """Those of applications that cannot be listed, or that there are not: to be named, not to be looked at."""
    return [kind(None) for kind in doctor.CHECKS]


def key_flaws(values: Mapping[str, str]) -> list[Flaw]:
    """Which of an application's keys have the wrong shape; see `wecom.shapes`."""
    return shapes.flaws(values)


def webhook_url(application: Application) -> str:
    """Where WeChat Work is to call this application; entered in the console under “Receive messages”."""
    return applications.webhook_url(application)


def note_refusal(application: Application, code: int, nonce: str) -> None:
    """Remember for the doctor why a callback was refused."""
    refusals.note(application, code, nonce)


def restore_hold() -> Guard | None:
    """The guard while nothing is sent, because the database was restored or copied and nobody confirmed it yet."""
    return guard.held()


def release_restore_hold(*, discard: bool) -> int:
    """A person confirmed this database: send what waits in it, or discard that. Returns how many messages it is."""
    return guard.release(discard=discard)


def quotas(now: datetime | None = None) -> list[Quota]:
    """What of the platform's limits each application has used, and when what waits will be through."""
    return forecast.quotas(now or timezone.now())


def forecast_of(
    application: Application, *, messages: int = 0, recipients: int = 0, now: datetime | None = None
) -> Forecast:
    """When all that waits will be through, and so many messages to so many members more."""
    return forecast.forecast(application, now or timezone.now(), messages=messages, recipients=recipients)


def remedy(errcode: int | None) -> str:
    """What a person can do about a code of the platform, in words; empty where nobody knows."""
    return reactions.remedy_of(errcode)


def forget_counts(now: datetime | None = None) -> None:
    """Delete what no limit of the platform counts any more."""
    limits.forget(now or timezone.now())


def forget_old_callbacks(now: datetime | None = None) -> int:
    """Delete callbacks too old to be repeated by the platform, and card changes. Returns how many callbacks."""
    oldest = (now or timezone.now()) - timedelta(days=settings.WECOM["KEEP_CALLBACKS_DAYS"])
    CardUpdate.objects.filter(created_at__lt=oldest).exclude(status__in=CardUpdate.UNFINISHED).delete()
    deleted, _ = Callback.objects.filter(created_at__lt=oldest).exclude(status__in=Callback.UNFINISHED).delete()
    return deleted


def forget_old_media(now: datetime | None = None) -> int:
    """Remove files that members sent long ago. Returns how many."""
    return downloads.forget(now=now)


def _send_answer(callback: Callback, text: str) -> list[Outbound]:
    parts = [Text(content=part) for part in split_numbered(text.strip())]
    return send_parts(callback.application, parts, to=[callback.from_user_id], cid=callback.cid)
