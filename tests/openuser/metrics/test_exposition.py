"""The page reads as Prometheus reads it, from rows that all processes share."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from core.metrics import rows, writer
from core.metrics.counts import metrics, pending
from core.storage import serving_files
from core.work import process_identity, sweeper
from core.work.base import Work
from openuser.metrics import exposition
from tests.support import factories
from tests.support.database_away import unreachable
from wecom.callbacks.spool.spool_files import ACCEPTOR
from wecom.metrics import CALLBACK_SECONDS, CALLBACKS
from wecom.models import Callback, Outbound

pytestmark = pytest.mark.django_db
Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(autouse=True)
def nothing_pending():
    pending.take()
    yield
    pending.take()


def samples() -> Samples:
    families = text_string_to_metric_families(exposition.make_text().decode())
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def one(found: Samples, name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


def measured(value: float, ago: float = 0.0) -> list[tuple[str, float]]:
    return [("", value), ("at", timezone.now().timestamp() - ago)]


@pytest.mark.databases
def test_counts_are_read_as_counters_and_cumulative_histograms():
    CALLBACKS.add("1", "ok", amount=3)
    CALLBACK_SECONDS.observe(0.02)
    CALLBACK_SECONDS.observe(99)
    writer.write()
    found = samples()
    assert one(found, "openuser_callback_requests_total", tenant="1", result="ok") == 3
    assert one(found, "openuser_callback_seconds_bucket", le="0.01") == 0
    assert one(found, "openuser_callback_seconds_bucket", le="0.025") == 1
    assert one(found, "openuser_callback_seconds_bucket", le="+Inf") == 2
    assert one(found, "openuser_callback_seconds_count") == 2
    assert one(found, "openuser_callback_seconds_sum") == pytest.approx(99.02)


def test_what_never_happened_is_exported_as_zero():
    assert one(samples(), "openuser_callback_requests_total", tenant="", result="unpersisted") == 0


def test_counts_of_an_older_version_with_other_labels_are_left_out():
    rows.add({(CALLBACKS.name, ("only one",), ""): 1, ("gone_total", (), ""): 1})
    assert "only one" not in exposition.make_text().decode()
    assert "gone_total" not in exposition.make_text().decode()


@pytest.mark.databases
def test_unfinished_work_is_counted_by_what_it_waits_for():
    now = timezone.now()
    factories.make_callback(due_at=now - timedelta(seconds=90))
    factories.make_callback(due_at=now + timedelta(hours=1))
    Callback.claim(factories.make_callback().pk)
    found = samples()
    kind = "wecom.callback"
    states = [one(found, "openuser_job_state", kind=kind, state=state) for state in ("ready", "waiting", "running")]
    assert states == [1, 1, 1]
    assert one(found, "openuser_inbox_pending") == 3
    lane = [one(found, "openuser_lane_state", lane="default", state=state) for state in ("ready", "waiting", "running")]
    assert lane == [1, 1, 1]
    assert 90 <= one(found, "openuser_lane_oldest_ready_seconds", lane="default") < 100
    assert one(found, "openuser_lane_oldest_ready_seconds", lane="bulk") == 0
    assert 90 <= one(found, "openuser_inbox_oldest_seconds") < 100
    assert one(found, "openuser_job_state", kind="avatars.render", state="ready") == 0


def test_a_message_that_may_have_arrived_shows_until_a_person_decides():
    ended = {"status": Work.Status.FAILED, "finished_at": timezone.now()}
    factories.make_outbound(**ended, reason=Outbound.Reason.UNKNOWN)
    factories.make_outbound(**ended, reason=Outbound.Reason.REFUSED)
    assert one(samples(), "openuser_outbox_unknown") == 1


def test_the_sweeper_says_when_it_last_ran():
    sweeper.sweep()
    age = timezone.now().timestamp() - one(samples(), "openuser_sweeper_last_run_timestamp")
    assert 0 <= age < 10


def test_an_attempt_at_work_is_counted_by_its_outcome():
    Callback.claim(factories.make_callback().pk).settle(Work.Status.DONE)
    writer.write()
    found = samples()
    assert one(found, "openuser_job_attempts_total", kind="wecom.callback", outcome="done") == 1
    assert one(found, "openuser_job_wait_seconds_count", kind="wecom.callback") == 1
    assert one(found, "openuser_job_run_seconds_count", kind="wecom.callback", stage="") == 1


def test_what_this_machine_knows_is_there_without_a_database():
    with unreachable():
        found = samples()
    assert one(found, "openuser_database_up") == 0
    assert one(found, "openuser_spool_rows") == 0
    assert ("openuser_outbox_unknown", frozenset()) not in found


def test_whether_an_acceptor_runs_is_said_where_one_ever_has(settings, tmp_path):
    settings.WECOM = {**settings.WECOM, "SPOOL_DIR": str(tmp_path)}
    assert ("openuser_acceptor_running", frozenset()) not in samples()
    file = serving_files.note(tmp_path / ACCEPTOR)
    assert one(samples(), "openuser_acceptor_running") == 1
    file.close()
    assert one(samples(), "openuser_acceptor_running") == 0


def test_no_metric_has_a_label_for_people():
    labels = {label for metric in (*metrics.values(), *exposition.GAUGES) for label in metric.labels}
    assert labels <= {
        *(
            "api",
            "campaign",
            "card",
            "errcode",
            "kind",
            "lane",
            "machine",
            "other",
            "outcome",
            "path",
            "python",
            "reason",
        ),
        *("result", "scope", "stage", "state", "tenant", "version"),
    }


def test_what_workers_measured_stands_beside_what_this_process_does():
    rows.put({("openuser_clock_skew_seconds", ("elsewhere", "wecom"), part): value for part, value in measured(90)})
    rows.put(
        {("openuser_gpu_memory_bytes", ("vanished", "0", "used"), part): value for part, value in measured(1, 7200)}
    )
    found = samples()
    assert one(found, "openuser_clock_skew_seconds", machine="elsewhere", other="wecom") == 90
    assert abs(one(found, "openuser_clock_skew_seconds", machine=process_identity.host(), other="database")) < 5
    assert "vanished" not in exposition.make_text().decode()


@pytest.mark.databases
def test_the_page_asks_for_few_statements(django_assert_max_num_queries):
    factories.make_application(is_default=True)
    with django_assert_max_num_queries(16):
        exposition.make_text()
