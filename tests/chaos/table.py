"""The rows of `python -m tests.chaos`: what breaks, what must hold, and which command plays it."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

Line = tuple[str, ...]
PYTEST: Line = ("-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A fault with what must hold, and the command lines that show it. `{seed}` stands for the seed of the run.

    Attributes:
        limit: seconds on two idle cores. What earlier rows leave is added; a row that takes longer has failed.
        short: what is played instead with `--short`; empty if only the whole row makes sense.
    """

    id: str
    fault: str
    holds: str
    limit: int
    lines: tuple[Line, ...]
    short: tuple[Line, ...] = ()

    def commands(self, *, seed: int, short: bool) -> Iterator[list[str]]:
        """The command lines with this seed."""
        for line in (self.short or self.lines) if short else self.lines:
            yield [sys.executable, *(word.format(seed=seed) for word in line)]


def tests(*names: str) -> Line:
    """Tests of the suite, by file or by ID below `tests/`, with their thorough cases."""
    return (*PYTEST, *(f"tests/{name}" for name in names))


def command(module: str, *words: str) -> Line:
    """A command of `tests`, which prints figures and fails by its exit code."""
    return ("-m", f"tests.{module}", *words)


def on_both(*names: str) -> tuple[Line, Line]:
    """Tests of the suite, on SQLite and on PostgreSQL."""
    return tests(*names), command("support.servers.on_postgres", *(f"tests/{name}" for name in names))


def scenario(name: str) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """A scenario, and its short form."""
    line = command("chaos.scenarios", name, "--seed", "{seed}")
    return (line,), ((*line, "--short"),)


def row(id: str, fault: str, holds: str, limit: int, *lines: Line) -> Row:
    return Row(id=id, fault=fault, holds=holds, limit=limit, lines=lines)


def played(id: str, fault: str, holds: str, limit: int, name: str) -> Row:
    lines, short = scenario(name)
    return Row(id=id, fault=fault, holds=holds, limit=limit, lines=lines, short=short)


