"""Control API: messages that members send to the application."""

from dataclasses import replace
from pathlib import Path

from wecom.emulator import presenters
from wecom.emulator.actors import member_acts
from wecom.emulator.actors.member_acts import MemberMessage
from wecom.emulator.callbacks.documented_events import merge
from wecom.emulator.control.callbacks import callback_faults, custom_fields, to_fields
from wecom.emulator.control.json_views import ControlError, ControlRequest, Result
from wecom.emulator.endpoints.media import jssdk_voices
from wecom.emulator.gateway.endpoint_registry import Upload
from wecom.emulator.media.conversion import amr_of
from wecom.emulator.media.formats import AMR, AMR_WB
from wecom.emulator.media.storage import store_media
from wecom.emulator.models import App

MEDIA_TYPES = {"image", "voice", "video"}


async def convert_voice(request: ControlRequest) -> ControlRequest:
    """The request with its voice as AMR, from any sound file."""
    upload = request.upload
    if request.data.get("type") != "voice" or upload is None or upload.data.startswith((AMR, AMR_WB)):
        return request
    data = await amr_of(upload.data)
    if data is None:
        raise ControlError("a voice message must be a sound file")
    return replace(request, uploads=(Upload(filename=f"{Path(upload.filename).stem}.amr", data=data),))


def send_message(request: ControlRequest) -> Result:
    """A message of a member. `fields` change the callback, not the message in the chat."""
    app, member = request.app(), request.member()
    message = _message(request, app)
    if fields := custom_fields(request):
        message = replace(message, fields=to_fields(merge(dict(message.fields), fields)))
    entry, callback = member_acts.send_message(app, member, message, faults=callback_faults(request))
    return {"entry": presenters.entry(entry), "callback": presenters.callback(callback)}


def _message(request: ControlRequest, app: App) -> MemberMessage:
    kind = request.text("type", "text")
    if kind == "text":
        return member_acts.text(request.text("text"))
    if kind == "location":
        latitude, longitude = request.number("latitude", 23.134), request.number("longitude", 113.358)
        return member_acts.location(latitude, longitude, request.text("label", "广州市海珠区"))
    if kind == "link":
        title, url = request.text("title"), request.text("url")
        return member_acts.link(title, request.text("description", ""), url, request.text("picurl", ""))
    if kind == "file" and not custom_fields(request):
        raise ControlError("the platform hands no file messages to applications; with fields of your own one is sent")
    if kind not in MEDIA_TYPES and custom_fields(request):
        return MemberMessage(msgtype=kind[:32], content={"content": f"[{kind}]"}, fields=[])
    if kind not in MEDIA_TYPES or request.upload is None:
        raise ControlError(
            "type must be text, location, link, or image, voice, video with an upload; any other one needs its fields"
        )
    row = store_media(app.corp, kind, request.upload, by_member=True)
    if kind == "image":
        return member_acts.image(row, base_url=request.base_url)
    return member_acts.voice(row) if kind == "voice" else member_acts.video(row)


def upload_jssdk_voice(request: ControlRequest) -> Result:
    """Two files: a voice that a page recorded, as AMR and as Speex."""
    if len(request.uploads) != 2:
        raise ControlError("bring two files: the voice as AMR, then as Speex")
    row = jssdk_voices.store_recording(request.app().corp, *request.uploads)
    return {"media_id": row.media_id, "seconds": row.seconds}
