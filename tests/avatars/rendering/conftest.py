"""Fixtures: storage that takes no file, and the signals of renders."""

import os
import subprocess

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from avatars.signals import render_finished


@pytest.fixture
def spoiled_storage():
    """No video can be stored: a tiny disk where one may be mounted, else a file where the folder should be."""
    place = default_storage.path("renders")
    os.makedirs(place)
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", place]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    if not mounted:
        os.rmdir(place)
        with open(place, "w") as file:
            file.write("in the way")
    yield "disk_full" if mounted else "disk"
    if mounted:
        subprocess.run(["umount", place], check=True)


@pytest.fixture
def news():
    """What was announced: the status of the render, and whether its transaction was still open."""
    heard = []

    def hear(render, **_):
        heard.append((render.pk, render.status, connection.in_atomic_block))

    render_finished.connect(hear)
    yield heard
    render_finished.disconnect(hear)
