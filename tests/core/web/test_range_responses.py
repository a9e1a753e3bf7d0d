"""Files and their ranges, as servers with an event loop send them."""

import warnings
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncRequestFactory, RequestFactory

from core.web import range_responses

pytestmark = pytest.mark.django_db  # the end of a response closes connections of this process that are old
CONTENT = bytes(range(256)) * 1024


@pytest.fixture
def video(tmp_path):
    file = tmp_path / "video.mp4"
    file.write_bytes(CONTENT)
    return file


def received(response: Any) -> list[bytes]:
    """What goes out, part by part."""

    async def collect() -> list[bytes]:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return [part async for part in response]

    try:
        return async_to_sync(collect)()
    finally:
        response.close()


@pytest.mark.parametrize(
    ("wanted", "first", "last"), [({}, 0, len(CONTENT)), ({"range": "bytes=100-200000"}, 100, 200001)]
)
def test_an_event_loop_gets_a_file_in_parts(video, wanted, first, last):
    response: Any = range_responses.serve(AsyncRequestFactory().get("/", headers=wanted), video)
    parts = received(response)
    assert b"".join(parts) == CONTENT[first:last]
    assert int(response["Content-Length"]) == last - first
    assert max(map(len, parts)) <= range_responses.CHUNK


def test_a_server_with_threads_gets_the_same(video):
    response: Any = range_responses.serve(RequestFactory().get("/"), video)
    assert b"".join(response) == CONTENT
    response.close()


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("0-0", 0, 1),
        ("100-", 100, 262_144),
        ("262143-", 262_143, 262_144),
        ("-5", 262_139, 262_144),
        ("-999999", 0, 262_144),
    ],
)
def test_a_range_has_its_bytes_and_says_which(video, wanted, first, last):
    response: Any = range_responses.serve(RequestFactory().get("/", headers={"range": f"bytes={wanted}"}), video)
    assert (response.status_code, response["Content-Range"]) == (206, f"bytes {first}-{last - 1}/262144")
    assert b"".join(response) == CONTENT[first:last]
    response.close()


@pytest.mark.parametrize("wanted", ["262144-", "-0", "9-3", "999999-1000000"])
def test_a_range_outside_of_the_file_is_refused(video, wanted):
    response: Any = range_responses.serve(RequestFactory().get("/", headers={"range": f"bytes={wanted}"}), video)
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */262144")


@pytest.mark.parametrize("wanted", ["bytes=-", "bytes=0-1,5-6", "lines=0-1", "bytes=a-b"])
def test_a_range_that_is_none_gets_the_whole_file(video, wanted):
    response: Any = range_responses.serve(RequestFactory().get("/", headers={"range": wanted}), video)
    assert response.status_code == 200
    assert b"".join(response) == CONTENT
    response.close()
