"""Every column of every holding: what is written there about a person is exported, and gone after an erasure."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.db import models

from core.personal_data import holding_registry
from core.personal_data.holdings import Holding, Person
from tests.openuser.support.people import WHO, WORDS, make_person
from tests.support import factories
from tests.support.personal_data import tables_with
from wecom import services
from wecom.models import Application, Member
from wecom.personal_data import person_requests

pytestmark = pytest.mark.django_db(transaction=True)
MARK = "crane7"
"""Written into every column of words that the rows of the person have empty."""
CODES = {
    **dict.fromkeys(("lease_owner", "host", "requester", "client"), "which process or program, not who"),
    **dict.fromkeys(
        ("cid", "call_key", "task_id", "rating_task_id", "file_cid", "held"), "keys that tie rows together"
    ),
    **dict.fromkeys(("msgid", "delivery_key", "broadcast", "key"), "keys that tie rows together"),
    **dict.fromkeys(("digest", "approved_hash"), "hashes of what was approved"),
    **dict.fromkeys(("reason", "why", "event", "state", "path", "language", "suggested"), "codes and keys of ours"),
    **dict.fromkeys(("engine_used", "speech_engine_used", "stages"), "how it was made"),
    **dict.fromkeys(("cron", "window_weekdays", "departments"), "when, and to whom else"),
}
"""Columns of any model that an erasure keeps, each with the reason."""
OF_STAFF = "what staff wrote of something that is for many; it goes on without the person"
KEPT = {
    "admin.LogEntry.object_id": "the key of the row that staff changed",
    "avatars.Narration.order_key": "renders have no order by person",
    "avatars.Render.order_key": "renders have no order by person",
    "conversations.Errand.order_key": "the key of a conversation",
    "scheduling.CampaignRun.order_key": "campaigns have no order by person",
    "wecom.Callback.order_key": "of a change in the directory, which no person sent",
    "openuser.ApiAnswer.headers": "a location: the key of a row",
    "wecom.Department.name_en": "what a department is called",
    "wecom.GroupChat.name": "what a group is called",
    **dict.fromkeys(("scheduling.Campaign.urgent_reason", "scheduling.Segment.description"), OF_STAFF),
}
UNTOLD = {
    **dict.fromkeys(("lease_owner", "lease_until", "order_key", "gave_way", "woken_at"), "how the work is done"),
    **dict.fromkeys(("wecom.Outbound.fingerprint", "wecom.Outbound.response_code", "wecom.Upload.media_id"), "secrets"),
    **dict.fromkeys(("content_hash", "recipe"), "how it was made of the text, which is told"),
    "avatars.PortraitVideo.findings": "what was measured in a picture",
    "conversations.Ticket.rating_task_id": "the key of a card",
    "conversations.UnansweredQuestion.model": "which model computed the vector",
    "conversations.UnansweredQuestion.plain": "the question without its marks",
    "conversations.UnansweredQuestion.vector": "numbers of the question",
    "scheduling.RehearsalRun.result": "names many",
    "wecom.FactImport.content": "names many; its line of the person is told",
}
"""Columns that an export leaves out, each with the reason."""


@pytest.fixture
def application(settings, tmp_path) -> Application:
    settings.MEDIA_ROOT = tmp_path
    return factories.make_application(is_default=True)


def person_of(member: Member) -> Person:
    return person_requests._person(member)


def words_columns(model: type[models.Model]) -> Iterator[models.Field[Any, Any]]:
    kinds = (models.CharField, models.TextField, models.JSONField)
    for field in model._meta.concrete_fields:
        if isinstance(field, kinds) and not field.choices and not isinstance(field, models.FileField):
            yield field


def value_of(field: models.Field[Any, Any]) -> Any:
    if not isinstance(field, models.JSONField):
        return MARK
    return [MARK] if field.default is list else {MARK: MARK}


def mark(member: Member) -> set[str]:
    """Write the mark wherever the person's rows say nothing. Returns the columns."""
    done = set()
    for holding in holding_registry.holdings():
        rows = holding.rows(holding.find(person_of(member)))
        for field in words_columns(holding.model):
            empty = [row.pk for row in rows if not getattr(row, field.attname)]
            if rows.filter(pk__in=empty).update(**{field.attname: value_of(field)}):
                done.add(f"{holding.label}.{field.name}")
    return done


def exported(member: Member) -> set[str]:
    """The columns of an export that have the mark."""
    file, found = io.BytesIO(), set()
    services.export_person(member, file, by="hr")
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.endswith(".jsonl"):
                label = name.removesuffix(".jsonl").replace("/", ".")
                rows = [json.loads(line) for line in archive.read(name).splitlines()]
                found |= {f"{label}.{field}" for row in rows for field, said in row.items() if MARK in str(said)}
    return found


def without(columns: set[str], *tables: Mapping[str, str]) -> set[str]:
    """Those that no table names, whole or by the field alone."""
    known = {name for table in tables for name in table}
    return {name for name in columns if name not in known and name.rpartition(".")[2] not in known}


def test_every_column_of_a_person_is_exported(application):
    member = make_person(application)
    marked = mark(member)
    assert len(marked) > 100
    assert without(marked - exported(member), UNTOLD) == set()


def test_only_what_a_table_names_is_left_out_of_exports():
    hidden = {f"{holding.label}.{name}" for holding in holding_registry.holdings() for name in holding.hidden}
    assert without(hidden, UNTOLD) == set()
    assert set(UNTOLD) - {*hidden, *(name.rpartition(".")[2] for name in hidden)} == set()


def test_an_erasure_leaves_words_in_no_column(application):
    member = make_person(application)
    marked = mark(member)
    services.erase_person(member, by="hr")
    left = set(tables_with(MARK))
    assert left <= marked
    assert without(left, CODES, KEPT) == set()
    assert set(KEPT) - left == set()
    assert set(CODES) - {name.rpartition(".")[2] for name in left} == set()


def test_an_erasure_leaves_words_in_no_file(application, settings):
    member = make_person(application)
    assert files_with(settings.MEDIA_ROOT) != []
    services.erase_person(member, by="hr")
    assert files_with(settings.MEDIA_ROOT) == []


def files_with(folder: Path) -> list[Path]:
    """Files that hold words of the person, or have them in their name."""
    every = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in every if WHO in str(path) or WORDS.encode() in path.read_bytes()]


def test_every_file_of_a_holding_goes_and_is_exported():
    columns = {
        f"{holding.label}.{field.name}": field.name in {*holding.files, *(holding.blank or {})} or knows_files(holding)
        for holding in holding_registry.holdings()
        for field in holding.model._meta.concrete_fields
        if isinstance(field, models.FileField)
    }
    assert {name for name, known in columns.items() if not known} == FILES_OF_ALL


def knows_files(holding: Holding) -> bool:
    """Whether it has a way of its own to name its files."""
    return type(holding).file_names is not Holding.file_names


FILES_OF_ALL = {f"avatars.DigitalHuman.{name}" for name in ("portrait", "background", "logo", "intro", "outro")}
"""Those of a digital human, which is no person's: its consents say whose face it has."""
