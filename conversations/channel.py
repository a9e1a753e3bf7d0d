"""The only way to people: everything that leaves the conversations goes through here."""

from pathlib import Path

from django.core.files.storage import default_storage

from avatars.models import Render
from wecom import services as wecom
from wecom.contents import Text, Video, split_text, truncate
from wecom.models import Application, Callback, Member, Outbound


def send_text(application: Application, member: Member, text: str, *, cid: str) -> Outbound:
    """Queue text, in parts where it is long; returns the last part's row."""
    parts = split_text(text)
    sent = [wecom.send(application, Text(content=part), to=[member.user_id], cid=cid) for part in parts]
    return sent[-1]


def send_video(application: Application, member: Member, render: Render, *, title: str, cid: str) -> Outbound:
    """Queue a finished video; its file is uploaded once for everybody who gets it."""
    name = str(render.video.name)
    upload = wecom.ensure_upload(
        application,
        kind="video",
        path=Path(default_storage.path(name)),
        name=name,
        filename=f"{render.digital_human.name}.mp4",
    )
    heading = truncate(title, 128)
    content = Video(title=heading, description="" if heading == render.text else truncate(render.text, 512))
    return wecom.send(application, content, to=[member.user_id], upload=upload, cid=cid)


def member_of(callback: Callback) -> Member:
    """Who caused a callback."""
    return wecom.member(callback.application, callback.from_user_id)
