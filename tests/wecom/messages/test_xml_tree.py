"""The quick reader of a flat tree says what the parser says."""

from hypothesis import given, settings
from hypothesis import strategies as st

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


@settings(max_examples=1500, deadline=None)
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
