"""Estimates of when a video is ready."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from avatars.models import Outcome, Render
from avatars.models.stages import Stage, StageRun, entry
from avatars.rendering import estimates
from core.models import WorkerProcess
from tests.support import factories

pytestmark = pytest.mark.django_db

CHINESE = "你好，我是你的数字人助手，很高兴认识你。"
ENGLISH = "Welcome to the company."


@pytest.fixture
def human():
    return factories.make_digital_human()


def make_history(human, factor, *, count=20, mode="lipsync", spread=0.2, seed=1):
    """Finished renders of a machine that is `factor` times as slow as ours, give or take."""
    chance = random.Random(seed)
    taken = []
    for number in range(count):
        text = (CHINESE if number % 3 else ENGLISH) * (1 + number % 4)
        taken.append(factor * chance.lognormvariate(0, spread))
        factories.make_render(
            human,
            text=text,
            mode=mode,
            status=Render.Status.DONE,
            took_seconds=taken[-1] * estimates.warm_seconds(text),
            finished_at=timezone.now() - timedelta(hours=count - number),
        )
    return sorted(taken)


def make_waiting(human, seconds, **fields):
    return factories.make_render(human, estimated_seconds=seconds, **fields)


@pytest.mark.parametrize(
    ("text", "measured"),
    # A sentence each, and ten sentences of 46.9 s and 33.3 s of speech at a real-time factor of 0.70.
    [(CHINESE, 3.9), (ENGLISH, 2.6), ("字" * 202, 32.8), ("e" * 570, 23.3)],
    ids=["zh", "en", "zh-ten", "en-ten"],
)
def test_without_history_the_estimate_is_that_of_a_small_machine(human, text, measured):
    make_history(human, 1.0, count=1, mode="talking_head")
    assert estimates.estimate_seconds(text, "enhanced_talking_head") == pytest.approx(measured, rel=0.2)


def test_the_first_estimate_of_an_installation_counts_the_cold_start(human):
    """A fresh installation on two cores said 1.75 s for these words, and took 9.1 s."""
    first = estimates.estimate("Hello there.", "lipsync")
    assert first.likely == pytest.approx(9.1, rel=0.1)
    assert first.low < 9.1 < first.high
    own = make_waiting(human, first.likely)
    assert estimates.estimate("Hello there.", "lipsync", own=own.pk) == first
    assert estimates.estimate("Hello there.", "lipsync").likely == pytest.approx(1.75, rel=0.1), "it is warm by then"
    own.delete()
    remember(human, "Hello there.", 9.1)
    assert estimates.estimate("Hello there.", "lipsync").likely == pytest.approx(1.75, rel=0.1)


def test_a_longer_text_takes_longer_and_none_is_free():
    short, long = (estimates.estimate_seconds(CHINESE * times, "lipsync") for times in (1, 10))
    assert 0 < short < long < 10 * short
    assert estimates.estimate_seconds("", "lipsync") > 0


def test_videos_of_pieces_and_others_say_nothing_of_each_other(human):
    make_history(human, 3.0)
    whole = estimates.estimate(CHINESE, "lipsync")
    assert whole.likely > 2 * estimates.warm_seconds(CHINESE)
    assert estimates.estimate(CHINESE, "lipsync", spliced=True).likely == estimates.warm_seconds(CHINESE)
    Render.objects.update(recipe={"cuts": [5]})
    assert estimates.estimate(CHINESE, "lipsync", spliced=True) == whole
    assert estimates.estimate_seconds(CHINESE, "lipsync") == estimates.warm_seconds(CHINESE)


def deck(*layouts, speaker=0):
    """A deck with a scene of each layout, which share the text of `CHINESE`."""
    share = len(CHINESE) // len(layouts)
    scenes = [{"begin": share * place, "layout": layout} for place, layout in enumerate(layouts)]
    return {"scenes": [*scenes[:-1], {**scenes[-1], "speaker": speaker}]}


def test_scenes_and_a_second_person_take_longer():
    alone, two, talk = (
        estimates.estimate(CHINESE, "lipsync", deck=made).likely
        for made in (deck("human"), deck("human", "corner"), deck("dialogue", "dialogue"))
    )
    assert estimates.estimate_seconds(CHINESE, "lipsync") < alone < two < talk
    apart = estimates.warm_seconds(CHINESE, deck("human", "human", speaker=1))
    assert estimates.warm_seconds(CHINESE, deck("human", "human")) < apart < estimates.warm_seconds(CHINESE, TALK)


def test_presentations_learn_from_presentations_and_before_the_first_from_videos(human):
    make_history(human, 3.0)
    before = estimates.estimate(CHINESE, "lipsync", deck=TALK)
    assert before.likely > 2 * estimates.warm_seconds(CHINESE, TALK)
    took = 0.5 * estimates.warm_seconds(CHINESE, TALK)
    made = {"text": CHINESE, "took_seconds": took, "recipe": {"cuts": [0], "deck": TALK}}
    factories.make_render(human, status=Render.Status.DONE, finished_at=timezone.now(), **made)
    assert estimates.estimate(CHINESE, "lipsync", deck=TALK).likely == pytest.approx(took)
    assert estimates.estimate(CHINESE, "lipsync", spliced=True).likely == estimates.warm_seconds(CHINESE)


TALK = deck("dialogue", "dialogue")


@pytest.mark.parametrize("factor", [0.2, 1.0, 6.0])
@pytest.mark.parametrize("seed", range(3))
def test_after_twenty_renders_the_estimate_lies_where_most_of_them_lay(human, factor, seed):
    unlearned = estimates.warm_seconds(CHINESE)
    factors = make_history(human, factor, seed=seed)
    learned = estimates.estimate_seconds(CHINESE, "lipsync")
    assert factors[2] * unlearned <= learned <= factors[17] * unlearned


def test_one_odd_render_does_not_spoil_the_estimate(human):
    make_history(human, 1.0, spread=0)
    before = estimates.estimate_seconds(CHINESE, "lipsync")
    factories.make_render(human, text=CHINESE, status="done", took_seconds=900, finished_at=timezone.now())
    assert estimates.estimate_seconds(CHINESE, "lipsync") == pytest.approx(before)


@pytest.mark.databases
def test_only_recent_renders_count_for_the_estimate(human):
    make_history(human, 8.0, count=30, spread=0)
    for number in range(estimates.HISTORY):
        took = estimates.warm_seconds(CHINESE)
        finished_at = timezone.now() + timedelta(seconds=number)
        factories.make_render(human, text=CHINESE, status="done", took_seconds=took, finished_at=finished_at)
    assert estimates.estimate_seconds(CHINESE, "lipsync") == pytest.approx(
        estimates.estimate_seconds(CHINESE, "talking_head")
    )


def test_each_mode_learns_from_its_own(human):
    make_history(human, 5.0, mode="lipsync")
    assert estimates.estimate_seconds(CHINESE, "talking_head") == estimates.warm_seconds(CHINESE)


def test_failed_renders_teach_nothing(human):
    before = estimates.estimate_seconds(CHINESE, "lipsync")
    factories.make_render(human, text=CHINESE, status="failed", took_seconds=500, finished_at=timezone.now())
    assert estimates.estimate_seconds(CHINESE, "lipsync") == before


def test_whoever_is_next_waits_for_nobody(human):
    assert estimates.seconds_left(make_waiting(human, 7.0)) == 7.0


def test_the_time_left_falls_with_progress_and_ends_at_zero(human):
    render = make_waiting(human, 10.0, status="running")
    left = []
    for progress in (0, 30, 55, 90, 100):
        render.progress = progress
        left.append(estimates.seconds_left(render))
    assert left == sorted(left, reverse=True)
    assert (left[0], left[-1]) == (10.0, 0.0)
    for status in ("done", "failed", "cancelled"):
        render.status = status
        assert estimates.seconds_left(render) == 0.0


@pytest.mark.databases
def test_only_the_queue_before_a_render_counts(human):
    make_waiting(human, 5.0)
    make_waiting(human, 3.0, priority=20)
    mine = make_waiting(human, 10.0)
    make_waiting(human, 100.0)
    make_waiting(human, 100.0, status="done")
    make_waiting(human, 100.0, status="cancelled")
    assert estimates.seconds_left(mine) == pytest.approx(18.0)


def test_what_runs_already_is_finished_first_even_if_it_is_less_urgent(human):
    make_waiting(human, 10.0, status="running", progress=75, priority=10)
    assert estimates.seconds_left(make_waiting(human, 4.0, priority=20)) == pytest.approx(2.5 + 4.0)


def test_a_bulk_render_that_runs_waits_for_what_somebody_waits_for(human):
    make_waiting(human, 10.0, status="running", progress=75, priority=0)
    assert estimates.seconds_left(make_waiting(human, 4.0, priority=20)) == pytest.approx(4.0)
    assert estimates.seconds_left(make_waiting(human, 5.0)) == pytest.approx(2.5 + 4.0 + 5.0)


def began(seconds):
    """The stages of a render that began so many seconds ago."""
    at = timezone.now() - timedelta(seconds=seconds)
    run = StageRun(attempt=0, stage=Stage.SPEAKING, began_at=at, ended_at=None, outcome=Outcome.RUNNING)
    return [entry(run)]


def test_the_pace_of_now_counts_on_a_busy_machine(human):
    """14.7 s of work took 210 s beside other work."""
    running = make_waiting(human, 10.0, status="running", progress=50, priority=20, stages=began(50))
    assert estimates.seconds_left(running) == pytest.approx(50, rel=0.05)
    assert estimates.seconds_left(make_waiting(human, 4.0, priority=20)) == pytest.approx(50 + 40, rel=0.05)
    stuck = make_waiting(human, 10.0, status="running", progress=5, priority=20, stages=began(60))
    assert estimates.seconds_left(stuck) > 100
    fresh = make_waiting(human, 10.0, status="running", progress=5, priority=20, stages=began(0.3))
    assert estimates.seconds_left(fresh) == pytest.approx(9.5)


@pytest.mark.databases
def test_idle_workers_share_the_queue_too(human):
    queues = {"queues": "render", "heartbeat_at": timezone.now(), "looped_at": timezone.now()}
    for number in range(3):
        WorkerProcess.objects.create(token=f"w{number}", host="here", pid=number, **queues)
    for _ in range(5):
        make_waiting(human, 6.0)
    assert estimates.seconds_left(make_waiting(human, 4.0)) == pytest.approx(30 / 3 + 4)


@pytest.mark.databases
def test_a_campaign_waits_for_all_that_is_in_front_of_its_videos(human):
    make_waiting(human, 10.0, status="running", progress=50)
    make_waiting(human, 6.0)
    make_waiting(human, 3.0, priority=20)
    assert estimates.seconds_of_bulk(82 * 8.0) == pytest.approx(5 + 6 + 3 + 82 * 8)


def test_two_workers_share_the_queue(human):
    for _ in range(2):
        make_waiting(human, 10.0, status="running", progress=50)
    make_waiting(human, 6.0)
    assert estimates.seconds_left(make_waiting(human, 4.0)) == pytest.approx((5 + 5 + 6) / 2 + 4.0)


# ---- the span in which four of five end


def machine(text, chance):
    """Seconds that another machine takes: not in proportion to our guess, and never twice the same."""
    return (3.0 + 0.2 * len(text)) * chance.lognormvariate(0, 0.25)


def remember(human, text, took, *, host="", mode="lipsync", number=0):
    factories.make_render(
        human,
        text=text,
        mode=mode,
        host=host,
        status=Render.Status.DONE,
        took_seconds=took,
        finished_at=timezone.now() + timedelta(seconds=number),
    )


@pytest.mark.parametrize("seed", range(8))
def test_after_twenty_renders_the_span_holds_at_least_seven_of_ten(human, seed):
    chance = random.Random(seed)
    lengths = [chance.randint(10, 300) for _ in range(20)]
    for number, length in enumerate(lengths):
        remember(human, "字" * length, machine("字" * length, chance), number=number)
    held = 0
    for length in [chance.randint(10, 300) for _ in range(50)]:
        span = estimates.estimate("字" * length, "lipsync")
        assert span.low <= span.likely <= span.high
        held += span.low <= machine("字" * length, chance) <= span.high
    assert held >= 35


def test_the_span_of_an_estimate_follows_the_variance(human):
    make_history(human, 1.0, spread=0.02, mode="lipsync")
    make_history(human, 1.0, spread=0.6, mode="talking_head")
    steady, varied = (estimates.estimate(CHINESE, mode) for mode in ("lipsync", "talking_head"))
    assert (steady.high - steady.low) * 4 < varied.high - varied.low


def test_few_cases_promise_less_than_many(human):
    unlearned = estimates.estimate(CHINESE, "lipsync")
    make_history(human, 1.0, spread=0.05, count=3)
    few = estimates.estimate(CHINESE, "lipsync")
    make_history(human, 1.0, spread=0.05, count=20, seed=2)
    many = estimates.estimate(CHINESE, "lipsync")
    assert many.high - many.low < few.high - few.low < unlearned.high - unlearned.low


def test_a_long_script_learns_from_long_ones(human):
    for number in range(20):
        remember(human, "字" * 20, 10.0 * estimates.warm_seconds("字" * 20), number=number)
        remember(human, "字" * 300, 2.0 * estimates.warm_seconds("字" * 300), number=number)
    ratio = estimates.estimate_seconds("字" * 280, "lipsync") / estimates.warm_seconds("字" * 280)
    assert ratio == pytest.approx(2.0)


@pytest.mark.databases
def test_each_host_learns_from_its_own_and_a_new_one_from_all(human):
    for number in range(10):
        remember(human, CHINESE, 3.0, host="fast", number=number)
        remember(human, CHINESE, 30.0, host="slow", number=number)
    likely = {name: estimates.estimate(CHINESE, "lipsync", host=name).likely for name in ("fast", "slow")}
    assert likely == pytest.approx({"fast": 3.0, "slow": 30.0})
    both = estimates.estimate(CHINESE, "lipsync", host="new")
    assert (both.low, both.high) == pytest.approx((3.0, 30.0))


def test_spans_of_a_queue_add_up_as_chances_do(human):
    for _ in range(4):
        make_waiting(human, 10.0, estimated_low=8.0, estimated_high=12.0)
    span = estimates.time_left(make_waiting(human, 10.0, estimated_low=8.0, estimated_high=12.0))
    assert span.likely == pytest.approx(50.0)
    assert (span.low, span.high) == pytest.approx((50 - 20**0.5, 50 + 20**0.5))
