"""Rows of earlier versions keep their meaning, and an upgraded database is the same as a new one.

One database is migrated from nothing to today, and gets rows at four versions on its way: to migrate an installation
back and forth for every claim takes minutes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import override_settings

from avatars.models import DigitalHuman, Render, Statement, Voice
from avatars.portraits import samples
from conversations.flows import publication
from conversations.models import Answer, Document, Flow, Topic
from tests.conftest import server
from tests.runner.database_templates import replaced, templates
from tests.support.paths import PHOTOGRAPH

# The mark makes the test database, also where no other file does. Tests only read: what they find stays for the next.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("upgraded")]
BEFORE = "Recorded before statements existed."


def people_without_origins(apps: Any) -> None:
    voice = apps.get_model("avatars", "Voice").objects.create(name="first", engine="kokoro", key="af_heart")
    make = apps.get_model("avatars", "DigitalHuman").objects.create
    for key, name, picture in (
        ("ours", "林晓", samples.png("xiao")),
        ("changed", "陈然", PHOTOGRAPH.read_bytes()),
        ("uploaded", "Grace", PHOTOGRAPH.read_bytes()),
    ):
        make(name=name, voice=voice, portrait=default_storage.save(f"portraits/{key}.png", ContentFile(picture)))


def voices_without_origins(apps: Any) -> None:
    make = apps.get_model("avatars", "Voice").objects.create
    make(name="ours", engine="kokoro", key="zf_xiaobei")
    make(name="theirs", engine="cosyvoice", key="小雅")


def declarations_without_statements(apps: Any) -> None:
    voice = apps.get_model("avatars", "Voice").objects.create(name="declared", key="zf_xiaoni", origin="synthetic")
    make = apps.get_model("avatars", "DigitalHuman").objects.create
    drawn = make(name="drawn", voice=voice, origin="drawn", portrait="portraits/gone.png")
    make(name="photograph", voice=voice, origin="photograph", portrait="portraits/gone.png")
    renders = apps.get_model("avatars", "Render").objects
    renders.create(digital_human=drawn, text="你好", mode="lipsync", content_hash="a" * 64)


def flow_that_stops_where_it_has_no_transition(apps: Any) -> None:
    flow = apps.get_model("conversations", "Flow").objects.create(name="Old", language="en")
    states = apps.get_model("conversations", "State").objects
    for position, kind in enumerate(("ask", "say", "video", "say")):
        states.create(flow=flow, position=position, key=f"s{position}", name=kind, kind=kind, text="x", slot="x")
    first, *others = states.order_by("position")
    apps.get_model("conversations", "Transition").objects.create(state=first, target=others[0])


def answers_with_words_as_topics(apps: Any) -> None:
    apps.get_model("conversations", "Topic").objects.create(name="假期", name_en="Leave")
    answers = apps.get_model("conversations", "Answer").objects
    for question, topic in (
        ("年假几天", "假期"),
        ("How to book leave", "Leave"),
        ("Insurance", "Benefits and insurance"),
    ):
        answers.create(question=question, answer="x", topic=topic)
    apps.get_model("conversations", "Document").objects.create(title="手册", file="a.md", kind="markdown", topic="假期")


# The last version without what the next migration brings, and the rows that it finds.
WAY = (
    (("avatars", "0011_narrations"), people_without_origins),
    (("avatars", "0017_spliced"), voices_without_origins),
    (("avatars", "0020_plain_words"), declarations_without_statements),
    (("conversations", "0013_answers_and_languages"), flow_that_stops_where_it_has_no_transition),
)
# The same since migrations were squashed.
WAY_SINCE = ((("conversations", "0047_validator"), answers_with_words_as_topics),)
# Columns that stay where a database is upgraded, for processes of the version before.
KEPT = {("avatars_digitalhuman", "origin"), ("avatars_voice", "origin")}
Tables = dict[str, tuple[list[Any], list[Any]]]


def one_by_one() -> MigrationExecutor:
    """Of the migrations as they were released, and not of those that have replaced them."""
    executor = MigrationExecutor(connection)
    loader: Any = executor.loader
    loader.replace_migrations = False
    loader.build_graph()
    return executor


def as_they_are() -> MigrationExecutor:
    return MigrationExecutor(connection)


def tables() -> Tables:
    """Columns and constraints of every table. Names of constraints tell how a table was called when it was made."""
    found: Tables = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            described = connection.introspection.get_table_description(cursor, name)
            columns = [column[:2] + column[4:] for column in described if (name, column.name) not in KEPT]
            constraints = connection.introspection.get_constraints(cursor, name).values()
            found[name] = (sorted(map(str, columns)), sorted(map(str, constraints)))
    return found


@pytest.fixture(scope="module")
def upgraded(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Tables]:
    """The test database is one that was upgraded, for as long as this module lasts. How it was when it was new."""
    empty, _ = templates(settings.RUN_FOLDER, server())
    name = connection.settings_dict["NAME"]
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        new = tables()
        with let_go():
            replaced(server(), name)
        try:
            steps = [(one_by_one, *step) for step in WAY] + [(as_they_are, *step) for step in WAY_SINCE]
            for migrations, version, rows in steps:
                executor = migrations()
                executor.migrate([version])
                rows(executor.loader.project_state([version]).apps)
            executor = as_they_are()
            executor.migrate(executor.loader.graph.leaf_nodes())
            yield new
        finally:
            with let_go():
                empty.copy_database(name)


@contextmanager
def let_go() -> Iterator[None]:
    """Nothing is connected to the database while it is replaced."""
    opened: Any = connection
    opened.close()
    if opened.vendor == "postgresql":
        opened.close_pool()
    yield


@pytest.mark.databases
def test_an_upgraded_database_has_the_tables_of_a_new_one(upgraded):
    now = tables()
    assert {name for name in upgraded if upgraded[name] != now.get(name)} == set()
    assert set(now) == set(upgraded)


@pytest.mark.databases
def test_portraits_of_before_are_sorted_into_drawn_and_photographed():
    humans = DigitalHuman.objects.filter(name__in=("林晓", "陈然", "Grace"))
    assert {human.name: human.origin for human in humans} == {
        "林晓": "drawn",
        "陈然": "photograph",
        "Grace": "photograph",
    }


@pytest.mark.databases
def test_only_built_in_voices_speak_on():
    voices = Voice.objects.filter(name__in=("ours", "theirs"))
    assert {voice.name: voice.origin for voice in voices} == {"ours": "synthetic", "theirs": "cloned"}
    assert Statement.objects.get(voice__in=voices).reason_words == BEFORE


@pytest.mark.databases
def test_what_was_declared_before_gets_a_statement_that_says_so():
    humans = DigitalHuman.objects.filter(name__in=("drawn", "photograph"))
    assert {human.name: human.origin for human in humans} == {"drawn": "drawn", "photograph": "photograph"}
    assert Voice.objects.get(name="declared").origin == "synthetic"
    drawn = humans.get(name="drawn")
    assert Render.objects.get().statement == Statement.objects.get(digital_human=drawn.pk)
    assert Statement.objects.filter(digital_human__in=humans).count() == 1
    assert {statement.reason_words for statement in Statement.objects.all()} == {BEFORE}


@pytest.mark.databases
def test_digital_humans_of_before_have_their_voices_speed_and_mood():
    humans = DigitalHuman.objects.filter(name__in=("林晓", "Grace", "drawn"))
    assert {(human.speed, human.mood) for human in humans} == {(None, "")}


@pytest.mark.databases
def test_flows_drawn_before_keep_their_ends():
    draft = publication.draft(Flow.objects.get(name="Old"))
    assert [[edge.to for edge in node.edges] for node in draft.nodes] == [["s1"], ["end"], ["end"], ["end"], []]


@pytest.mark.databases
def test_topics_of_answers_that_were_words_are_topics():
    topics = {answer.question: str(answer.topic.name) for answer in Answer.objects.exclude(topic=None)}
    assert topics == {"年假几天": "假期", "How to book leave": "假期", "Insurance": "Benefits and insurance"}
    assert Document.objects.get(title="手册").topic.name == "假期"
    assert list(Topic.objects.filter(can_be_muted=False).values_list("name", flat=True)) == ["Benefits and insurance"]


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)  # its migrations cannot run in a transaction; rows of others go, so it is last
def test_an_upgrade_to_statements_can_be_undone():
    before = [("avatars", "0020_plain_words")]
    executor = one_by_one()
    executor.migrate(before)
    try:
        models = executor.loader.project_state(before).apps
        voices, humans = (models.get_model("avatars", name).objects for name in ("Voice", "DigitalHuman"))
        assert set(voices.filter(origin="synthetic").values_list("name", flat=True)) == {"first", "ours", "declared"}
        assert set(humans.filter(origin="drawn").values_list("name", flat=True)) == {"林晓", "drawn"}
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
