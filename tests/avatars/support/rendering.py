"""Renders for tests: rows that need a video, and workers that make it with small engines."""

import io
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings as configured
from django.core.files.storage import default_storage
from django.db import connection, connections, transaction
from django.utils import timezone
from PIL import Image

from avatars import services
from avatars.models import Render
from avatars.rendering import render_worker
from avatars.studio.process import ROOT
from conversations import services as conversations
from conversations.models import Conversation
from tests.fixtures.engines import ENGINES
from tests.support import factories
from tests.support.paths import PHOTOGRAPH

# So long that there is time to change one's mind.
LONG = "字" * 240


def make_human(*, portrait=None, voice="a", speech="tone", engine="light", **fields):
    if portrait is None:
        small = io.BytesIO()
        Image.open(PHOTOGRAPH).resize((240, 300)).save(small, "PNG")
        portrait = small.getvalue()
    made_of = {"portrait": portrait, "voice": factories.make_voice(engine=speech, key=voice)}
    return factories.make_digital_human(**made_of, engine=engine, mode="lipsync", **fields)


def request(text="你好，世界。", *, priority=services.CHAT, **human):
    return services.request_render(make_human(**human), text, priority=priority, cid="c1d")


def after(render, *, now=None):
    render_worker.render_next(now=now)
    render.refresh_from_db()
    return render


def expire(render):
    Render.objects.filter(pk=render.pk).update(lease_until=timezone.now() - timedelta(days=1))


def nothing_is_left(work_dir):
    stored = default_storage.exists("renders") and default_storage.listdir("renders")[0]
    return not stored and not (work_dir.exists() and os.listdir(work_dir))


@contextmanager
def working():
    """A worker beside this one, that has taken one render; it is over when the block is."""

    def work():
        try:
            render_worker.render_next()
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield worker
    finally:
        worker.join(timeout=60)
    assert not worker.is_alive()


def video_of(render):
    return Path(default_storage.path(render.video.name))


def stage_of(render):
    return Render.objects.values_list("stage", flat=True).get(pk=render.pk)


def promise(text, **human):
    """A message that waits for its video."""
    application = factories.make_application(is_default=True)
    factories.make_desk(application, digital_human=make_human(**human))
    member = factories.make_member(application)
    with transaction.atomic():
        return conversations.say_video(Conversation.objects.locked(application, member), text, cid="c1d")


def spoken_instead(message):
    """The text that the person gets in place of a video."""
    message.refresh_from_db()
    assert message.degraded
    assert message.outbound.msgtype == "text"
    assert conversations.release(message.render) == 0
    return message.outbound.content["content"]


def database_url():
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(configured.DATABASE_URL)._replace(path=f"/{name}").geturl()


RENDER_NEXT = "from avatars.rendering import render_worker; render_worker.render_next()"


def die_at(point, folder, does=RENDER_NEXT):
    """A process of its own, by default a worker, that dies at a point. `folder` holds its files as it does ours."""
    env = {**os.environ, "OPENUSER_CRASH_AT": point, "OPENUSER_VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": ENGINES}
    env |= {"TEST_DATABASE_URL": database_url(), "TEST_BROKER_URL": configured.BROKER_URL}
    if not (folder / "media").exists():
        (folder / "media").symlink_to(default_storage.path(""))
    line = f"import django; django.setup(); {does}"
    return subprocess.run([sys.executable, "-c", line], cwd=ROOT, env=env, check=False, timeout=60).returncode


def make_old(path: Path, age: timedelta = timedelta()) -> None:
    """Give a file an age by the clock of this process, which `tests.runner.dates` moves; the kernel's stays."""
    at = (timezone.now() - age).timestamp()
    os.utime(path, (at, at))
