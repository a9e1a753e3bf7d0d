"""Databases of 0.5 and of the version before become those of today; older ones are refused and stay as they are."""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.db.migrations.recorder import MigrationRecorder

from avatars.models import DigitalHuman, Render, Statement, Voice
from conversations.flows import publication
from conversations.machine.nodes.registry import kind_named
from conversations.models import Flow, Message, State, Topic, WatchLink
from core.migration_operations import rebuilt_tables
from core.migration_operations.admission import Refusal, refusal
from core.migration_operations.released import COMPLETE, FIRST, NAMES, OF_0_5
from openuser.models import ApiClient
from scheduling import services as scheduling
from scheduling.models import Campaign, CampaignRun, Run, Schedule, SendingPolicy
from tests.openuser.support.earlier_databases import Schema, earlier, let_go, schema
from wecom.models import ApplicationMember, Corporation, Member, Membership

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
BEFORE = "Recorded before statements existed."
OURS = tuple(NAMES)
FILLED = "scheduling_calendarday"  # after every update


CAME_SINCE = {"conversations_carecase": 0, "conversations_caresubject": 8}  # subjects are seeded by the update


def counts() -> Counter[str]:
    """The rows of our tables."""
    with connection.cursor() as cursor:
        found: Counter[str] = Counter()
        for table in connection.introspection.table_names(cursor):
            if table.startswith(OURS) and table != FILLED:
                cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
                found[table] = cursor.fetchone()[0]
    return found


def update() -> None:
    call_command("migrate", verbosity=0, interactive=False)


@pytest.fixture(scope="class")
def from_0_5(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Schema, Schema, Counter[str]]]:
    """The test database is one of 0.5 that was updated: the schema of a new one, its own, and its rows before."""
    with django_db_blocker.unblock(), earlier("0.5.0") as new:
        rows = counts()
        update()
        yield new, schema(), rows


