"""The pages of PDFs, drawn in a process that has nothing of ours."""

import io

import pytest
from PIL import Image

from avatars.exceptions import MediaError
from avatars.scenes import pdf_pages


def make_pdf(*colours: str, size: tuple[int, int] = (320, 180)) -> bytes:
    file = io.BytesIO()
    first, *rest = [Image.new("RGB", size, colour) for colour in colours]
    first.save(file, "PDF", save_all=True, append_images=rest)
    return file.getvalue()


def test_each_page_becomes_a_picture_in_order():
    found = pdf_pages.pages(make_pdf("red", "blue"))
    assert [name for name, _picture in found] == ["0001.png", "0002.png"]
    pictures = [Image.open(io.BytesIO(data)) for _name, data in found]
    assert [picture.size for picture in pictures] == [(1600, 900)] * 2
    assert [picture.getpixel((800, 450))[0] > 200 for picture in pictures] == [True, False]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "pdf_broken"),
        (b"<html>", "pdf_broken"),
        (b"%PDF-1.7 and nothing else", "pdf_broken"),
        (b"%PDF-" + b"0" * pdf_pages.MOST_BYTES, "pdf_too_large"),
    ],
)
def test_what_is_no_pdf_is_refused(data, code):
    with pytest.raises(MediaError) as caught:
        pdf_pages.pages(data)
    assert (caught.value.code, caught.value.field) == (code, "pdf")


def test_more_pages_than_allowed_are_refused_before_they_are_drawn():
    with pytest.raises(MediaError) as caught:
        pdf_pages.pages(make_pdf(*["red"] * (pdf_pages.MOST_PAGES + 1), size=(8, 8)))
    assert caught.value.code == "pdf_too_long"


def test_the_child_knows_none_of_our_secrets(monkeypatch, tmp_path):
    spy = tmp_path / "spy.py"
    spy.write_text("import os; print(sorted(os.environ))")
    monkeypatch.setenv("WECHAT_SECRET", "s3cret")
    monkeypatch.setattr(pdf_pages, "CHILD", spy)
    assert "WECHAT_SECRET" not in pdf_pages._said(tmp_path / "file.pdf", tmp_path)
