"""Log lines hold no secrets and cannot be forged."""

import logging

import pytest

from openuser.lib.logs import LineFormatter, Redact

pytestmark = pytest.mark.once


def line(message: str, *args: object, **fields: object) -> str:
    record = logging.LogRecord("wecom", logging.INFO, "", 0, message, args, None)
    record.__dict__.update(fields)
    Redact().filter(record)
    return LineFormatter().format(record)


@pytest.mark.parametrize(
    "text",
    [
        "GET /cgi-bin/message/send?access_token=CANARY&debug=0",
        "corpsecret=CANARY",
        '{"token": "CANARY"}',
        "encoding_aes_key: CANARY",
        "POST webhook?msg_signature=CANARY&timestamp=1",
        "Authorization: CANARY",
    ],
)
def test_secrets_are_blanked_whoever_logs_them(text):
    assert "CANARY" not in line(text)
    assert "CANARY" not in line("%s", text)


def test_fields_follow_the_sentence_and_a_newline_cannot_forge_a_line():
    written = line("A callback came in.", cid="ab12", kind="text\nERROR forged")
    assert "A callback came in. cid=ab12 kind=text\\nERROR forged" in written
    assert "\n" not in written
