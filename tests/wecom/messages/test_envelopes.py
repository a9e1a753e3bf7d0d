"""The envelope of a callback: one ciphertext, read the quick way or by the parser."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wecom import messages
from wecom.crypto import CryptoError
from wecom.messages import callback_parser


def test_an_envelope_is_read():
    body = (
        b"<xml><ToUserName><![CDATA[ww01]]></ToUserName><Encrypt><![CDATA[abc=]]></Encrypt><AgentID>218</AgentID></xml>"
    )
    found = messages.envelope(body)
    assert (found.to_user_name, found.agent_id, found.encrypted) == ("ww01", "218", "abc=")


def test_an_envelope_need_not_name_an_application():
    assert messages.envelope(b"<xml>\n <Encrypt>\n abc= </Encrypt></xml>") == messages.Envelope(
        to_user_name="", agent_id="", encrypted="abc="
    )


@pytest.mark.parametrize(
    "body",
    [
        b"<xml></xml>",
        b"<xml><Encrypt></Encrypt></xml>",
        b"<xml><Encrypt> </Encrypt></xml>",
        b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
        b"<xml><Encrypt>a<b/></Encrypt></xml>",
        b"<xml><Deep><Encrypt>a</Encrypt></Deep></xml>",
        b"<xml><encrypt>a</encrypt></xml>",
        b"<xml><Encrypt>a</Encrypt>",
        b"<Encrypt>a</Encrypt>",
        b'{"encrypt": "a"}',
        b"<xml><Encrypt>a\x00</Encrypt></xml>",
    ],
)
def test_an_envelope_without_exactly_one_ciphertext_is_refused(body):
    with pytest.raises(CryptoError) as caught:
        messages.envelope(body)
    assert caught.value.code == -40002


OUTER = (
    "<xml>", "</xml>", "<ToUserName><![CDATA[ww01]]></ToUserName>", "<ToUserName><![CDATA[w&<]]></ToUserName>",
    "<Encrypt><![CDATA[abc=]]></Encrypt>", "<Encrypt><![CDATA[a\r\nb]]></Encrypt>",
    "<Encrypt><![CDATA[ a ]]></Encrypt>", "<Encrypt><![CDATA[汉]]></Encrypt>",
    "<AgentID><![CDATA[218]]></AgentID>", "<AgentID><![CDATA[]]></AgentID>",
    "<agentid><![CDATA[9]]></agentid>", " ", "\x00", "<!DOCTYPE xml>",
)  # fmt: skip


@given(st.lists(st.sampled_from(OUTER), max_size=6).map(lambda pieces: ["<xml>", *pieces, "</xml>"]))
@example(["<xml>", OUTER[2], OUTER[4], OUTER[8], "</xml>"])
@example(["<xml>", OUTER[2], OUTER[8], OUTER[4], "</xml>"])
@example(["<xml>", OUTER[2], OUTER[8], OUTER[4], OUTER[9], "</xml>"])
def test_the_quick_way_to_read_an_envelope_says_what_the_parser_says(pieces):
    body = "".join(pieces).encode()
    found = callback_parser._usual_envelope(body)
    assert found is None or found == callback_parser._any_envelope(body)


def test_what_the_platform_writes_goes_the_quick_way():
    for pieces in ((2, 4, 8), (2, 8, 4), (2, 4)):
        body = "".join(["<xml>", *(OUTER[number] for number in pieces), "</xml>"]).encode()
        assert callback_parser._usual_envelope(body) == callback_parser._any_envelope(body)
