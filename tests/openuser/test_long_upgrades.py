"""The whole way from the first version: portraits and voices of before have their statements.

Released migrations never change, so the suite goes through those of conversations only (test_upgrades).
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from avatars.models import DigitalHuman, Render, Statement, Voice
from avatars.portraits import samples
from tests.openuser.support.upgrades import Tables, as_released, as_they_are, different, upgraded_for_a_module
from tests.openuser.test_upgrades import FLOW
from tests.support.paths import PHOTOGRAPH

pytestmark = [
    *(pytest.mark.django_db, pytest.mark.usefixtures("before")),
    *(pytest.mark.databases, pytest.mark.thorough, pytest.mark.slow),
]
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


PEOPLE = (("avatars", "0011_narrations"), people_without_origins)
VOICES = (("avatars", "0017_spliced"), voices_without_origins)
DECLARED = (("avatars", "0020_plain_words"), declarations_without_statements)
ALL = ("avatars", "conversations", "openuser", "scheduling", "wecom")
STEPS = tuple((partial(as_released, *ALL), step) for step in (PEOPLE, VOICES, DECLARED, FLOW))


@pytest.fixture(scope="module")
def before(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Tables]:
    """The test database is one that was upgraded, for as long as this module lasts. How it was when it was new."""
    with upgraded_for_a_module(django_db_blocker, tmp_path_factory.mktemp("media"), *STEPS) as new:
        yield new


def test_the_whole_way_ends_with_the_tables_of_a_new_database(before):
    assert different(before) == set()


def test_portraits_of_before_are_sorted_into_drawn_and_photographed():
    humans = DigitalHuman.objects.filter(name__in=("林晓", "陈然", "Grace"))
    assert {human.name: human.origin for human in humans} == {
        "林晓": "drawn",
        "陈然": "photograph",
        "Grace": "photograph",
    }


def test_only_built_in_voices_speak_on():
    voices = Voice.objects.filter(name__in=("ours", "theirs"))
    assert {voice.name: voice.origin for voice in voices} == {"ours": "synthetic", "theirs": "cloned"}
    assert Statement.objects.get(voice__in=voices).reason_words == BEFORE


def test_what_was_declared_before_gets_a_statement_that_says_so():
    humans = DigitalHuman.objects.filter(name__in=("drawn", "photograph"))
    assert {human.name: human.origin for human in humans} == {"drawn": "drawn", "photograph": "photograph"}
    assert Voice.objects.get(name="declared").origin == "synthetic"
    drawn = humans.get(name="drawn")
    assert Render.objects.get().statement == Statement.objects.get(digital_human=drawn.pk)
    assert Statement.objects.filter(digital_human__in=humans).count() == 1
    assert {statement.reason_words for statement in Statement.objects.all()} == {BEFORE}


def test_digital_humans_of_before_have_their_voices_speed_and_mood():
    humans = DigitalHuman.objects.filter(name__in=("林晓", "Grace", "drawn"))
    assert {(human.speed, human.mood) for human in humans} == {(None, "")}


@pytest.mark.django_db(transaction=True)  # its migrations cannot run in a transaction; rows of others go, so it is last
def test_an_upgrade_to_statements_can_be_undone():
    version = [("avatars", "0020_plain_words")]
    executor = as_released("avatars")
    executor.migrate(version)
    try:
        models = executor.loader.project_state(version).apps
        voices, humans = (models.get_model("avatars", name).objects for name in ("Voice", "DigitalHuman"))
        assert set(voices.filter(origin="synthetic").values_list("name", flat=True)) == {"first", "ours", "declared"}
        assert set(humans.filter(origin="drawn").values_list("name", flat=True)) == {"林晓", "drawn"}
    finally:
        executor = as_they_are()
        executor.migrate(executor.loader.graph.leaf_nodes())
