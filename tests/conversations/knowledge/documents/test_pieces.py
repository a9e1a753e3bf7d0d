"""A document is read in pieces that give turns, go on after a death, and tell how far they are."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.utils import timezone, translation

from conversations import services
from conversations.admin.answers.documents import DocumentAdmin
from conversations.exceptions import ServiceBusy
from conversations.knowledge.documents import document_reading, extraction, passage_index
from conversations.models import Document, Passage

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
SECTIONS = 20


class Killed(BaseException):
    """What ends a worker without a word."""


@pytest.fixture(autouse=True)
def pieces(media, tiny, monkeypatch):
    """Each piece has the time of one batch of eight."""
    monkeypatch.setattr(document_reading, "PIECE_SECONDS", 0)
    monkeypatch.setattr(document_reading, "AT_ONCE", 8)
    yield
    passage_index._indexes.clear()


def text(word: str, sections: int = SECTIONS) -> bytes:
    return "\n\n".join(f"# {word}{number}\n\n{word}的规定第{number}条。" for number in range(sections)).encode()


def save(data: bytes, document: Document | None = None) -> Document:
    document = document or Document(title="员工手册")
    return services.save_document(document, file=SimpleUploadedFile("a.md", data))


def read_piece(document: Document) -> Document:
    services.read_document(document.pk)
    document.refresh_from_db()
    return document


def read(document: Document) -> int:
    """Read it to the end; returns in how many pieces."""
    for count in range(1, 50):
        if read_piece(document).is_finished:
            return count
    raise AssertionError("It has no end.")


def test_each_piece_gives_its_turn_and_wakes_the_next(django_capture_on_commit_callbacks):
    document = save(text("年假"))
    with django_capture_on_commit_callbacks() as woken:
        read_piece(document)
    assert (document.status, document.attempts, len(woken)) == ("queued", 0, 1)
    assert (document.found_count, document.embedded_count) == (SECTIONS, document_reading.AT_ONCE)
    assert read(document) == 2
    assert (document.status, document.progress, document.passage_count) == ("done", 100, SECTIONS)
    assert not document.quoted.filter(vector=b"").exists()


def test_after_a_death_it_goes_on_where_it_was(tiny, monkeypatch):
    document = save(text("年假"))
    read_piece(document)
    compute, texts = tiny.passages, []

    def dies(some):
        raise Killed

    monkeypatch.setattr(tiny, "passages", dies)
    with pytest.raises(Killed):
        services.read_document(document.pk)
    monkeypatch.setattr(tiny, "passages", lambda some: texts.extend(some) or compute(some))
    Document.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    read(document)
    assert len(texts) == SECTIONS - document_reading.AT_ONCE
    assert document.quoted.count() == SECTIONS


def test_the_earlier_edition_is_quoted_until_the_next_is_whole(person):
    document = save(text("年假"))
    read(document)
    assert "年假的规定第7条" in person.says("年假7")[0]
    save(text("病假"), document)
    read_piece(document)
    assert Passage.objects.filter(text__contains="病假").count() == SECTIONS
    assert "年假的规定第7条" in person.says("年假7")[0]
    read(document)
    assert "病假的规定第7条" in person.says("病假7")[0]
    assert "年假" not in person.says("年假7")[0]


def test_earlier_editions_are_deleted_when_no_process_quotes_them():
    document = save(text("年假"))
    read(document)
    document.read_anew()
    read(document)
    assert services.delete_earlier_editions() == 0
    assert services.delete_earlier_editions(timezone.now() + timedelta(minutes=2)) == SECTIONS
    assert set(Passage.objects.values_list("edition", flat=True)) == {document.edition}


def test_a_newer_file_ends_the_reading_of_the_one_before(tiny, monkeypatch):
    document = save(text("年假"))
    read_piece(document)
    compute = tiny.passages

    def replaced(some):
        monkeypatch.setattr(tiny, "passages", compute)
        save(text("病假", 3), document)
        return compute(some)

    monkeypatch.setattr(tiny, "passages", replaced)
    read_piece(document)
    assert (document.status, document.found_count, document.embedded_count) == ("queued", 0, 0)
    read(document)
    assert document.quoted.count() == 3
    assert not document.quoted.filter(text__contains="年假").exists()


def test_a_deleted_document_is_read_no_further(tiny, monkeypatch):
    document = save(text("年假"))
    compute = tiny.passages

    def deleted(some):
        services.remove_document(Document.objects.get(pk=document.pk))
        return compute(some)

    monkeypatch.setattr(tiny, "passages", deleted)
    services.read_document(document.pk)
    assert not Document.objects.exists()
    assert not Passage.objects.exists()


def test_the_file_is_left_when_the_document_is_deleted_meanwhile(tmp_path, monkeypatch):
    path = tmp_path / "a.html"
    path.write_text("<p>" + "年假。<b>" * 400_000)
    monkeypatch.setattr(extraction, "LOOK", 0.01)

    def gone():
        raise Killed

    with pytest.raises(Killed):
        extraction.blocks_of(path, "html", goes_on=gone)


def test_words_are_found_when_the_service_goes_away_in_the_middle(tiny, monkeypatch):
    document = save(text("年假"))
    read_piece(document)

    def away(_some):
        raise ServiceBusy("Away.", code="away")

    monkeypatch.setattr(tiny, "passages", away)
    read(document)
    assert document.status == "done"
    assert document.quoted.filter(vector=b"").count() == SECTIONS - document_reading.AT_ONCE


def test_passages_that_are_lost_are_read_again():
    document = save(text("年假"))
    read(document)
    Passage.objects.update(edition=F("edition") - 1)
    assert services.queue_outdated_documents() == 1


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "还需"), ("en", "left")])
def test_the_bar_and_the_time_follow_the_pace(language, words):
    document = save(text("年假"))
    assert document.seconds_left is None
    read_piece(document)
    Document.objects.update(due_at=timezone.now() - timedelta(seconds=16), pace=2.0)
    document.refresh_from_db()
    assert document.seconds_left == 2 * (SECTIONS - document_reading.AT_ONCE)
    read_piece(document)  # eight in sixteen seconds, waiting included
    assert document.pace == pytest.approx(2.0, rel=0.1)
    with translation.override(language):
        shown = str(DocumentAdmin(Document, admin.site).state(document))
    assert f'value="{document.progress}"' in shown
    assert words in shown
    assert document.progress == document_reading.READ + (99 - document_reading.READ) * 16 // SECTIONS


def test_vectors_of_different_pieces_are_those_of_one(tiny):
    document = save(text("年假"))
    read(document)
    rows = list(document.quoted.order_by("number"))
    whole = tiny.passages([f"{row.heading} {row.text}" for row in rows])
    assert [bytes(row.vector) for row in rows] == [one.astype("<f2").tobytes() for one in whole]
