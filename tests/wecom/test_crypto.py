"""Proof of the crypto: published vectors, every check, and an independent peer."""

import json
import re
import struct
from base64 import b64decode, b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.enterprise.crypto import WeChatCrypto

from tests.wecom.support import second_aes
from tests.wecom.support.crypto_vectors import DOCUMENTATION, KEYS, VECTORS, WORKWX, Vector
from wecom import crypto, messages
from wecom.crypto import CryptoError, Keys

OTHER_CORP = Vector(
    keys=WORKWX,
    signature="a44d1b7dc3dc4b02edd99dc32afa6a26be7c92f6",
    timestamp="1583995625",
    nonce="1584392382",
    encrypted=(
        "fyVN9BUnH6xNl0/VCHTCg6XGxxvoFdyZ7VQbAbBcQ79dVccYvdIyJYZSMMhkPy8LPaoe+V27qjoQ553fXavmrPOgxzHrKKf3YIu6"
        "3pB4/nN0LY4S+GzUFi/LLFj1TI1sOh0q2jT5u1nYz5G3HFNLd3DFUvJVLtZl8mVMwUOzBpzKZhhmCvIJLVlvym9tt+VYwG06MSbm"
        "nf9AzYFKhm1BIy+95Q824ilY6Wy8l+vkFqEdASl2k83jMXvlkVRSB3hmNptWTbq8ygDdLtkCyA4UEiZvfTskqqVkbYwLptRl/1F+"
        "DVL9SH/TWt2j3dCm4rzY5jQG+fA+2xh2Kk+OrVgafqtQCfhjq8C38A2IwCcg2BONKk8s5ijFxQoszmXvJQ3zLYbjzRWQ40xhryDy"
        "PNNse7/slKVW2QMBEUPNOxUcX9k="
    ),
)


def opened(vector: Vector) -> bytes:
    crypto.strict(vector.signature, vector.timestamp, vector.nonce)
    crypto.verify(
        vector.keys,
        signature=vector.signature,
        timestamp=vector.timestamp,
        nonce=vector.nonce,
        encrypted=vector.encrypted,
    )
    return crypto.open_sealed(vector.keys, vector.encrypted)


def plaintext(vector: Vector) -> bytes:
    return second_aes.decrypt(vector.keys.aes_key, b64decode(vector.encrypted))


def sealed_raw(plain: bytes, keys: Keys = KEYS) -> str:
    """Encrypt bytes as they are: whole blocks, whatever they hold."""
    return b64encode(second_aes.encrypt(keys.aes_key, plain)).decode()


def code_of(encrypted: str, keys: Keys = KEYS) -> int:
    with pytest.raises(CryptoError) as caught:
        crypto.open_sealed(keys, encrypted)
    return caught.value.code


# The published vectors


@pytest.mark.parametrize("name", VECTORS)
def test_a_published_vector_opens_and_seals_to_the_same_bytes(name):
    vector = VECTORS[name]
    message = opened(vector)
    assert not vector.length or len(message) == vector.length
    plain = plaintext(vector)
    assert not vector.pad or plain[-1] == vector.pad
    assert crypto.seal(vector.keys, message, random=plain[:16]) == vector.encrypted


def test_the_echo_strings_of_the_published_vectors_are_their_numbers():
    assert opened(VECTORS["A1"]) == b"1616140317555161061"
    assert plaintext(VECTORS["A1"])[:16] == b"c41b64491c2468d0"
    assert opened(VECTORS["B1"]) == b"1288432023552776189"
    assert opened(VECTORS["C0"]) == b"94966531020182955848408"


def test_the_messages_of_the_published_vectors_are_read():
    documented = messages.inbound(opened(VECTORS["A2"]))
    assert isinstance(documented, messages.TextMessage)
    assert (documented.from_user_id, documented.content) == ("mycreate", "hello")
    assert (documented.message_id, documented.agent_id) == ("4561255354251345929", 218)
    assert documented.created_at.timestamp() == 1409659813
    chinese = messages.inbound(opened(VECTORS["B2"]))
    assert isinstance(chinese, messages.TextMessage)
    assert (chinese.from_user_id, chinese.content, chinese.message_id) == ("chenjiashun", "你好", "1456453720")
    other = messages.inbound(opened(VECTORS["C1"]))
    assert isinstance(other, messages.TextMessage)
    assert (other.from_user_id, other.content, other.agent_id) == ("foobar", "x123", 1000002)
    assert other.to_user_name == "ww6a112864f8022910"


