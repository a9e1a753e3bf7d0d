"""Documents of every kind are read with page and heading; hostile ones are refused with a remedy."""

import pytest

from conversations.knowledge.documents import extraction
from conversations.knowledge.documents.extraction import DocumentRefused
from tests.conversations.knowledge.documents import handbook
from tests.conversations.support import document_files

GUIDE = (
    "# 假期\n\n年假每年 **5** 天，见[制度](http://x.example)。\n\n## 病假\n\n病假要有病历。\n```\n# no heading\n```\n"
)
PAGE = (
    "<html><head><title>x</title><style>p{}</style></head><body><nav>menu</nav><script>alert(1)</script>"
    "<h1>Leave</h1><p>Five days a year.</p><img src=x onerror=alert(2)><h2>Sick</h2><p>Bring a note.</p></body></html>"
)
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'


def read(tmp_path, name: str, data: bytes):
    path = tmp_path / name
    path.write_bytes(data)
    blocks, pages = extraction.blocks_of(path, extraction.kind_of(name, data))
    return [(block.page, block.heading, " ".join(block.text.split())) for block in blocks], pages


def test_a_pdf_has_pages(tmp_path):
    data = document_files.pdf("Leave: five days", "Sick leave: bring a note")
    assert read(tmp_path, "a.pdf", data) == ([(1, "", "Leave: five days"), (2, "", "Sick leave: bring a note")], 2)


def test_a_word_file_has_headings_and_the_pages_it_was_drawn_with(tmp_path):
    data = document_files.word(("Heading1", "假期"), ("Normal", "年假 5 天。"), ("page", "病假要病历。"))
    assert read(tmp_path, "a.docx", data)[0] == [(1, "假期", "年假 5 天。"), (2, "假期", "病假要病历。")]


@pytest.mark.parametrize("make", [handbook.word, handbook.pdf])
def test_a_handbook_keeps_its_chapters_sentences_and_tables(tmp_path, make):
    data = make(3)
    found, pages = read(tmp_path, "a.pdf" if data.startswith(b"%PDF") else "a.docx", data)
    assert pages == 3
    for number, (heading, paragraphs, table) in enumerate(handbook.pages(3), start=1):
        shown = "".join(f"{title}{text}" for page, title, text in found if page == number).replace(" ", "")
        assert heading.replace(" ", "") in shown
        assert all(text in shown for text in paragraphs)
        assert all(cell.replace(" ", "") in shown for row in table for cell in row)


def test_markdown_has_headings_and_no_marks(tmp_path):
    found = read(tmp_path, "a.md", GUIDE.encode())[0]
    assert found == [(None, "假期", "年假每年 5 天，见制度。"), (None, "假期 › 病假", "病假要有病历。 # no heading")]


def test_a_web_page_has_its_words_only(tmp_path):
    assert read(tmp_path, "a.html", PAGE.encode())[0] == [
        (None, "Leave", "Five days a year."),
        (None, "Leave › Sick", "Bring a note."),
    ]


def test_plain_text_is_read_in_the_encodings_of_windows_too(tmp_path):
    for encoding in ("utf-8", "gb18030", "utf-16"):
        assert read(tmp_path, "a.txt", "年假五天，病假要病历。".encode(encoding))[0][0][2] == "年假五天，病假要病历。"


HOSTILE = {
    "locked PDF": ("a.pdf", document_files.locked_pdf(), "document_locked"),
    "broken PDF": ("a.pdf", b"%PDF-1.7\nbroken", "document_broken"),
    "no PDF": ("a.pdf", b"no pdf at all", "document_broken"),
    "locked Word file": ("a.docx", b"\xd0\xcf\x11\xe0 with a password", "document_locked"),
    "ZIP without a text": ("a.docx", document_files.packed({"x": b"y"}), "document_broken"),
    "entities": ("a.docx", document_files.packed({"word/document.xml": ENTITIES}), "document_broken"),
    "half a Word file": ("a.docx", document_files.word(("Normal", "x"))[:80], "document_broken"),
    "program": ("a.exe", b"MZ\x90", "document_kind"),
    "ZIP": ("a.zip", document_files.packed({"x": b"y"}), "document_kind"),
    "bytes": ("a.txt", b"\0\1\2\3" * 40, "document_broken"),
    "blanks": ("a.txt", b"  \n ", "document_no_text"),
    "script": ("a.html", b"<script>alert(1)</script>", "document_no_text"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_cannot_be_read_is_refused_with_a_remedy(tmp_path, name):
    file, data, code = HOSTILE[name]
    with pytest.raises(DocumentRefused) as error:
        read(tmp_path, file, data)
    assert (error.value.code, error.value.field) == (code, "file")
    assert error.value.remedy


def test_a_bomb_and_a_file_without_end_are_refused(tmp_path, settings):
    bomb = document_files.packed({"word/document.xml": b"<w>" + b" " * (201 * 2**20)})
    with pytest.raises(DocumentRefused) as error:
        read(tmp_path, "a.docx", bomb)
    assert error.value.code == "document_too_large_unpacked"
    settings.DOCUMENTS = {**settings.DOCUMENTS, "MAX_PAGES": 2, "MAX_MB": 1}
    with pytest.raises(DocumentRefused) as error:
        read(tmp_path, "a.pdf", document_files.pdf("a", "b", "c"))
    assert error.value.code == "document_too_long"
    with pytest.raises(DocumentRefused) as error:
        read(tmp_path, "a.txt", b"a" * (2**20 + 1))
    assert error.value.code == "document_too_large"
