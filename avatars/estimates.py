"""How long a video takes, learned from those made here."""

from statistics import median

from django.db.models import Sum

from avatars.models import Render

HISTORY = 20
START = 3.0
PER_CHARACTER = {"zh": 0.30, "en": 0.10}


def render_seconds(text: str, mode: str) -> float:
    """Seconds of work for a script, from the last renders of the same mode, else from figures of a small machine."""
    done = Render.objects.filter(status=Render.Status.DONE, mode=mode, took_seconds__gt=0).order_by("-finished_at")
    history = done.values_list("took_seconds", "text")[:HISTORY]
    ratios = [took / _guess(words) for took, words in history if took]
    return _guess(text) * (median(ratios) if ratios else 1.0)


def wait_seconds(render: Render) -> float:
    """Seconds until a render is done: what is before it in the queue, and itself."""
    if render.is_finished:
        return 0.0
    remaining = render.estimated_seconds * (1 - render.progress / 100)
    if render.status == Render.Status.RUNNING:
        return remaining
    unfinished = Render.objects.filter(status__in=Render.UNFINISHED).exclude(pk=render.pk)
    ahead = unfinished.filter(priority__gt=render.priority) | unfinished.filter(
        priority=render.priority, pk__lt=render.pk
    )
    return remaining + float(ahead.aggregate(total=Sum("estimated_seconds"))["total"] or 0.0)


def _guess(text: str) -> float:
    return START + sum(PER_CHARACTER["zh" if ord(char) > 0x2E7F else "en"] for char in text)
