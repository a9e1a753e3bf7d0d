"""From phone to phone as the images run, with PgBouncer before PostgreSQL, and with RabbitMQ as the broker."""

import json
import subprocess
from collections.abc import Iterator

import psycopg
import pytest

from tests.journeys.test_production import ROLES, Server, follow, running
from tests.support.emulator import Person, wait_for
from tests.support.servers import pgbouncer, rabbitmq

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


class Pooled(Server):
    """PgBouncer lends few connections, for a transaction each."""

    def _postgres(self) -> str:
        url = super()._postgres()
        self.env |= self.by_file("DATABASE_DIRECT_URL", url)
        return self.closing.enter_context(pgbouncer.running(self.owner, url, pool_size=4))


class OnRabbitMQ(Server):
    """RabbitMQ wakes the workers, and a Valkey carries live pages."""

    def _valkey(self) -> str:
        self.env |= self.by_file("CHANNEL_URL", super()._valkey())
        self.rabbitmq = self.closing.enter_context(rabbitmq.running(self.owner))
        return self.rabbitmq.url


@pytest.fixture(scope="module", params=[Pooled, OnRabbitMQ], ids=["pgbouncer", "rabbitmq"])
def stack(request: pytest.FixtureRequest) -> Iterator[Server]:
    yield from running(request.param)


def doctor(stack: Server, *names: str, **env: str) -> dict[str, str]:
    """What checks found."""
    line = [word for name in names for word in ("--only", name)]
    try:
        said = stack.manage("doctor", "--json", *line, **env)
    except subprocess.CalledProcessError as error:  # as it should where something is wrong
        said = error.output
    return {one["check"]: one["level"] for one in json.loads(said)}


def test_every_process_is_healthy_and_the_doctor_finds_nothing(stack):
    for role in ROLES:
        wait_for(lambda role=role: stack.is_healthy(role), f"{role} to be healthy")
    names = ("database", "pooler", "migrations", "broker", "live-pages", "worker", "bulk", "render", "beat")
    assert doctor(stack, *names) == dict.fromkeys(names, "good")


@pytest.mark.parametrize("stack", [Pooled], indirect=True, ids=["pgbouncer"])
def test_the_doctor_names_a_pooler_that_the_settings_do_not_know(stack):
    assert doctor(stack, "pooler", DATABASE_DIRECT_URL_FILE="") == {"pooler": "bad"}


def test_an_answer_and_a_video_arrive_while_a_program_follows(stack, person: Person):
    person.writes("怎么请假")
    assert person.reads_text()
    token = stack.said.split()[-1]
    person.writes("/video 你好，我是你的数字人助手，很高兴认识你。")
    assert person.reads_text()
    assert follow(stack, token)[-1]["status"] == "done"
    (video,) = person.reads(seconds=120)
    assert video["msgtype"] == "video"
    assert stack.errors() == []


def test_a_worker_that_is_killed_is_replaced_by_the_next(stack, person: Person):
    stack.restart("worker")
    person.writes("怎么请假")
    assert person.reads_text()


@pytest.mark.parametrize("stack", [OnRabbitMQ], indirect=True, ids=["rabbitmq"])
@pytest.mark.parametrize("trouble", ["crashed", "full"])
def test_rabbitmq_may_be_gone_or_full_and_no_answer_is_lost(stack, person: Person, trouble: str):
    if trouble == "full":
        with stack.rabbitmq.full():
            person.writes("怎么请假")
            wait_for(lambda: is_recorded(stack, person), "the callback to be recorded", seconds=5)
    else:
        stack.rabbitmq.crash()
        person.writes("怎么请假")
    assert person.reads_text(seconds=120)
    assert len(person.received()) == 1


def is_recorded(stack: Server, person: Person) -> bool:
    with psycopg.connect(stack.postgres_url()) as connection:
        found = connection.execute("SELECT 1 FROM wecom_callback WHERE lower(from_user_id) = %s", [person.user_id])
        return found.fetchone() is not None
