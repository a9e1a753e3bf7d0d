"""An incident is opened once and is over once, however many ask."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone, translation

from core.work import process_identity
from openuser.incidents import incident_watch
from openuser.incidents.incident_watch import CONDITIONS, condition_of
from openuser.models import Alert, Incident, WebhookDelivery, WebhookEndpoint
from openuser.webhooks import services as hooks
from tests.support import factories
from wecom.models import Callback, Outbound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
CALM = timedelta(seconds=120)


@pytest.fixture(autouse=True)
def group(settings):
    settings.ALERTS = {**settings.ALERTS, "GROUP_URL": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x"}


def late_callback() -> Callback:
    return factories.make_callback(due_at=timezone.now() - timedelta(minutes=3))


def test_an_incident_has_one_alert_and_one_recovery():
    callback, now = late_callback(), timezone.now()
    for seconds in (0, 15, 30):
        incident_watch.evaluate(now + timedelta(seconds=seconds))
    incident = Incident.objects.get()
    assert (incident.kind, incident.details) == ("callbacks_wait", {"count": 1, "minutes": 4})
    assert [alert.news for alert in Alert.objects.all()] == ["opened"]
    callback.delete()
    for seconds in (45, 60, 200, 215):
        incident_watch.evaluate(now + timedelta(seconds=seconds))
    assert [alert.news for alert in Alert.objects.order_by("pk")] == ["opened", "resolved"]
    incident.refresh_from_db()
    assert incident.resolved_at == now + timedelta(seconds=200)


def test_a_condition_that_flickers_is_one_incident():
    callback, now = late_callback(), timezone.now()
    incident_watch.evaluate(now)
    Callback.objects.update(due_at=now + timedelta(hours=1))
    incident_watch.evaluate(now + CALM / 2)
    Callback.objects.update(due_at=callback.due_at)
    incident_watch.evaluate(now + CALM)
    assert Incident.objects.get().resolved_at is None
    assert Alert.objects.count() == 1


def test_a_condition_that_comes_back_later_is_another_incident():
    callback, now = late_callback(), timezone.now()
    incident_watch.evaluate(now)
    Callback.objects.update(due_at=now + timedelta(hours=1))
    incident_watch.evaluate(now + CALM)
    Callback.objects.update(due_at=callback.due_at)
    incident_watch.evaluate(now + 2 * CALM)
    assert Incident.objects.count() == 2
    assert Alert.objects.count() == 3


def test_two_beats_at_once_open_and_close_it_once():
    late_callback()
    now = timezone.now()

    def ask(at):
        incident_watch.evaluate(at)
        connections.close_all()

    def together(at) -> None:
        threads = [threading.Thread(target=ask, args=[at]) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    together(now)
    assert [alert.news for alert in Alert.objects.all()] == ["opened"]
    Callback.objects.all().delete()
    together(now + CALM)
    assert sorted(alert.news for alert in Alert.objects.all()) == ["opened", "resolved"]
    assert Incident.objects.count() == 1


def test_another_machine_does_not_say_that_a_disk_has_room():
    now = timezone.now()
    moments = {"opened_at": now - timedelta(hours=1), "seen_at": now - timedelta(hours=1)}
    factories.make_incident(subject="elsewhere", **moments)
    here = factories.make_incident(subject=process_identity.host(), **moments)
    incident_watch.evaluate(now)
    assert list(Incident.objects.exclude(resolved_at=None)) == [here]
    incident_watch.evaluate(now + timedelta(days=1))  # a machine that is gone
    assert not Incident.objects.open().exists()


def test_a_full_disk_is_an_incident_of_this_machine(settings):
    settings.DISK_MIN_MB = 10**12
    incident_watch.evaluate()
    incident = Incident.objects.get()
    assert (incident.kind, incident.subject) == ("disk", process_identity.host())


def test_webhooks_hear_of_both_ends():
    WebhookEndpoint.objects.create(
        name="OPS", url="https://ops.example.com", events=["incident.opened", "incident.resolved"]
    )
    late_callback()
    now = timezone.now()
    incident_watch.evaluate(now)
    Callback.objects.all().delete()
    incident_watch.evaluate(now + CALM)
    events = list(WebhookDelivery.objects.order_by("pk"))
    assert [one.event for one in events] == ["incident.opened", "incident.resolved"]
    assert {one.parsed["data"]["kind"] for one in events} == {"callbacks_wait"}


@pytest.mark.parametrize("because", ["failing", "gone"])
def test_a_webhook_that_was_switched_off_is_an_incident_until_on(because):
    off = WebhookEndpoint.objects.create(name="OA", url="https://oa.example.com", events=["incident.opened"])
    now = timezone.now()
    incident_watch.evaluate(now)
    assert not Incident.objects.exists()
    hooks.set_enabled(off, on=False, because=because)
    incident_watch.evaluate(now)
    incident = Incident.objects.get()
    assert (incident.kind, incident.subject) == ("webhook_off", str(off.pk))
    with translation.override("en"):
        assert "“OA” gets no webhooks" in condition_of(incident).words(incident)
    assert [alert.news for alert in Alert.objects.all()] == ["opened"]
    hooks.set_enabled(off, on=True)
    incident_watch.evaluate(now + CALM)
    incident.refresh_from_db()
    assert incident.resolved_at == now + CALM
    assert [alert.news for alert in Alert.objects.order_by("pk")] == ["opened", "resolved"]


def test_a_webhook_that_a_person_switches_off_is_no_incident():
    hooks.set_enabled(WebhookEndpoint.objects.create(name="OA", url="https://oa.example.com"), on=False)
    incident_watch.evaluate()
    assert not Incident.objects.exists()


def test_without_channels_an_incident_is_recorded_all_the_same(settings):
    settings.ALERTS = {**settings.ALERTS, "GROUP_URL": "", "MAIL_TO": []}
    late_callback()
    incident_watch.evaluate()
    assert Incident.objects.open().count() == 1
    assert not Alert.objects.exists()


def test_each_condition_is_found_and_has_words_and_a_page(settings):
    now = timezone.now()
    late = {"due_at": now - timedelta(hours=1)}
    application = factories.make_application(
        is_default=True,
        probe_at=now,
        failing_since=now - timedelta(minutes=5),
        held_until=now + timedelta(minutes=2),
        held_reason="60020",
    )
    factories.make_callback(application, **late)
    factories.make_outbound(application, **late)
    factories.make_outbound(
        application, status="failed", reason=Outbound.Reason.UNKNOWN, finished_at=now - timedelta(hours=1)
    )
    factories.make_render(**late)
    for reason in ("unlabelled", "no_face", "no_face"):
        factories.make_render(status="failed", reason=reason, finished_at=now)
    settings.DISK_MIN_MB = 10**12
    WebhookEndpoint.objects.create(name="OA", url="https://oa.example.com", enabled=False, off_because="gone")
    incident_watch.evaluate(now)
    found = {incident.kind: incident for incident in Incident.objects.all()}
    assert set(found) == set(Incident.Kind.values) - {"logins", "spool", "days_unknown"}
    for incident in found.values():
        condition = condition_of(incident)
        assert condition.path(incident).startswith("/admin/")
        with translation.override("zh-hans"):
            chinese = condition.words(incident), condition.remedy(incident), incident.get_kind_display()
        with translation.override("en"):
            assert not {condition.words(incident), condition.remedy(incident)} & set(chinese)


def test_every_kind_has_one_condition():
    assert sorted(condition.kind for condition in CONDITIONS) == sorted(Incident.Kind.values)


def test_asking_costs_few_statements(django_assert_max_num_queries):
    with django_assert_max_num_queries(27):
        incident_watch.evaluate()


def test_old_incidents_go_with_their_alerts_and_open_ones_stay():
    now = timezone.now()
    long_ago = {"opened_at": now - timedelta(days=366), "seen_at": now}
    factories.make_alert(incident=factories.make_incident(**long_ago, resolved_at=now))
    kept = {factories.make_incident(**long_ago), factories.make_incident(resolved_at=now)}
    incident_watch.delete_old(now)
    assert set(Incident.objects.all()) == kept
    assert not Alert.objects.exists()


def test_callbacks_that_were_set_aside_are_an_incident_until_a_person_looked(settings, tmp_path):
    settings.WECOM = {**settings.WECOM, "SPOOL_DIR": str(tmp_path)}
    broken = tmp_path / f"{1_790_000_000 * 10**9:020}-a.jsonl.broken"
    broken.write_text("half a li\n")
    incident_watch.evaluate()
    (incident,) = Incident.objects.all()
    assert (incident.kind, incident.details["count"]) == ("spool", 1)
    broken.unlink()
    incident_watch.evaluate(timezone.now() + timedelta(days=2))  # it has been calm for long
    incident.refresh_from_db()
    assert incident.resolved_at is not None
