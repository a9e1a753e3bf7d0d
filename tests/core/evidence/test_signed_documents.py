"""Signed documents: what was changed is found out, without the installation that signed."""

import copy
import json

import pytest

from core.evidence import signed_documents
from core.evidence.signed_documents import SignatureError, sign, verify

DATA = {"member": "张三", "numbers": [1, 2], "nested": {"b": None, "a": True}}


def test_a_document_that_was_written_to_a_file_verifies():
    document = json.loads(json.dumps(sign(DATA), indent=2, ensure_ascii=False))
    assert verify(document) == DATA
    assert verify(document, keys=[signed_documents.public_key()]) == DATA


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.update(member="李四"),
        lambda one: one["nested"].update(a=False),
        lambda one: one.update(more=1),
        lambda one: one.pop("numbers"),
        lambda one: one["signature"].update(value="AAAA"),
        lambda one: one["signature"].update(public_key="not a key"),
    ],
)
def test_any_change_is_found_out(change):
    document = copy.deepcopy(sign(DATA))
    change(document)
    with pytest.raises(SignatureError) as caught:
        verify(document)
    assert caught.value.code == "tampered"


def test_a_document_without_a_signature_is_refused():
    with pytest.raises(SignatureError) as caught:
        verify(DATA)
    assert caught.value.code == "unsigned"


def test_another_installation_cannot_sign_in_our_name(settings):
    ours = signed_documents.public_key()
    settings.SECRET_KEY = "another-secret-key"
    foreign = sign(DATA)
    assert verify(foreign) == DATA
    with pytest.raises(SignatureError) as caught:
        verify(foreign, keys=[ours])
    assert caught.value.code == "other_key"
