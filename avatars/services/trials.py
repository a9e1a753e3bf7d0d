"""Try what can be plugged in."""

import secrets

from django.db import transaction
from django.utils.translation import gettext

from avatars import circuits, consents, estimates, recipes
from avatars.exceptions import AvatarError
from avatars.models import DigitalHuman, Render, Voice
from avatars.roster import TRIABLE, Kind
from avatars.services.renders import TEST, check_script
from openuser.lib import backends


@transaction.atomic
def try_engine(kind: str, name: str, text: str) -> Render:
    """A short video by this engine, of whichever digital human there is; the row says whether another stood in.

    Raises `LookupError` for one that is not configured or cannot be tried, `AvatarError` where there is no digital
    human yet, `ConsentError` where none of them may be shown.
    """
    chosen = next((each for each in TRIABLE if each.value == kind and name in backends.names(each.setting)), None)
    if chosen is None:
        raise LookupError(name)
    everybody = DigitalHuman.objects.select_related("voice").order_by("pk")
    human = consents.usable(everybody).first() or everybody.first()
    if human is None:
        raise AvatarError(
            gettext("There is no digital human yet."),
            code="no_digital_human",
            remedy=gettext("Make one, then try again."),
        )
    text, consent = check_script(text), consents.basis(human)
    recipe = recipes.freeze(human, text, mode=human.mode, consent=consent)
    if chosen is Kind.RENDER:
        recipe["render_engine"] = name
    elif name != human.voice.engine:
        recipe |= {"speech_engine": name, "voice": _voice(name)}
    # Made anew each time: what was made before says nothing about now.
    recipe["trial"] = secrets.token_hex(8)
    circuits.worked(kind, name)
    render = Render.objects.create(
        digital_human=human,
        text=text,
        mode=human.mode,
        recipe=recipe,
        consent=consent,
        content_hash=recipes.digest(text, recipe),
        priority=TEST,
        estimated_seconds=estimates.render_seconds(text, human.mode),
    )
    render.wake()
    return render


def _voice(engine: str) -> str:
    """A voice to try an engine with: one that somebody uses, else the one that the settings name."""
    used = Voice.objects.filter(engine=engine).values_list("key", flat=True).first()
    return used or str(backends.entry(Kind.SPEECH.setting, engine).get("voice", ""))
