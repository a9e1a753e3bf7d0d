"""Hostile callbacks give a `CryptoError` or a value, never another error, and none costs far more than others."""

import logging
import random
import time
from base64 import b64encode

import pytest
from django.test import RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import factories
from tests.wecom.support.callback_sender import PATH
from tests.wecom.support.hostile_callbacks import (
    AES_KEY,
    CAP,
    INNER,
    KEYS,
    KINDS,
    MUTATORS,
    NONCE,
    TIMESTAMP,
    Hostile,
    Mutator,
    attack,
    attributes,
    cut_anywhere,
    deep,
    document_type,
    enveloped,
    invalid_base64,
    json_body,
    noise,
    oversized,
    sealed,
    sealed_raw,
    short_plaintext,
    truncated_base64,
    two_encrypts,
    wide,
    wrong_length,
    wrong_padding,
    wrong_receive_id,
)
from wecom import crypto, messages
from wecom.crypto import CryptoError
from wecom.models import Callback
from wecom.views import Webhook

REFUSED: list[Mutator] = [
    truncated_base64, invalid_base64, wrong_padding, wrong_receive_id, wrong_length, short_plaintext, document_type,
    oversized, deep, wide, attributes, json_body, two_encrypts, cut_anywhere, noise,
]  # fmt: skip


def receive(body: bytes) -> messages.Inbound | None:
    """What the webhook does, with a signature that always fits, so that every stage is reached."""
    try:
        sealed = messages.envelope(body).encrypted
        signature = crypto.sign(KEYS.token, TIMESTAMP, NONCE, sealed)
        crypto.strict(signature, TIMESTAMP, NONCE)
        crypto.verify(KEYS, signature=signature, timestamp=TIMESTAMP, nonce=NONCE, encrypted=sealed)
        inbound = messages.inbound(crypto.open_sealed(KEYS, sealed))
    except CryptoError:
        return None
    assert len(messages.identity(inbound)) == 64
    assert inbound.created_at.utcoffset() is not None
    if isinstance(inbound, messages.Message):
        assert inbound.get_command() or not inbound.get_command_args()
    return inbound


def read_all(mutators: list[Mutator], rounds: int) -> tuple[int, int, bytes]:
    """How many were read and refused, and the body that took longest."""
    chance, read, refused, longest, slowest = random.Random(7), 0, 0, 0.0, b""
    for number in range(rounds):
        body = mutators[number % len(mutators)](chance)
        start = time.process_time()
        inbound = receive(body)
        if (spent := time.process_time() - start) > longest:
            longest, slowest = spent, body
        read, refused = read + (inbound is not None), refused + (inbound is None)
    return read, refused, slowest


def cost(body: bytes) -> float:
    """Seconds of CPU that a body takes when nothing else gets in the way."""
    spent = []
    for _ in range(20):
        start = time.process_time()
        receive(body)
        spent.append(time.process_time() - start)
    return min(spent)


@pytest.mark.parametrize("kind", KINDS[:-1])
def test_the_unspoilt_callback_is_read(kind):
    inbound = receive(sealed(INNER.format(kind).encode()))
    assert inbound is not None
    assert inbound.kind == kind


@pytest.mark.parametrize("mutator", REFUSED, ids=lambda mutator: mutator.__name__)
def test_what_must_be_refused_is_refused(mutator):
    chance = random.Random(3)
    assert [receive(mutator(chance)) for _ in range(40)] == [None] * 40


def test_a_few_thousand_hostile_bodies_are_read_or_refused():
    read, refused, slowest = read_all(MUTATORS, 4400)
    assert read > 100
    assert refused > 2000
    harmless = sealed(INNER.format("text").encode().replace("你好".encode(), b"a" * (CAP // 2)))
    ratio = cost(slowest) / cost(harmless)
    print(f"{read} read, {refused} refused; the slowest costs {ratio:.1f} times a harmless one")
    assert ratio < 50


@pytest.mark.django_db(transaction=True)
def test_the_webhook_answers_hostile_requests_with_three_statuses_and_keeps_its_memory(caplog):
    caplog.set_level(logging.CRITICAL, logger="wecom")  # pytest would keep thousands of warnings
    webhook, ask = Webhook.as_view(), RequestFactory()
    factories.make_application(
        corporation=factories.make_corporation(corp_id=KEYS.receive_id),
        token=KEYS.token,
        encoding_aes_key=AES_KEY,
        is_default=True,
    )

    def answer(request: Hostile) -> int:
        made = ask.post(f"{PATH}?{request.query}", data=request.body, content_type="text/xml")
        answered = webhook(made)
        assert answered.content == b""
        return int(answered.status_code)

    report = attack(answer, 3000)
    print(report)
    assert set(report.statuses) == {200, 403, 413}
    assert report.statuses[403] > 2000
    assert Callback.objects.count() > 20
    assert report.grown < 16


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_do_anything_else(data):
    receive(data)
    receive(enveloped(b64encode(data)))
    receive(sealed_raw(data or b"x"))
    receive(sealed(data))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=100), st.text(max_size=40), st.text(max_size=60))
def test_no_query_does_anything_but_be_refused(signature, timestamp, nonce):
    with pytest.raises(CryptoError):
        crypto.strict(signature, timestamp, nonce)
    with pytest.raises(CryptoError):
        crypto.verify(KEYS, signature=signature, timestamp=timestamp, nonce=nonce, encrypted="x")
