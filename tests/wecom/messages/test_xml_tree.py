"""XML trees: hostile ones are refused, and the quick reader of a flat tree says what the parser says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wecom.support.callback_xml import refused
from wecom import messages
from wecom.crypto import CryptoError
from wecom.messages import xml_tree

TAGS = st.sampled_from(["ToUserName", "Content", "MsgId", "a", "xml", "Encrypt"])
ODD = st.sampled_from(
    [
        "",
        "x",
        "你好",
        "[微笑]",
        "]]",
        "]]>",
        "]",
        ">",
        "<",
        "<a>",
        "</a>",
        "&amp;",
        "&",
        "\n",
        "\r\n",
        "\x00",
        "\x1b",
        " ",
        "\ufffe",
    ]
)
PIECES_OF_XML = st.builds(
    lambda tag, end, text, cdata, between: (
        f"<{tag}>" + (f"<![CDATA[{text}]]>" if cdata else text) + f"</{end or tag}>" + between
    ),
    TAGS,
    st.sampled_from(["", "", "", "b"]),
    st.lists(ODD, max_size=3).map("".join),
    st.booleans(),
    st.sampled_from(
        ["", "", "", " ", "\n", "<!-- c -->", "<a/>", "<b><c>1</c></b>", "<a b='1'>x</a>", "text", "<?x?>"]
    ),
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(PIECES_OF_XML, max_size=6),
    st.sampled_from(["", "", "<?xml version='1.0'?>", "<!DOCTYPE xml>", "\ufeff", " "]),
)
def test_the_fast_path_reads_what_the_parser_reads(pieces, before):
    body = f"{before}<xml>{''.join(pieces)}</xml>".encode()
    short = xml_tree._flat(body)
    if short is not None:
        assert short == xml_tree._any(body)


def test_what_the_platform_writes_takes_the_short_way():
    assert (
        xml_tree._flat("<xml><MsgId>1</MsgId><Content><![CDATA[你好 [微笑] <b>&\n]]></Content></xml>".encode())
        is not None
    )
    assert (
        xml_tree._flat(b"<xml><ToUserName><![CDATA[ww01]]></ToUserName><Encrypt><![CDATA[abc=]]></Encrypt></xml>")
        is not None
    )
    assert xml_tree._flat(b"<xml>" + b"<a></a>" * 1999 + b"</xml>") is not None
    assert xml_tree._flat(b"<xml>" + b"<a></a>" * 2000 + b"</xml>") is None


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;&b;</x>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "declared",
    [
        "<!DOCTYPE xml>",
        BOMB,
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///x">]>',
    ],
)
@pytest.mark.parametrize(
    "prologue", ["", '<?xml version="1.0" encoding="UTF-16"?>', '<?xml version="1.0"?><!-- c -->\n']
)
def test_a_document_type_is_refused_in_every_encoding(prologue, declared, encoding):
    body = (prologue + declared + "<xml><Encrypt>a</Encrypt></xml>").encode(encoding)
    with pytest.raises(CryptoError) as caught:
        messages.envelope(body)
    assert caught.value.code == -40002


@pytest.mark.parametrize("name", ["gbk", "utf-7", "rot13", "nonsense", "UTF-8"])
def test_the_declared_encoding_is_not_believed(name):
    body = f'<?xml version="1.0" encoding="{name}"?><xml><Encrypt>汉</Encrypt></xml>'.encode()
    assert messages.envelope(body).encrypted == "汉"


def test_too_many_elements_are_refused():
    assert xml_tree.parse(b"<x>" + b"<a/>" * 1999 + b"</x>").children[-1].tag == "a"
    refused(b"<x>" + b"<a/>" * 2000 + b"</x>")


def test_too_deep_a_tree_is_refused():
    assert len(list(xml_tree.parse(b"<a>" * 32 + b"</a>" * 32).walk())) == 32
    refused(b"<a>" * 33 + b"</a>" * 33)
    refused(b"<a>" * 20000)
