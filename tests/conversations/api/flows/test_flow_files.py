"""Flows and knowledge as files over REST: exported, imported, and refused with all that is wrong."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from conversations.models import Answer, Flow
from tests.support.factories import make_answer, make_api, make_flow

pytestmark = pytest.mark.django_db
IMPORT, EXPORT = "/api/v1/flows/import/", "/api/v1/flows/export/"


@pytest.fixture
def api(db):
    return make_api("flows:read", "flows:write", "knowledge:read", "knowledge:write")


def sent(api, text, *, status=200, **fields):
    file = SimpleUploadedFile("flows.yaml", text.encode() if isinstance(text, str) else text)
    answer = api.post(IMPORT, {"file": file, **fields}, format="multipart")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_an_export_is_imported_as_a_draft(api):
    flow = make_flow(name="入职")
    make_flow(name="别的")
    make_answer("年假几天")
    answer = api.get(EXPORT, {"flow": flow.pk})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="flows.yaml"'
    assert "别的" not in answer.content.decode()
    data = api.get(EXPORT, {"flow": flow.pk, "knowledge": "true"}).content
    Flow.objects.all().delete()
    Answer.objects.all().delete()
    dry = sent(api, data, dry_run=True)
    assert not Flow.objects.exists()
    done = sent(api, data)
    assert [(one["kind"], one["verdict"]) for one in done["entries"]] == [("flow", "new"), ("answer", "new")]
    assert done["entries"][0]["problems"] == dry["entries"][0]["problems"]
    assert Flow.objects.get().live is None


def test_all_that_is_wrong_is_answered_with_its_place(api):
    body = sent(api, "version: 1\nflows: [{name: 甲, language: fr, colour: red}]", status=422)
    assert [(one["field"], one["code"]) for one in body["errors"]] == [
        ("flows[0].colour", "key_unknown"),
        ("flows[0].language", "file_invalid"),
    ]


def test_knowledge_needs_its_own_scopes(db):
    flows_only = make_api("flows:read", "flows:write")
    make_answer("年假几天")
    assert flows_only.get(EXPORT, {"knowledge": "true"}).status_code == 403
    body = sent(flows_only, "version: 1\nanswers: [{question: 新的, answer: 好}]", status=422)
    assert body["errors"][0]["code"] == "not_allowed"
