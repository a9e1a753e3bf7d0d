"""The files of messages and articles, for the phone and for `PicUrl` of callbacks. The file's ID is the only secret."""

from django.http import Http404, HttpRequest, HttpResponse

from wecom.emulator import database
from wecom.emulator.conf import options
from wecom.emulator.gateway.endpoint_registry import File
from wecom.emulator.gateway.range_responses import range_response
from wecom.emulator.media.conversion import convert
from wecom.emulator.media.storage import media_file, path_of
from wecom.emulator.models import Media, Picture


async def show_media(request: HttpRequest, media_id: str) -> HttpResponse:
    """A media file."""
    return range_response(request, media_file(await database.run(_find_media, media_id)), download=False)


async def play_voice(request: HttpRequest, media_id: str) -> HttpResponse:
    """A voice message as WAV, because browsers do not play AMR."""
    source = path_of(await database.run(_find_media, media_id))
    target = source.with_suffix(".wav")
    if not target.exists() and not await convert(source, target, "-f", "wav"):
        raise Http404
    return range_response(request, File(path=target, filename="voice.wav", content_type="audio/wav"), download=False)


async def show_picture(request: HttpRequest, name: str) -> HttpResponse:
    """A picture of an article."""
    return range_response(request, await database.run(_find_picture, name), download=False)


def _find_media(media_id: str) -> Media:
    row = Media.objects.filter(media_id=media_id).first()
    if row is None:
        raise Http404
    return row


def _find_picture(name: str) -> File:
    row = Picture.objects.filter(name=name).first()
    if row is None:
        raise Http404
    return File(path=options().media_dir / row.name, filename=row.name, content_type=row.content_type)
