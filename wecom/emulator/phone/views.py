"""The phone: its page, its files, its socket, and the media that its bubbles show."""

from functools import cache
from pathlib import Path
from typing import Any

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from wecom.emulator import database, live, media
from wecom.emulator.conf import options
from wecom.emulator.gateway import range_responses
from wecom.emulator.gateway.registry import File
from wecom.emulator.models import Media, Picture
from wecom.emulator.phone import voices

POLICY = (
    "default-src 'self'; img-src 'self' data: blob: http://127.0.0.1:* http://localhost:*; media-src 'self' blob:; "
    "style-src 'self'; script-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
ASSETS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class PhoneSocket(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """Pushes what happens; the page does everything else over HTTP."""

    groups = [live.GROUP]

    async def connect(self) -> None:
        live.listening.add(self)
        await super().connect()

    async def disconnect(self, code: int) -> None:
        live.listening.discard(self)

    async def phone_event(self, message: dict[str, Any]) -> None:
        await self.send_json(message["event"])


async def page(request: HttpRequest) -> HttpResponse:
    """The one page. Its policy keeps everything foreign out, scripts in messages included."""
    response = render(request, "emulator/phone.html")
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "no-store"
    return response


async def home(_: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("/emulator/")


@cache
def _assets() -> dict[str, Path]:
    """Every file that a page may load, by its path below the folder: nothing else is looked for on the disk."""
    folder = options().static_dir
    return {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.suffix in ASSETS}


async def asset(_: HttpRequest, path: str) -> HttpResponse:
    """A style sheet, script or drawing of a page."""
    file = _assets().get(path)
    if file is None:
        raise Http404
    response = HttpResponse(file.read_bytes(), content_type=f"{ASSETS[file.suffix]}; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


async def show_media(request: HttpRequest, media_id: str) -> HttpResponse:
    """A media file for a bubble; also where `PicUrl` of a callback leads. Needs no token: the ID is the secret."""
    return range_responses.respond(request, media.as_file(await database.run(_find, media_id)), download=False)


async def show_picture(request: HttpRequest, name: str) -> HttpResponse:
    """A picture of an article."""
    return range_responses.respond(request, await database.run(_picture, name), download=False)


async def listen(request: HttpRequest, media_id: str) -> HttpResponse:
    """A voice message as WAV, because browsers do not play AMR."""
    source = media.path_of(await database.run(_find, media_id))
    target = source.with_suffix(".wav")
    if not target.exists() and not await voices.convert(source, target, "-f", "wav"):
        raise Http404
    return range_responses.respond(
        request, File(path=target, filename="voice.wav", content_type="audio/wav"), download=False
    )


def _picture(name: str) -> File:
    row = Picture.objects.filter(name=name).first()
    if row is None:
        raise Http404
    return File(path=options().media_dir / row.name, filename=row.name, content_type=row.content_type)


def _find(media_id: str) -> Media:
    row = Media.objects.filter(media_id=media_id).first()
    if row is None:
        raise Http404
    return row
