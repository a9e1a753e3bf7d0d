"""Media over REST: uploads, and messages that carry them."""

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.conversations.support.message_api import UPLOADS, send
from tests.support.factories import make_application, make_upload
from tests.support.problem_details import problem
from wecom.models import Outbound, Upload

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.mark.parametrize("kind", ["image", "voice", "file", "video"])
def test_media_are_sent_by_their_media_id(api, kind):
    assert send(api, kind, media_id="MEDIA").status_code == 202
    outbound = Outbound.objects.get()
    assert outbound.msgtype == kind
    assert outbound.content["media_id"] == "MEDIA"
    assert outbound.upload is None


@pytest.mark.parametrize("kind", ["image", "voice", "file", "video"])
def test_media_are_sent_by_their_upload_before_it_is_done(api, application, kind):
    upload = make_upload(application, kind=kind)
    assert send(api, kind, upload=upload.pk).status_code == 202
    assert Outbound.objects.get().upload == upload


def test_a_media_id_of_ours_is_sent_as_its_upload(api, application):
    upload = make_upload(application, kind="image", media_id="OURS")
    send(api, "image", media_id="OURS")
    assert Outbound.objects.get().upload == upload


def test_an_upload_of_another_kind_or_company_is_refused(api, application):
    voice = make_upload(application, kind="voice")
    assert problem(send(api, "image", upload=voice.pk), 422)["field"] == "kind"
    foreign = make_upload(make_application(), kind="image")
    assert problem(send(api, "image", upload=foreign.pk), 422)["field"] == "upload"


def test_a_file_is_uploaded_once(api):
    def upload():
        return api.post(UPLOADS, {"kind": "image", "file": SimpleUploadedFile("猫.png", PNG)}, format="multipart")

    first = upload()
    assert first.status_code == 202, first.content
    found = first.json()
    assert (found["kind"], found["filename"], found["size"], found["status"]) == ("image", "猫.png", len(PNG), "queued")
    assert api.get(first["Location"]).json() == found
    assert upload().json()["id"] == found["id"]
    row = Upload.objects.get()
    assert default_storage.open(row.path).read() == PNG
    assert len(default_storage.listdir("uploads")[1]) == 1


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [("image", b"no picture at all", "format"), ("voice", PNG, "format"), ("file", b"12345", "empty")],
)
def test_a_file_of_no_use_is_refused_and_not_kept(api, kind, data, code):
    file = SimpleUploadedFile("x.png", data)
    found = problem(api.post(UPLOADS, {"kind": kind, "file": file}, format="multipart"), 422)
    assert (found["field"], found["code"]) == ("file", code)
    assert not Upload.objects.exists()
    assert default_storage.listdir("uploads")[1] == []
