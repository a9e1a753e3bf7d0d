"""The environment of the studio's child."""

from avatars.media import ffmpeg
from avatars.studio.process import THREAD_VARIABLES, environment


def test_a_number_of_threads_that_you_set_is_kept(monkeypatch):
    for name in THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert {name: environment()[name] for name in THREAD_VARIABLES} == {
        **dict.fromkeys(THREAD_VARIABLES, str(ffmpeg.threads())),
        "OMP_NUM_THREADS": "3",
    }
