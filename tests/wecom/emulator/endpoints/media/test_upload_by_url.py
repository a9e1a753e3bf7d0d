"""Large files in ranges, article images, and uploads by URL."""

import hashlib

import pytest
import requests

from tests.support.emulator import wait_for
from tests.wecom.emulator.support.callbacks import decrypt
from tests.wecom.emulator.support.clients import Application, Emulator, Listener
from tests.wecom.emulator.support.media_samples import AMR, MP4, PNG

MB = 2**20


def sent_by(application: Application, member: str, kind: str, data: bytes) -> str:
    """The media ID of what a member sends."""
    answer = requests.post(
        f"{application.emulator.url}/emulator/api/send",
        data={"member": member, "type": kind, "agentid": application.agent_id},
        files={"media": ("x", data)},
        timeout=30,
    )
    return str(answer.json()["entry"]["content"]["media_id"])


def fetch(application: Application, media_id: str, span: str = "") -> requests.Response:
    query = {"access_token": application.access_token(), "media_id": media_id}
    headers = {"Range": span} if span else {}
    return requests.get(f"{application.emulator.url}/cgi-bin/media/get", params=query, headers=headers, timeout=30)


def test_a_large_file_comes_in_pieces_of_twenty_megabytes(application, member):
    video = MP4 + bytes(20 * MB)
    media_id = sent_by(application, member, "video", video)
    assert fetch(application, media_id).json()["errcode"] == 830002
    assert fetch(application, media_id, f"bytes=0-{20 * MB + 15}").json()["errcode"] == 830002
    first = fetch(application, media_id, f"bytes=0-{20 * MB - 1}")
    assert first.status_code == 206
    assert first.headers["Content-Range"] == f"bytes 0-{20 * MB - 1}/{len(video)}"
    rest = fetch(application, media_id, f"bytes={20 * MB}-{40 * MB - 1}")
    assert first.content + rest.content == video


@pytest.mark.parametrize(("span", "errcode"), [("0-14", 40146), ("8-23", 40146), ("0-15", 0), ("16-47", 0)])
def test_what_members_send_is_encrypted_and_comes_in_whole_blocks(application, member, span, errcode):
    media_id = sent_by(application, member, "image", PNG)
    answer = fetch(application, media_id, f"bytes={span}")
    assert (answer.json()["errcode"] if errcode else answer.status_code) == (errcode or 206)


def test_no_range_begins_behind_the_end_of_the_file(application, member):
    media_id = sent_by(application, member, "image", PNG)
    assert fetch(application, media_id, "bytes=96-1000000").content == PNG[96:]
    assert fetch(application, media_id, "bytes=96-").content == PNG[96:]
    assert fetch(application, media_id, "bytes=112-").status_code == 416


def uploadimg(application: Application, data: bytes) -> dict:
    answer = requests.post(
        f"{application.emulator.url}/cgi-bin/media/uploadimg",
        params={"access_token": application.access_token()},
        files={"media": ("图.png", data)},
        timeout=30,
    )
    return dict(answer.json())


def test_a_picture_of_an_article_has_an_address_for_good(application, emulator: Emulator, clean_clock):
    url = uploadimg(application, PNG)["url"]
    emulator.control("POST", "clock", offset=30 * 86400)
    answer = requests.get(url, timeout=60)
    assert (answer.content, answer.headers["Content-Type"]) == (PNG, "image/png")
    assert requests.get(f"{url}x", timeout=60).status_code == 404


@pytest.mark.parametrize(
    ("data", "errcode"), [(b"", 44001), (b"\x89PNG", 40009), (b"GIF89a...", 40123), (PNG + bytes(2 * MB), 40009)]
)
def test_a_picture_of_an_article_is_checked(application, data, errcode):
    assert uploadimg(application, data)["errcode"] == errcode


def by_url(application: Application, url: str, data: bytes, **fields) -> dict:
    body = {"scene": 1, "type": "video", "filename": "片.mp4", "url": url, "md5": hashlib.md5(data).hexdigest()}
    return application.post("media/upload_by_url", {**body, **fields})


def ended(application: Application, jobid: str) -> dict:
    def look() -> dict | None:
        answer = application.post("media/get_upload_by_url_result", {"jobid": jobid})
        return None if answer["status"] == 1 else answer

    return dict(wait_for(look, "the job"))


def test_the_platform_fetches_a_file_and_says_when_it_has_it(application, member, emulator, listener: Listener):
    video = MP4 + bytes(100)
    source = application.upload("video", video)["media_id"]
    jobid = by_url(application, f"{emulator.url}/emulator/media/{source}", video)["jobid"]
    event = decrypt(application, listener.next())
    assert (event["Event"], event["JobId"]) == ("upload_media_job_finish", jobid)
    answer = ended(application, jobid)
    assert answer["status"] == 2
    media_id = answer["detail"]["media_id"]
    assert fetch(application, media_id).content == video
    body = {"touser": member, "msgtype": "video", "video": {"media_id": media_id}}
    assert application.send(body)["errcode"] == 40007


def test_a_file_that_is_another_or_that_nobody_has_fails(application, emulator):
    source = application.upload("video", MP4)["media_id"]
    for url in (f"{emulator.url}/emulator/media/{source}", f"{emulator.url}/emulator/media/none"):
        answer = ended(application, by_url(application, url, b"something else")["jobid"])
        assert (answer["status"], answer["detail"]["errcode"]) == (3, 830003)


def test_a_job_is_forgotten_after_an_hour(application, emulator: Emulator, clean_clock):
    jobid = by_url(application, f"{emulator.url}/none", b"x")["jobid"]
    ended(application, jobid)
    emulator.control("POST", "clock", offset=3601)
    assert application.post("media/get_upload_by_url_result", {"jobid": jobid})["errcode"] == 830001


@pytest.mark.parametrize(
    ("fields", "errcode"),
    [({"scene": 2}, 40058), ({"type": "image"}, 40004), ({"md5": "x"}, 40058), ({"filename": "长" * 43}, 40058)],
)
def test_a_wrong_order_to_fetch_is_refused(application, fields, errcode):
    assert by_url(application, "http://127.0.0.1/", b"x", **fields)["errcode"] == errcode


def clear_copy(application: Application, media_id: str) -> requests.Response:
    query = {"access_token": application.access_token(), "media_id": media_id}
    return requests.get(f"{application.emulator.url}/cgi-bin/media/get/jssdk", params=query, timeout=30)


def test_only_page_recordings_have_a_high_definition_copy(application, member):
    brought = requests.post(
        f"{application.emulator.url}/emulator/api/jssdk",
        data={"agentid": application.agent_id, "corpid": application.corp_id},
        files=[("media", ("hello.amr", AMR)), ("clear", ("hello.speex", b"clear as day"))],
        timeout=30,
    ).json()
    answer = clear_copy(application, brought["media_id"])
    assert (answer.content, answer.headers["Content-Type"]) == (b"clear as day", "voice/speex")
    assert "hello.speex" in answer.headers["Content-Disposition"]
    assert fetch(application, brought["media_id"]).content == AMR
    assert clear_copy(application, sent_by(application, member, "voice", AMR)).json()["errcode"] == 40007
    assert clear_copy(application, "unknown").json()["errcode"] == 40007