def test_the_json_vectors_open_and_are_refused_as_xml():
    assert json.loads(opened(VECTORS["A3"]))["FromUserName"] == "mycreate"
    assert b':mycreate"' in opened(VECTORS["B3"])
    for name in ("A3", "B3"):
        with pytest.raises(CryptoError) as caught:
            messages.inbound(opened(VECTORS[name]))
        assert caught.value.code == -40002


def test_another_corps_message_is_refused_though_its_signature_fits():
    with pytest.raises(CryptoError) as caught:
        opened(OTHER_CORP)
    assert caught.value.code == -40005
    assert len(
        crypto.open_sealed(
            Keys(token="", aes_key=WORKWX.aes_key, receive_id="wwf181555a13a31443"), OTHER_CORP.encrypted
        )
    )


# Keys


@pytest.mark.parametrize(
    "key",
    ["", "a" * 42, "a" * 44, "a" * 42 + "=", "a" * 42 + "$", "a" * 43 + "=", "a" * 42 + "é", "a" * 20 + " " + "a" * 22],
)
def test_a_key_that_is_not_43_letters_and_digits_is_refused(key):
    with pytest.raises(CryptoError) as caught:
        Keys.parse(token="t", encoding_aes_key=key, receive_id="ww")
    assert caught.value.code == -40004


def test_a_key_is_32_bytes_whatever_its_trailing_bits_say():
    assert all(
        len(Keys.parse(token="t", encoding_aes_key="a" * 42 + last, receive_id="w").aes_key) == 32 for last in "ABCz9"
    )


def test_blanks_around_the_fields_of_the_console_are_a_copying_slip():
    slipped = Keys.parse(
        token=" QDG6eK\n",
        encoding_aes_key="\tjWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C ",
        receive_id="wx5823bf96d3bd56c7 ",
    )
    assert slipped == DOCUMENTATION


def test_the_secrets_are_not_shown():
    assert "QDG6eK" not in repr(DOCUMENTATION)
    assert "aes_key" not in repr(DOCUMENTATION)


# Padding


@pytest.mark.parametrize(("length", "size"), [(0, 32), (1, 31), (31, 1), (32, 32), (33, 31)])
def test_padding_follows_the_published_table(length, size):
    padded = crypto.pad(b"x" * length)
    assert padded == b"x" * length + bytes([size]) * size
    assert crypto.unpad(padded) == b"x" * length


@pytest.mark.parametrize("tail", [b"\x00", b"\x21" * 33, b"\xff", b"\x02", b"\x03\x02\x03"])
def test_wrong_padding_is_refused(tail):
    with pytest.raises(CryptoError) as caught:
        crypto.unpad(b"x" * (64 - len(tail)) + tail)
    assert caught.value.code == -40008


def test_nothing_has_no_padding():
    with pytest.raises(CryptoError):
        crypto.unpad(b"")


# Each check, with its code


@pytest.mark.parametrize("text", ["!", "abc", "YWJj\n", "YWJjZGVmZ2hpamtsbW5v ", "汉字", "=", "YWJjZA==YWJj", "\ud800"])
def test_what_is_not_base64_is_refused(text):
    assert code_of(text) == -40010


def test_what_is_not_whole_blocks_is_refused():
    assert code_of("") == -40007
    assert code_of(b64encode(b"x" * 15).decode()) == -40007
    assert code_of(b64encode(b"x" * 33).decode()) == -40007


def test_wrong_padding_is_refused_before_anything_is_read():
    for last in (0, 33, 255):
        assert code_of(sealed_raw(b"x" * 63 + bytes([last]))) == -40008
    assert code_of(sealed_raw(b"x" * 62 + b"\x01\x02")) == -40008


def test_a_plaintext_without_room_for_the_length_is_refused():
    assert code_of(sealed_raw(crypto.pad(b"x" * 19))) == -40008