class TestFrom05:
    """What is in a database of 0.5 afterwards."""

    pytestmark = pytest.mark.usefixtures("from_0_5")

    def test_its_schema_is_that_of_a_new_database(self, from_0_5):
        new, now, _rows = from_0_5
        assert now - new == set()
        assert new - now == set()

    def test_all_rows_are_there(self, from_0_5):
        _new, _now, rows = from_0_5
        rows["conversations_watchlink"] = rows.pop("conversations_viewing", rows["conversations_watchlink"])
        assert sum(rows.values()) > 300
        now = counts()
        grown = {name for name in rows if now[name] > rows[name]}
        assert {name for name in rows if now[name] < rows[name]} == set()
        assert grown <= {"conversations_state", "conversations_transition", "wecom_directorysync"}

    def test_rows_read_as_models(self):
        for model in (model for model in apps.get_models() if model._meta.app_label in NAMES):
            assert all(str(row) for row in model._default_manager.all())
        assert Message.objects.select_related("content").first().content.text != ""
        assert WatchLink.objects.get().render is not None

    def test_keys_point_to_rows(self):
        connection.check_constraints()

    def test_new_rows_get_numbers_that_were_never_given(self):
        last = Member.objects.order_by("-pk").first()
        made = Member.objects.create(corporation=last.corporation, user_id="later")
        assert made.pk > last.pk + 1  # the row after it was deleted before the update

    def test_drawings_and_synthetic_voices_have_statements_that_say_so(self):
        assert DigitalHuman.objects.get(name="drawn").origin == "drawn"
        assert DigitalHuman.objects.get(name="photograph").origin == "photograph"
        origins = dict(Voice.objects.filter(name__in=("declared", "cloned")).values_list("name", "pk"))
        assert Statement.objects.filter(voice__in=origins.values()).get().voice.name == "declared"
        assert {one.reason_words for one in Statement.objects.all()} == {BEFORE}
        assert Render.objects.filter(digital_human__name="drawn").get().statement.digital_human.name == "drawn"

    def test_notes_of_built_in_voices_are_in_english_too(self):
        assert Voice.objects.exclude(notes_en="").count() == 8

    def test_speeds_of_one_are_left_to_the_voice(self):
        assert not DigitalHuman.objects.filter(speed=1.0).exists()

    def test_flows_that_stopped_have_ends(self):
        draft = publication.draft(Flow.objects.get(name="Old"))
        assert [[edge.to for edge in node.edges] for node in draft.nodes] == [["s1"], ["end"], ["end"], ["end"], []]

    def test_programs_keep_the_words_that_they_read(self):
        reads = ["conversations:read" in client.scopes for client in ApiClient.objects.order_by("pk")]
        assert sorted(reads) == [False, False, True]

    def test_companies_of_before_have_no_quiet_hours(self):
        assert (
            SendingPolicy.objects.filter(quiet_from=None, quiet_decided_at=None).count() == Corporation.objects.count()
        )

    def test_schedules_go_on_as_campaigns(self):
        runs = Run.objects.exclude(reason="day_off").count()
        kept = {row.pk: (row.text, row.cron, row.paused) for row in Schedule.objects.all()}
        now = max(row.watched_from for row in Schedule.objects.all())
        assert len(kept) == scheduling.replace_schedules(now=now) > 0
        for pk, before in kept.items():
            campaign = Schedule.objects.get(pk=pk).successors.get()
            paused = campaign.state not in Campaign.ON
            assert (campaign.contents.get().text, campaign.cron, paused) == before
        assert (CampaignRun.objects.exclude(campaign__replaces=None).count(), Run.objects.count()) == (runs, 0)
        assert not Schedule.objects.remaining().exists()

    def test_memberships_of_before_have_no_moment(self):
        assert set(Membership.objects.values_list("joined_at", flat=True)) == {None}

    def test_groups_keep_their_rights_to_renamed_models(self):
        rights = set(Group.objects.get(name="auditors").permissions.values_list("codename", flat=True))
        assert rights == {"view_applicationmember", "view_enginefailure", "view_watchlink", "view_message"}

    def test_topics_to_begin_with_are_there(self):
        assert Topic.objects.filter(name="公司新闻").exists()

    def test_tables_that_kept_their_names_are_read(self):
        assert ApplicationMember.objects.count() == 1

    def test_a_second_update_does_nothing(self):
        before = schema()
        update()
        assert schema() == before


KILLED = 9
STEPS = ("put_aside", "copy", "count_on", "finish")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.django_db(transaction=True)
def test_an_update_that_is_killed_at_any_step_ends_the_same(step):
    with earlier("0.5.0") as new:
        for number in (1, 2):
            with let_go():
                assert killed_update(step, number) == KILLED
        update()
        assert schema() ^ new == set()
        assert Member.objects.filter(user_id="speaker0").count() == 1
        assert Statement.objects.filter(voice__name="declared").count() == 1


def killed_update(step: str, number: int) -> int:
    """Update in a process that dies after a step was done so many times. Returns its status."""
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    original, done = getattr(rebuilt_tables._Tables, step), []

    def counted(self: Any, *args: Any) -> None:
        original(self, *args)
        done.append(step)
        if len(done) == number:
            os._exit(KILLED)

    setattr(rebuilt_tables._Tables, step, counted)
    try:
        update()
    finally:
        os._exit(1)


@pytest.mark.django_db(transaction=True)
def test_a_database_of_the_version_before_keeps_schema_and_rows():
    with earlier("0.6.0.dev") as new:
        rows = counts()
        assert sum(rows.values()) > 300
        update()
        assert schema() ^ new == set()
        assert {**counts()} == {**rows, **CAME_SINCE}
        applied = MigrationRecorder(connection).applied_migrations()
        assert all((app, name) in applied for app, name in COMPLETE.items() if app != "emulator")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("version", "least"), [("0.5.0", 3), ("0.6.0.dev", 6)])
