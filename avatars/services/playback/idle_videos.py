"""The idle video of a digital human: it breathes, blinks and listens, and its end leads into its beginning.

Pages play it over and over while a video is being made. It is a render like any other, with a label and under consent.
"""

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from avatars import consent
from avatars.exceptions import ConsentError
from avatars.models import DigitalHuman, Render
from avatars.rendering import recipes
from avatars.services.identical_renders import request_recipe
from avatars.services.portrait_videos import check_background
from avatars.services.render_requests import CAMPAIGN


@transaction.atomic
def request_idle_video(human: DigitalHuman, *, requester: str = "", cid: str = "") -> Render:
    """The render of its idle video as it looks now: the one there is, else a new one in the queue.

    Raises `ConsentError` where the person in the photograph has not agreed, `QuotaExceeded` for one render too many,
    `MediaError` where the background of a portrait video is to be replaced.
    """
    check_background(human, human)
    decision = consent.decide(human, spoken=False)
    recipe = recipes.freeze_loop(human, decision=decision)
    what = {"digital_human": human, "text": "", "mode": recipe["mode"], "recipe": recipe, "template": None}
    # A bulk render: requests of members come first.
    wish = {"priority": CAMPAIGN, "requester": requester, "cid": cid, "purpose": ""}
    render = request_recipe(what, wish, decision=decision)
    DigitalHuman.objects.filter(pk=human.pk).update(idle_render=render)
    human.idle_render = render
    return render


def idle_video(human: DigitalHuman, *, purpose: str = "") -> Render | None:
    """The idle video that can be shown for a purpose; None where there is none of the portrait that it has now, or a
    person who is shown does not agree (any more)."""
    render: Render | None = human.idle_render
    if render is None or not _is_of_now(human, render) or getattr(human, "idle_allowed", True) is False:
        return None
    if purpose and render.consent is not None and not render.consent.covers(purpose):
        return None
    if not hasattr(human, "idle_allowed"):
        try:
            consent.check(render)
        except ConsentError:
            return None
    return render


def annotate_idle_videos(humans: QuerySet[DigitalHuman]) -> QuerySet[DigitalHuman]:
    """With `idle_allowed`, whether consents cover their idle videos, so that `idle_video` needs no query."""
    shown = Render.objects.filter(consent.allowed_renders(), pk=OuterRef("idle_render"))
    return humans.select_related("idle_render__consent").annotate(idle_allowed=Exists(shown))


def _is_of_now(human: DigitalHuman, render: Render) -> bool:
    made = render.status == Render.Status.DONE and bool(render.video)
    return made and render.recipe.get("portrait") == human.portrait.name
