"""What the reader of documents takes from each kind of file, in this process; `test_extraction` runs it as a child."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from conversations.knowledge.documents import reader_child
from tests.conversations.support import document_files

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MANY = 10_000


def read(tmp_path: Path, kind: str, data: bytes | str, *, pages: int = MANY, characters: int = MANY, unpacked=10**6):
    path = tmp_path / "document"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return reader_child.read(path, kind, pages, characters, unpacked)


def blocks(tmp_path: Path, kind: str, data: bytes | str, **limits) -> list[tuple[int | None, str, str]]:
    found = read(tmp_path, kind, data, **limits)
    return [(page, heading, " ".join(text.split())) for page, heading, text in found["blocks"]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a", [(None, "", "a")]),
        ("# A\nb", [(None, "A", "b")]),
        ("a\n### B ##\nc", [(None, "", "a"), (None, "B", "c")]),
        ("   # A\nb", [(None, "A", "b")]),
        ("    # A\nb", [(None, "", "# A b")]),  # that far in, it is code
        ("###### A\nb", [(None, "A", "b")]),
        ("####### A\nb", [(None, "", "####### A b")]),
        ("#A\nb", [(None, "", "#A b")]),
        ("# **A**\nb", [(None, "A", "b")]),
        ("```\n# A *b*\n```\n# C\nd", [(None, "", "# A *b*"), (None, "C", "d")]),
        ("~~~\n# A\n~~~\nb", [(None, "", "# A b")]),
        ("> [a](http://b) ![c](d) **e** _f_ `g` <br>", [(None, "", "a c e f g")]),
        ("2 * 3 * 4", [(None, "", "2 * 3 * 4")]),
    ],
)
def test_markdown_loses_its_marks_and_keeps_its_headings(tmp_path, text, found):
    assert blocks(tmp_path, "markdown", text) == found


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<p>a</p><p>b</p>", [(None, "", "a b")]),
        ("<h1>A</h1>b<h2>C</h2>d", [(None, "A", "b"), (None, "A › C", "d")]),
        ("a<h6> </h6>b", [(None, "", "a"), (None, "", "b")]),
        ("<h1>A</h1>b<h2></h2>c", [(None, "A", "b"), (None, "A", "c")]),
        ("a<nav>b<nav>c</nav>d</nav>e", [(None, "", "ae")]),
        ("a</nav>b<nav>c</nav>d", [(None, "", "abd")]),
        ("<script>a</script><style>b</style><form>c</form>d", [(None, "", "d")]),
        ("a<br>b<td>c</td>d<b>e</b>f", [(None, "", "a b c def")]),
    ],
)
def test_a_web_page_keeps_its_visible_words(tmp_path, page, found):
    assert blocks(tmp_path, "html", page) == found


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("a\fb\fc", [(None, "", "a"), (2, "", "b"), (3, "", "c")]),
        ("a\f \fc", [(None, "", "a"), (3, "", "c")]),
        ("年假".encode("utf-16"), [(None, "", "年假")]),
        (b"\xfe\xff" + "年假".encode("utf-16-be"), [(None, "", "年假")]),
        ("年假".encode("gb18030"), [(None, "", "年假")]),
        (b"\xef\xbb\xbf" + "年假".encode(), [(None, "", "年假")]),
    ],
)
def test_plain_text_has_pages_and_any_usual_encoding(tmp_path, data, found):
    assert blocks(tmp_path, "text", data) == found


@pytest.mark.parametrize(
    ("paragraphs", "found"),
    [
        ([("Normal", "a"), ("Normal", "b")], [(None, "", "a"), (None, "", "b")]),
        ([("Heading1", "A"), ("Normal", "b")], [(None, "A", "b")]),
        ([("Title", "A"), ("Normal", "b")], [(None, "A", "b")]),
        ([("2", "A"), ("Normal", "b")], [(None, "A", "b")]),  # what Chinese Word calls a heading
        ([("Heading1", "A"), ("Heading2", " "), ("Normal", "b")], [(None, "A", "b")]),
        ([("page", "a"), ("page", "b")], [(2, "", "a"), (3, "", "b")]),
        ([("Normal", " "), ("Normal", "b")], [(None, "", "b")]),
    ],
)
def test_a_word_file_keeps_headings_and_drawn_pages(tmp_path, paragraphs, found):
    assert blocks(tmp_path, "word", document_files.word(*paragraphs)) == found


def test_a_paragraph_of_word_may_have_no_style(tmp_path):
    body = b'<w:document xmlns:w="%s"><w:body><w:p><w:r><w:t>a</w:t></w:r></w:p></w:body></w:document>'
    data = document_files.packed({"word/document.xml": body % WORD[1:-1].encode()})
    assert blocks(tmp_path, "word", data) == [(None, "", "a")]


def test_headings_of_word_are_a_path(tmp_path):
    steps = [
        ("Heading1", "A"),
        ("Heading2", "B"),
        ("Normal", "c"),
        ("Heading1", "D"),
        ("Heading3", "E"),
        ("Normal", "f"),
    ]
    assert blocks(tmp_path, "word", document_files.word(*steps)) == [(None, "A › B", "c"), (None, "D › E", "f")]


def word_body(inner: str) -> bytes:
    body = f'<w:document xmlns:w="{WORD[1:-1]}"><w:body>{inner}</w:body></w:document>'
    return document_files.packed({"word/document.xml": body.encode()})


def cell(text: str) -> str:
    return f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def table(*rows: tuple[str, ...]) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{chr(10).join(map(cell, row))}</w:tr>' for row in rows)}</w:tbl>"


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("城市", "住宿"), ("北京", "600 元"), ("成都", "")], ["城市：北京；住宿：600 元。", "城市：成都。"]),
        ([("City", "Hotel"), ("Rome", "120")], ["City: Rome; Hotel: 120."]),
        ([("a", "b")], ["a; b."]),
        ([("第一条",), ("第二条",)], ["第一条。", "第二条。"]),
        ([("", ""), (" ", "x")], ["x."]),
    ],
)
def test_rows_of_a_word_table_are_sentences(tmp_path, rows, found):
    assert [text for _page, _heading, text in blocks(tmp_path, "word", word_body(table(*rows)))] == found


def test_a_table_in_a_cell_is_text_of_the_cell(tmp_path):
    inner = table(("k", "v"), ("x", "1"))
    outer = f"<w:tbl><w:tr><w:tc><w:p/>{inner}</w:tc>{cell('b')}</w:tr></w:tbl>"
    assert blocks(tmp_path, "word", word_body(outer)) == [(None, "", "k: x; v: 1.; b.")]


def test_an_item_of_a_word_list_shows_that_it_is_one(tmp_path):
    item = "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>发票</w:t></w:r></w:p>"
    assert blocks(tmp_path, "word", word_body(item)) == [(None, "", "• 发票")]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("markdown", "a\n\n| City | Hotel |\n|---|:--:|\n| Rome | 120 |\n\nb"),
        ("html", "<p>a</p><table><tr><th>City<th>Hotel</tr><tr><td>Rome</td><td><p>120</p></td></tr></table><p>b</p>"),
    ],
)
def test_tables_of_other_kinds_are_sentences_too(tmp_path, kind, data):
    assert blocks(tmp_path, kind, data) == [(None, "", "a City: Rome; Hotel: 120. b")]


def test_a_pdf_has_its_pages(tmp_path):
    assert blocks(tmp_path, "pdf", document_files.pdf("a", "b")) == [(1, "", "a"), (2, "", "b")]


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("pdf", b"%PDF-1.4 nothing", "broken"),
        ("pdf", document_files.locked_pdf(), "locked"),
        ("word", document_files.packed({"other.xml": b"<x/>"}), "broken"),
        ("word", document_files.packed({"EncryptedPackage": b"x"}), "locked"),
        ("text", b"\x81", "broken"),
        ("text", b" \n", "no_text"),
        ("html", b"<script>x</script>", "no_text"),
    ],
)
def test_what_cannot_be_read_has_a_code(tmp_path, kind, data, code):
    assert read(tmp_path, kind, data) == {"code": code}


@pytest.mark.parametrize(
    ("kind", "data", "limits", "code"),
    [
        ("text", "abcde", {"characters": 5}, None),
        ("text", "abcde", {"characters": 4}, "too_long"),
        ("text", "abc\fde", {"characters": 5}, None),
        ("text", "abc\fde", {"characters": 4}, "too_long"),
        ("text", "a\fb", {"pages": 2}, None),
        ("text", "a\fb", {"pages": 1}, "too_long"),
        ("pdf", document_files.pdf("a", "b"), {"pages": 2}, None),
        ("pdf", document_files.pdf("a", "b"), {"pages": 1}, "too_long"),
        ("word", document_files.packed({"word/document.xml": b"x" * 100}), {"unpacked": 99}, "too_large_unpacked"),
    ],
)
def test_a_document_may_be_as_long_as_the_limit(tmp_path, kind, data, limits, code):
    assert read(tmp_path, kind, data, **limits).get("code") == code


def test_a_word_file_may_unpack_to_the_limit(tmp_path):
    data = document_files.word(("Normal", "a"))
    size = 188  # of its only part
    assert read(tmp_path, "word", data, unpacked=size).get("code") is None
    assert read(tmp_path, "word", data, unpacked=size - 1) == {"code": "too_large_unpacked"}


def test_pages_are_counted_and_headings_cut(tmp_path):
    assert read(tmp_path, "text", "a\fb\fc")["pages"] == 3
    assert read(tmp_path, "markdown", "a")["pages"] == 0
    (block,) = read(tmp_path, "markdown", f"# {'x' * 201}\na")["blocks"]
    assert block[1] == "x" * 200


def test_the_process_has_little_memory_and_time_and_writes_no_file():
    names = ("AS", "CPU", "FSIZE", "CORE")
    ask = "import json, resource, sys; sys.path.insert(0, sys.argv[1]); import reader_child; reader_child.confine(); "
    ask += f"print(json.dumps([resource.getrlimit(getattr(resource, 'RLIMIT_' + name)) for name in {names}]))"
    folder = str(Path(reader_child.__file__).parent)
    done = subprocess.run([sys.executable, "-I", "-c", ask, folder], capture_output=True, check=True)
    assert json.loads(done.stdout) == [[1024**3] * 2, [60] * 2, [0] * 2, [0] * 2]
    assert resource.getrlimit(resource.RLIMIT_FSIZE) != (0, 0)
