"""Documents over REST: uploaded, read, replaced, refused and deleted."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from conversations import services
from conversations.models import Document
from tests.support.factories import make_api

pytestmark = pytest.mark.django_db
DOCUMENTS = "/api/v1/documents/"


@pytest.fixture
def api(media):
    return make_api("knowledge:read", "knowledge:write")


def upload(api, data=b"# Leave\nFive days.", name="a.md", **fields):
    body = {"title": "Handbook", "file": SimpleUploadedFile(name, data), **fields}
    return api.post(DOCUMENTS, body, format="multipart")


def test_a_document_is_uploaded_read_replaced_and_deleted(api):
    made = upload(api, topic="HR")
    assert (made.status_code, made.json()["status"], made.json()["enabled"]) == (201, "queued", True)
    one = made.headers["Location"]
    services.read_document(made.json()["id"])
    assert (api.get(one).json()["status"], api.get(one).json()["passage_count"]) == ("done", 1)
    newer = api.patch(one, {"file": SimpleUploadedFile("b.txt", b"Six days.")}, format="multipart")
    assert (newer.status_code, newer.json()["status"], newer.json()["kind"]) == (200, "queued", "text")
    assert api.patch(one, {"topic": "Leave"}).json()["topic"] == "Leave"
    api.patch(one, {"file": SimpleUploadedFile("b.pdf", b"%PDF-1.7 broken")}, format="multipart")
    services.read_document(made.json()["id"])
    assert (api.get(one).json()["status"], bool(api.get(one).json()["why"])) == ("failed", True)
    assert api.delete(one).status_code == 204
    assert not Document.objects.exists()


@pytest.mark.parametrize(("data", "name"), [(b"MZ", "a.exe"), (b"\xd0\xcf\x11\xe0", "a.doc"), (b" ", "a.txt")])
def test_a_file_of_another_kind_is_refused_with_what_to_do(api, data, name):
    refused = upload(api, data, name)
    assert (refused.status_code, refused.json()["field"]) == (422, "file")
    assert refused.json()["hint"]
    assert not Document.objects.exists()