MINUTES = 55  # of all rows
DOOR = ("--callbacks", "200", "--seconds", "50")
ONCE = "the ledger has one answer to each question"
ROWS: tuple[Row, ...] = (
    played(
        "K1",
        "12 kills of web, 3 crashes of PostgreSQL, 200 callbacks/s",
        "all acknowledged and recorded once, < 5 s",
        75,
        "web_kills",
    ),
    played(
        "K2",
        "8 kills of web on SQLite, 200 callbacks/s",
        "all acknowledged and recorded once, < 5 s",
        60,
        "web_kills_on_sqlite",
    ),
    played(
        "K3",
        "kills of every process during 500 /video for 50 videos",
        "each gets one video or its words, no row or file is left",
        270,
        "videos",
    ),
    row(
        "K4",
        "death at every named point",
        "the ledger has one of everything",
        170,
        tests("chaos/crash_points", "chaos/test_campaign.py"),
    ),
    row(
        "K5",
        "senders stopped past their lease (SIGSTOP)",
        "the ledger has every message once",
        110,
        command(
            "chaos.delivery", "--messages", "600", "--kills", "0", "--restarts", "0", "--stops", "6", "--seed", "{seed}"
        ),
    ),
    played(
        "K6",
        "PostgreSQL: sessions ended, crash, none to give, 10 s away",
        f"spool empty ≤ 10 s later, {ONCE}",
        100,
        "database",
    ),
    played("K7", "broker: killed, flushed, mute, 20 s away, full", f"all done ≤ 30 s later, {ONCE}", 110, "broker"),
    row(
        "K8",
        "every error and silence of the platform, and 20 % of all calls",
        "the state that each calls for; every message once",
        150,
        tests("wecom/client", "wecom/outbox/test_ambiguous_sends.py", "wecom/outbox/test_outages.py"),
        command(
            "chaos.delivery", "--messages", "600", "--kills", "4", "--restarts", "1", "--stops", "0", "--seed", "{seed}"
        ),
    ),
    played(
        "K9",
        "disks of database and videos full",
        f"callbacks go to the spool, a video waits for room, {ONCE}",
        100,
        "disk",
    ),
    row(
        "K10",
        "ffmpeg killed, stuck, missing; studio crashes",
        "tried again, then words instead; no process or file is left",
        60,
        tests(
            "avatars/pipeline/test_failures.py",
            "avatars/studio/test_studio.py",
            "avatars/rendering/test_render_failures.py",
        ),
    ),
    row(
        "K11",
        "card full or gone",
        "smaller batches, then the CPU",
        30,
        tests(
            "avatars/engines/wav2lip/test_wav2lip.py::test_a_card_that_is_full_gets_half_as_many_at_once",
            "avatars/rendering/test_engine_fallback.py",
        ),
    ),
    row(
        "K12",
        "memory limit",
        "tried a few times, then words instead",
        60,
        tests(
            "avatars/studio/test_studio.py::test_a_greedy_engine_meets_the_memory_limit",
            "avatars/rendering/test_render_failures.py::test_a_studio_that_keeps_dying_is_announced_once",
            "avatars/rendering/test_render_worker.py::test_a_render_whose_workers_always_die_becomes_text",
        ),
    ),
    played(
        "K13", "clocks ±400 s, and back 1 h during leases", f"{ONCE}, soon; the metric tells the skew", 140, "clocks"
    ),
    row(
        "K14",
        "media IDs forgotten or old",
        "uploaded again, one message",
        20,
        tests("wecom/outbox/test_media_messages.py"),
    ),
    row(
        "K15",
        "campaign: senders killed, database crashed, 20 % of calls",
        "every member has it once",
        220,
        command("chaos.campaign", "--members", "30000"),
        tests("scheduling/deliveries/test_pause_and_cancel.py"),
    ),
    played("K16", "three beats, one killed at a fire, one clock over it", "each minute is said once", 230, "beats"),
    played("K17", "upgrade under load, migrations beside a 7 s report", f"callbacks < 2 s, {ONCE}", 100, "upgrade"),
    row(
        "K18",
        "restore of a backup",
        "nothing is sent before a person agrees, nothing comes twice",
        60,
        tests("chaos/test_restored_installation.py", "scheduling/deliveries/test_restored_backup.py"),
    ),
    played("K19", "packets of database and broker lost", f"dead connections found ≤ 15 s, {ONCE}", 110, "half_open"),
    played("K20", "SIGTERM of everything under load", f"ended ≤ 30 s, no lease left, no 5xx, {ONCE}", 60, "drain"),
    row(
        "K21",
        "the process of bulk: stopped, killed, missing",
        "members are answered meanwhile, nothing is lost or doubled, another worker stands in",
        90,
        tests("journeys/test_lanes.py"),
        *on_both("core/work/lanes/test_stand_in.py"),
    ),
    row(
        "K22",
        "a handbook: its worker dies, it is replaced or deleted in the middle",
        "it goes on where it was, the earlier edition answers until the next is whole",
        40,
        *on_both("conversations/knowledge/documents/test_pieces.py"),
    ),
    row(
        "K23",
        "campaign with personal videos stopped in every way, its worker and who cancels die",
        "no video is made that nobody waits for, no row or file is left",
        90,
        *on_both("scheduling/deliveries/test_stopped_videos.py", "conversations/videos/test_ended_waits.py"),
    ),
    row(
        "K24",
        "a worker is killed in the call of a flow",
        "the call goes on, or the member hears of it, ≤ 8 s later",
        60,
        *on_both("chaos/crash_points/test_calls.py"),
    ),
    row(
        "K25",
        "`up` and the parent of web killed every 5 s at load 20",
        "callbacks acknowledged by another process and recorded once",
        150,
        command("chaos.door", "--mix", "parents", "--load", "18", "--seed", "{seed}", *DOOR, "--kills", "10"),
    ),
    row(
        "K26",
        "an update: `up` ended, then `migrate` waits 20 s, at load 8",
        "callbacks acknowledged by another process and recorded once",
        120,
        command("chaos.door", "--update", "--load", "6", "--seed", "{seed}", *DOOR, "--kills", "0"),
    ),
    played("D1", "1,000 callbacks, four copies each at once", f"a row each, {ONCE}", 75, "copies"),
    row(
        "D2",
        "a copy while the first is not committed",
        "both wait for the commit, one row",
        20,
        tests("wecom/callbacks/test_group_commit.py", "wecom/test_views.py::test_four_copies_at_once_are_one_callback"),
    ),
    row(
        "D3",
        "equal IDs of two members or applications, two events of a second",
        "all are kept",
        20,
        tests("wecom/callbacks/test_inbox.py", "wecom/client/test_default_application.py"),
    ),
    played("D4", "a recorded callback again after 1 min, 1 h, 7 d, 40 d", "no second action, ever", 75, "replays"),
    row(
        "D5",
        "spliced signatures",
        "refused",
        20,
        tests("wecom/test_crypto_splices.py", "wecom/callbacks/test_reception.py"),
    ),
    row(
        "F1",
        "100,000 hostile callbacks",
        "200, 403 or 413, no exception, flat memory",
        110,
        command("benchmarks.fuzz", "100000"),
    ),
    row("F2", "hostile bytes and queries of hypothesis", "refused, in time", 20, tests("wecom/callbacks/test_fuzz.py")),
    row(
        "F3",
        "requests that the API's schema allows",
        "no 5xx, nothing without a token",
        80,
        tests("openuser/api/test_schemathesis.py"),
    ),
    played("F4", "500 slow bodies", "cut ≤ 7 s, others ≤ 1 s", 40, "slow_bodies"),
)