@pytest.mark.parametrize("length", [5, 2**31, 2**32 - 1])
def test_a_length_beyond_the_plaintext_is_refused(length):
    assert code_of(sealed_raw(crypto.pad(b"r" * 16 + struct.pack(">I", length) + b"abcd"))) == -40008


def test_a_message_that_is_not_utf8_is_refused():
    assert code_of(sealed_raw(crypto.pad(b"r" * 16 + struct.pack(">I", 2) + b"\xff\xfe" + b"ww01"))) == -40008


@pytest.mark.parametrize("receive_id", [b"", b"ww0", b"ww02", b"ww011", b"WW01", b"\xff"])
def test_a_message_for_somebody_else_is_refused(receive_id):
    assert code_of(sealed_raw(crypto.pad(b"r" * 16 + struct.pack(">I", 2) + b"hi" + receive_id))) == -40005


def test_an_empty_message_is_a_message():
    assert crypto.open_sealed(KEYS, crypto.seal(KEYS, b"")) == b""


def test_padding_to_16_is_accepted_as_whole_blocks():
    plain = b"r" * 16 + struct.pack(">I", 3) + b"abcww01"
    assert crypto.open_sealed(KEYS, sealed_raw(plain + b"\x05" * 5)) == b"abc"


@pytest.mark.parametrize(
    "change", [{"signature": "0" * 40}, {"signature": ""}, {"signature": "é"}, {"nonce": "\ud800"}]
)
def test_a_wrong_signature_is_refused(change):
    vector = VECTORS["A2"]
    fields = {
        "signature": vector.signature,
        "timestamp": vector.timestamp,
        "nonce": vector.nonce,
        "encrypted": vector.encrypted,
    } | change
    with pytest.raises(CryptoError) as caught:
        crypto.verify(vector.keys, **fields)
    assert caught.value.code == -40001


# An independent peer

PEER = WeChatCrypto("Token1", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "ww01")
SAID = ["x" * length for length in range(101)] + ["你好，世界" * 9, "<xml/>", "\U0001f600é"]


def test_what_wechatpy_seals_we_open():
    for text in SAID[1:]:
        answer = PEER.encrypt_message(text, "nonce1", "1700000000")
        encrypted = messages.envelope(answer.encode()).encrypted
        (signature,) = re.findall(r"<MsgSignature><!\[CDATA\[(\w+)", answer)
        crypto.verify(KEYS, signature=signature, timestamp="1700000000", nonce="nonce1", encrypted=encrypted)
        assert crypto.open_sealed(KEYS, encrypted).decode() == text


def test_what_we_seal_wechatpy_opens():
    for text in SAID:
        encrypted = crypto.seal(KEYS, text.encode())
        signature = crypto.sign("Token1", "1700000000", "nonce1", encrypted)
        body = f"<xml><ToUserName>ww01</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        opened = PEER.decrypt_message(body, signature, "1700000000", "nonce1")
        assert (opened.decode() if isinstance(opened, bytes) else opened) == text


# Properties


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200).filter(lambda data: data.decode(errors="ignore").encode() == data))
def test_what_is_sealed_opens_to_the_same_bytes(message):
    encrypted = crypto.seal(KEYS, message)
    assert len(b64decode(encrypted)) % 32 == 0
    assert crypto.open_sealed(KEYS, encrypted) == message


def test_the_same_message_never_looks_the_same():
    assert crypto.seal(KEYS, b"hello") != crypto.seal(KEYS, b"hello")


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=160))
def test_foreign_bytes_are_refused_with_a_code_and_nothing_else(data):
    with pytest.raises(CryptoError) as caught:
        crypto.open_sealed(KEYS, b64encode(data).decode())
    assert caught.value.code in {-40005, -40007, -40008}


def test_a_changed_bit_never_goes_unnoticed():
    encrypted = crypto.seal(KEYS, "你好".encode())
    signature = crypto.sign("Token1", "1700000000", "n", encrypted)
    for place in range(len(encrypted)):
        other = encrypted[:place] + ("A" if encrypted[place] != "A" else "B") + encrypted[place + 1 :]
        with pytest.raises(CryptoError):
            crypto.verify(KEYS, signature=signature, timestamp="1700000000", nonce="n", encrypted=other)