def test_each_step_keeps_the_fields_of_its_kind(version, least):
    with earlier(version):
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM conversations_state")
            names = [column[0] for column in cursor.description]
            before = {row["id"]: row for row in (dict(zip(names, values, strict=True)) for values in cursor.fetchall())}
        update()
        arrived = set()
        for state in State.objects.filter(pk__in=before):
            own = {column.name for column in kind_named(state.kind).columns()} & before[state.pk].keys()
            assert {name: getattr(state, name) for name in own} == {name: before[state.pk][name] for name in own}
            arrived |= state.details.keys()
        assert len(arrived) >= least, arrived


def forget(app: str, after: str) -> None:
    """Make the database one that has not come further than a migration."""
    names = [name for name in NAMES[app] if name > after]
    MigrationRecorder.Migration.objects.filter(app=app, name__in=names).delete()


@pytest.mark.parametrize(
    ("version", "app", "last", "words"),
    [
        ("0.5.0", "wecom", "0017_group_files", "before 0.5"),
        ("0.5.0", "scheduling", "0001_initial", "before 0.5"),
        ("0.6.0.dev", "conversations", "0052_moved_steps", "development version"),
        ("0.6.0.dev", "avatars", OF_0_5["avatars"], "development version"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_other_databases_are_refused_and_stay_as_they_are(version, app, last, words):
    with earlier(version):
        forget(app, last)
        before = schema(), counts(), content()
        with pytest.raises(CommandError, match=words):
            update()
        assert (schema(), counts(), content()) == before


@pytest.mark.parametrize("app", ["wecom", "scheduling"])
@pytest.mark.django_db(transaction=True)
def test_a_database_whose_version_nothing_tells_is_refused_unchanged(app):
    """`migrate --prune` took the names that it did not know, and left that of a migration of the company's own."""
    with earlier("0.5.0"):
        forget(app, FIRST)
        MigrationRecorder(connection).record_applied(app, "0019_cost_center")
        assert refusal(connection) is Refusal.UNKNOWN
        before = schema(), counts(), content()
        with pytest.raises(CommandError, match=r"version of this database is unknown.* Nothing was changed\."):
            update()
        assert (schema(), counts(), content()) == before


@pytest.mark.django_db(transaction=True)
def test_a_database_of_today_without_former_names_is_up_to_date():
    with earlier("0.6.0.dev") as new:
        for app in OURS:
            forget(app, FIRST)
            MigrationRecorder(connection).record_applied(app, FIRST)
        rows = counts()
        assert refusal(connection) is None
        update()
        assert (schema() ^ new, {**counts()}) == (set(), {**rows, **CAME_SINCE})


def content() -> list[Any]:
    """What is recorded, and on SQLite every statement that would make the database."""
    recorded = sorted(MigrationRecorder.Migration.objects.values_list("app", "name", "applied"))
    opened: Any = connection
    return [recorded, *(opened.connection.iterdump() if opened.vendor == "sqlite" else [])]


CHECK = "application_default_sends"  # of 0.5 and of today


@pytest.mark.django_db(transaction=True)
def test_a_row_that_does_not_fit_is_named_and_nothing_is_changed():
    with earlier("0.5.0"):
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA ignore_check_constraints = ON")
            else:
                cursor.execute(f"ALTER TABLE wecom_application DROP CONSTRAINT {CHECK}")
            cursor.execute("UPDATE wecom_application SET agent_id = 0 WHERE is_default")
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA ignore_check_constraints = OFF")
        before = {row for row in schema() if row[1].startswith("wecom_")}
        with pytest.raises(IntegrityError, match=CHECK):
            update()
        assert not connection.in_atomic_block
        assert {row for row in schema() if row[1].startswith("wecom_")} == before


@pytest.mark.django_db(transaction=True)
def test_names_are_not_removed_before_an_update():
    with earlier("0.5.0"), pytest.raises(CommandError, match="--prune"):
        call_command("migrate", "wecom", prune=True, verbosity=0)
