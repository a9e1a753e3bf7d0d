"""How long a video takes, learned from those made here."""

from statistics import median

from django.db.models import Q, QuerySet, Sum

from avatars.models import Render

HISTORY = 20
# Seconds with a warm studio on two cores, by tests/benchmarks/text_to_video.py; other machines learn their own.
START = 1.5
PER_CHARACTER = {"zh": 0.13, "en": 0.035}


def render_seconds(text: str, mode: str) -> float:
    """Seconds of work for a script, from the last renders of the same mode, else from figures of a small machine."""
    done = Render.objects.filter(status=Render.Status.DONE, mode=mode, took_seconds__gt=0).order_by("-finished_at")
    history = done.values_list("took_seconds", "text")[:HISTORY]
    ratios = [took / _guess(words) for took, words in history if took]
    return _guess(text) * (median(ratios) if ratios else 1.0)


def wait_seconds(render: Render) -> float:
    """Seconds until a render is done: what is before it, shared by the workers that are busy with it, and itself."""
    if render.is_finished:
        return 0.0
    if render.status == Render.Status.RUNNING:
        return _remaining(render.estimated_seconds, render.progress)
    others = Render.objects.exclude(pk=render.pk)
    # Whatever runs already is finished first, urgent or not.
    running = others.filter(status=Render.Status.RUNNING).values_list("estimated_seconds", "progress")
    before = [_remaining(seconds, progress) for seconds, progress in running]
    waiting = float(_sooner(render).aggregate(total=Sum("estimated_seconds"))["total"] or 0.0)
    return (sum(before) + waiting) / max(1, len(before)) + render.estimated_seconds


def place(render: Render) -> int:
    """Its place in the queue, from 1; 0 where it does not wait any more."""
    if render.status != Render.Status.QUEUED:
        return 0
    return _sooner(render).count() + 1


def _sooner(render: Render) -> QuerySet[Render]:
    queued = Render.objects.exclude(pk=render.pk).filter(status=Render.Status.QUEUED)
    return queued.filter(Q(priority__gt=render.priority) | Q(priority=render.priority, pk__lt=render.pk))


def _remaining(seconds: float, progress: int) -> float:
    return seconds * (1 - progress / 100)


def _guess(text: str) -> float:
    return START + sum(PER_CHARACTER["zh" if ord(char) > 0x2E7F else "en"] for char in text)
