"""A video that shows and voices a person, what ends the consent to it, and every door to it."""

import json
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from avatars import services
from avatars.models import Consent, DigitalHuman, Render, Rendition, Voice
from avatars.signals import render_finished
from conversations import services as conversations
from conversations.models import WatchLink
from core.web import signed_links
from openuser.models import WebhookDelivery, WebhookEndpoint
from tests.support import factories
from wecom import services as wecom
from wecom.models import Application

KINDS = (("video", "mp4"), ("poster", "jpg"), ("captions", "srt"), ("translated_captions", "srt"))
STREAM = "a" * 32
SECRET = b"a face that is shown"
LATER = {"If-None-Match": '"1"', "If-Modified-Since": "Thu, 01 Jan 2099 00:00:00 GMT"}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A video of a photograph and a cloned voice, both with consent, and those who watch it."""

    human: DigitalHuman
    consent: Consent
    render: Render
    link: WatchLink
    staff: Client
    api: Any


def shown(human: DigitalHuman, **state: Any) -> Shown:
    consent = factories.make_consent(human)
    found = shown_render(human, consent, services.request_render(human, "你好，世界。", purpose="chat"))
    become(found, **state)
    return found


def become(all: Shown, **state: Any) -> None:
    """Have its render be in this state."""
    Render.objects.filter(pk=all.render.pk).update(**state)
    all.render.refresh_from_db()


def shown_render(human: DigitalHuman, consent: Consent, render: Render) -> Shown:
    application = factories.make_application()
    conversations.watch_url(application, factories.make_member(application), render)
    staff = Client()
    staff.force_login(User.objects.create_superuser(f"boss{secrets.token_hex(4)}"))
    link = WatchLink.objects.get(render=render)
    api = factories.make_api("renders:read")
    return Shown(human=human, consent=consent, render=render, link=link, staff=staff, api=api)


def stream_state() -> dict[str, Any]:
    """That of a render that is being made: a beginning, two fragments, captions and a poster are there."""
    for name in ("00000.m4s", "00001.m4s", "00002.m4s", "00001.vtt", "00001.translated.vtt", "poster.jpg"):
        default_storage.save(f"streams/{STREAM}/{name}", ContentFile(SECRET))
    index = {"codecs": "avc1.64001e, mp4a.40.2", "seconds": [0.4, 0.6], "state": "open", "poster": "poster.jpg"}
    return {"status": "running", "attempts": 1, "stream": f"streams/{STREAM}", "stream_index": index}


def video_state() -> dict[str, Any]:
    """That of a render that is finished, with its files."""
    for name in (*(f"{kind}.{end}" for kind, end in KINDS), "small.mp4"):
        default_storage.save(f"renders/{STREAM}/{name}", ContentFile(SECRET))
    files = {kind: f"renders/{STREAM}/{kind}.{end}" for kind, end in KINDS}
    files["recording"] = default_storage.save(f"recordings/{STREAM}.mp3", ContentFile(SECRET))
    return {"status": "done", "finished_at": timezone.now(), "seconds": 1.0, "size": len(SECRET), **files}


def announced_everywhere(all: Shown) -> Shown:
    """A finished one with a smaller copy, which a webhook told another system of."""
    WebhookEndpoint.objects.create(name="OA", url="https://oa.example.com/hook", events=["render.completed"])
    Rendition.objects.create(render=all.render, limit=1, status="done", video=f"renders/{STREAM}/small.mp4")
    render_finished.send(Render, render=all.render)
    return all


def refused(answer) -> bool:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code in (403, 404, 409) and SECRET not in content


def moved(consent: Consent, *, days: int, until: int) -> None:
    """Have it begin and end so many days from now."""
    today = timezone.localdate()
    Consent.objects.filter(pk=consent.pk).update(
        valid_from=today + timedelta(days=days), valid_until=today + timedelta(days=until)
    )


ENDS = {
    "withdrawn": lambda all: services.withdraw_consent(all.consent, by="boss"),
    "withdrawn, videos kept": lambda all: services.withdraw_consent(all.consent, by="boss", videos="keep"),
    "expired": lambda all: moved(all.consent, days=-9, until=-1),
    "not yet valid": lambda all: moved(all.consent, days=1, until=9),
    "expired, person erased": lambda all: erase_person(all.consent),
    "member erased": lambda all: wecom.erase_person(all.link.member, by="boss"),
    "of nobody": lambda all: Render.objects.filter(pk=all.render.pk).update(consent=None),
    "voice declared cloned": lambda all: Voice.objects.get(pk=all.human.voice_id).statements.filter().delete(),
}
PARTNER_ENDS = {
    **ENDS,
    "of nobody": lambda all: Render.objects.filter(pk=all.render.pk).update(partner_consent=None),
}
STREAM_DOORS = {
    "page": lambda all: all.staff.get(f"/watch/{all.link.name}/"),
    "state": lambda all: all.staff.get(f"/watch/{all.link.name}/state"),
    "beginning": lambda all: all.staff.get(f"/watch/{all.link.name}/{STREAM}/0"),
    "fragment": lambda all: all.staff.get(f"/watch/{all.link.name}/{STREAM}/1"),
    "fragment, by range": lambda all: all.staff.get(
        f"/watch/{all.link.name}/{STREAM}/2", headers={"Range": "bytes=0-3"}
    ),
    "fragment, if changed": lambda all: all.staff.get(f"/watch/{all.link.name}/{STREAM}/2", headers=LATER),
    "captions": lambda all: all.staff.get(f"/watch/{all.link.name}/{STREAM}/1.vtt"),
    "captions, translated": lambda all: all.staff.get(f"/watch/{all.link.name}/{STREAM}/1.translated.vtt"),
    "poster": lambda all: all.staff.get(f"/watch/{all.link.name}/{STREAM}/poster"),
    "playlist": lambda all: all.staff.get(f"/watch/{all.link.name}/{STREAM}/playlist.m3u8"),
    "admin's fragment": lambda all: all.staff.get(admin(all, "1")),
    "admin's captions": lambda all: all.staff.get(admin(all, "1.vtt")),
    "admin's captions, translated": lambda all: all.staff.get(admin(all, "1.translated.vtt")),
    "admin's poster": lambda all: all.staff.get(admin(all, "poster")),
    "admin's playlist": lambda all: all.staff.get(admin(all, "playlist.m3u8")),
}
VIDEO_DOORS = {
    "page": lambda all: all.staff.get(f"/watch/{all.link.name}/"),
    "video": lambda all: all.staff.get(f"/watch/{all.link.name}/video"),
    "video, by range": lambda all: all.staff.get(f"/watch/{all.link.name}/video", headers={"Range": "bytes=0-3"}),
    "video, if changed": lambda all: all.staff.get(f"/watch/{all.link.name}/video", headers=LATER),
    "download": lambda all: all.staff.get(f"/watch/{all.link.name}/video?download=1"),
    "captions": lambda all: all.staff.get(f"/watch/{all.link.name}/captions"),
    "captions, translated": lambda all: all.staff.get(f"/watch/{all.link.name}/translated_captions"),
    "poster": lambda all: all.staff.get(f"/watch/{all.link.name}/poster"),
    "program's video": lambda all: all.api.get(reverse("render-video", args=[all.render.pk])),
    "program's poster": lambda all: all.api.get(reverse("render-poster", args=[all.render.pk])),
    "program's captions": lambda all: all.api.get(reverse("render-captions", args=[all.render.pk])),
    "program's captions, translated": lambda all: all.api.get(
        reverse("render-translated-captions", args=[all.render.pk])
    ),
    "webhook's video": lambda all: all.api.get(announced(all, "video_url")),
    "webhook's poster": lambda all: all.api.get(announced(all, "poster_url")),
    "webhook's captions": lambda all: all.api.get(announced(all, "captions_url")),
    "webhook's captions, translated": lambda all: all.api.get(announced(all, "translated_captions_url")),
    "media, translated captions": lambda all: all.staff.get(f"/media/renders/{STREAM}/translated_captions.srt"),
    "signed link of translated captions": lambda all: Client().get(signed(f"renders/{STREAM}/translated_captions.srt")),
    "media, of staff": lambda all: all.staff.get(f"/media/renders/{STREAM}/video.mp4"),
    "media, by another path": lambda all: all.staff.get(f"/media/x/../renders/{STREAM}/video.mp4"),
    "media, a smaller copy": lambda all: all.staff.get(f"/media/renders/{STREAM}/small.mp4"),
    "media, its recording": lambda all: all.staff.get(f"/media/recordings/{STREAM}.mp3"),
    "signed link of its recording": lambda all: Client().get(signed(f"recordings/{STREAM}.mp3")),
    "signed link": lambda all: Client().get(signed(f"renders/{STREAM}/video.mp4")),
    "signed link, by range": lambda all: Client().get(
        signed(f"renders/{STREAM}/video.mp4"), headers={"Range": "bytes=0-3"}
    ),
    "signed link of the poster": lambda all: Client().get(signed(f"renders/{STREAM}/poster.jpg")),
    "glance": lambda all: all.staff.get(reverse("admin:avatars_render_glance", args=[all.render.pk])),
    "sheet": lambda all: all.staff.get(reverse("admin:avatars_render_sheet", args=[all.render.pk])),
}


def admin(all: Shown, what: str) -> str:
    return reverse("admin:avatars_render_state", args=[all.render.pk]).replace("film/", f"stream/{STREAM}/{what}")


def announced(all: Shown, url: str) -> str:
    """An address that a webhook told another system when the video was ready."""
    payload = WebhookDelivery.objects.get(event="render.completed").payload
    return urlsplit(str(json.loads(payload)["data"][url])).path


def erase_person(consent: Consent) -> None:
    """The person shown asks for it after the consent ended by itself."""
    Consent.objects.filter(pk=consent.pk).update(
        valid_from=date(2020, 1, 1), valid_until=date(2020, 2, 1), reference="shown"
    )
    application = Application.objects.get()
    wecom.erase_person(factories.make_member(application, "shown", name="张三"), by="boss")


def signed(name: str) -> str:
    parts = urlsplit(signed_links.signed_url(name))
    return f"{parts.path}?{parts.query}"
