"""Media: checks, ranges, expiry."""

import pytest
import requests

from tests.wecom.emulator.support.clients import Application, Emulator
from tests.wecom.emulator.support.media_samples import AMR, AMR_SECOND, MP4, PNG


@pytest.mark.parametrize(
    ("kind", "data", "errcode"),
    [
        ("image", PNG, 0),
        ("image", b"\xff\xd8\xff\xe0 jpeg", 0),
        ("image", b"GIF89a and so on", 40123),
        ("image", PNG + bytes(10 * 2**20), 40009),
        ("voice", AMR, 0),
        ("voice", b"#!AMR\n" + AMR_SECOND * 61, 45007),
        ("voice", b"RIFF....WAVE", 301017),
        ("video", MP4, 0),
        ("video", b"not a video at all", 40005),
        ("video", MP4 + bytes(10 * 2**20), 40011),
        ("file", b"123456", 0),
        ("file", b"12345", 40006),
        ("file", b"", 44001),
        ("file", bytes(20 * 2**20 + 1), 45001),
        ("movie", MP4, 40004),
    ],
)
def test_files_are_checked_as_the_platform_does(application: Application, kind: str, data: bytes, errcode: int) -> None:
    answer = application.upload(kind, data, f"some.{kind}")
    assert answer["errcode"] == errcode, answer
    if errcode == 0:
        assert isinstance(answer["created_at"], str)


def test_a_part_with_another_name_is_missing_data(application: Application) -> None:
    assert application.upload("file", b"123456", part="file")["errcode"] == 41005


def test_an_encoded_file_name_is_the_platforms_trap(application: Application, emulator: Emulator) -> None:
    def post(disposition: str) -> int:
        lines = ["--b", f'Content-Disposition: form-data; name="media"; {disposition}', "", "123456", "--b--", ""]
        answer = requests.post(
            f"{emulator.url}/cgi-bin/media/upload",
            params={"access_token": application.access_token(), "type": "file"},
            data="\r\n".join(lines).encode(),
            headers={"Content-Type": "multipart/form-data; boundary=b"},
            timeout=60,
        )
        return int(answer.json()["errcode"])

    assert post("filename*=UTF-8''%E6%96%87.txt") == 44001
    assert post('filename="文.txt"; filelength=6') == 0


def test_a_request_without_a_boundary_is_answered_not_crashed(application: Application, emulator: Emulator) -> None:
    answer = requests.post(
        f"{emulator.url}/cgi-bin/media/upload",
        params={"access_token": application.access_token(), "type": "file"},
        data=b"x",
        headers={"Content-Type": "multipart/form-data"},
        timeout=60,
    )
    assert answer.json()["errcode"] == 44001


def test_media_is_served_whole_and_in_parts(application: Application, emulator: Emulator) -> None:
    media_id = application.upload("video", MP4, "片.mp4")["media_id"]
    query = {"access_token": application.access_token(), "media_id": media_id}

    def get(path: str, span: str = "", **params: str) -> requests.Response:
        headers = {"Range": span} if span else {}
        return requests.get(emulator.url + path, params=params, headers=headers, timeout=60)

    whole = get("/cgi-bin/media/get", **query)
    assert (whole.status_code, whole.content, whole.headers["Content-Type"]) == (200, MP4, "video/mp4")
    for path, params in (("/cgi-bin/media/get", query), (f"/emulator/media/{media_id}", {})):
        part = get(path, "bytes=4-7", **params)
        assert (part.status_code, part.content) == (206, b"ftyp")
        assert part.headers["Content-Range"] == f"bytes 4-7/{len(MP4)}"
        assert get(path, "bytes=-3", **params).content == MP4[-3:]
        assert get(path, "bytes=1000-", **params).content == MP4[1000:]
        assert get(path, f"bytes={len(MP4)}-", **params).status_code == 416
    assert get("/cgi-bin/media/get", access_token=query["access_token"], media_id="no").json()["errcode"] == 40007


def test_a_video_message_carries_its_file(application: Application, member: str, emulator: Emulator) -> None:
    media_id = application.upload("video", MP4, "a.mp4")["media_id"]
    video = {"media_id": media_id, "title": "t", "description": "d"}
    assert application.send({"touser": member, "msgtype": "video", "video": video})["errcode"] == 0
    (entry,) = application.received(member)
    assert requests.get(emulator.url + entry["media_url"], timeout=60).content == MP4
    as_image = {"touser": member, "msgtype": "image", "image": {"media_id": media_id}}
    assert application.send(as_image)["errcode"] == 40007


def test_media_expires_after_three_days(
    application: Application, member: str, emulator: Emulator, clean_clock: None
) -> None:
    media_id = application.upload("file", b"123456")["media_id"]
    message = {"touser": member, "msgtype": "file", "file": {"media_id": media_id}}
    emulator.control("POST", "clock", offset=3 * 86400 - 60)
    assert application.send(message)["errcode"] == 0
    emulator.control("POST", "clock", offset=3 * 86400 + 60)
    assert application.send(message)["errcode"] == 40007
