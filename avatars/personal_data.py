"""Personal data of digital humans' rows, for the registry in `core.personal_data`."""

import secrets
from collections.abc import Collection
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from avatars import services
from avatars.models import Consent, DigitalHuman, Narration, PortraitVideo, Render, Rendition, Voice
from avatars.pipeline import spoken_segments
from avatars.rendering import render_retention
from core.personal_data.holding_registry import register, without_personal_data
from core.personal_data.holdings import Holding, Kind, Person
from core.personal_data.work_rows import ERASED, WorkHolding

CONSENTS = Kind(key="consents", label=_("consents"))
SCRIPTS = Kind(
    key="scripts", label=_("scripts of videos and narrations"), days=lambda: settings.RETENTION["SCRIPTS_DAYS"]
)
LEASE = ("lease_owner", "lease_until", "woken_at", "order_key", "gave_way")


class ScriptHolding(WorkHolding):
    """Scripts of videos and narrations. The rows stay, for statistics, and no request finds them by their words."""

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        super().clear(pks, person)
        for row in self.rows(pks):
            self.rows([row.pk]).update(content_hash=secrets.token_hex(32))
            if person:
                self.delete_files(row)

    def delete_files(self, row: Any) -> None:
        """Delete the files of a row that was erased."""
        raise NotImplementedError

    def expired(self, before: datetime) -> "models.QuerySet[Any]":
        rows = self.rows().filter(self.ended, finished_at__lt=before)
        return rows.exclude(text="", recipe={})

    def erase(self, pks: Collection[int], person: Person) -> int:
        if pks:
            # Pieces of speech and pictures are kept by the digest of their input, not by requester.
            services.forget_speech()
            spoken_segments.segment_cache(Path(settings.AVATARS["CACHE_DIR"])).purge()
        return super().erase(pks, person)


class RenderHolding(ScriptHolding):
    """Scripts of videos, with the videos on erasure."""

    def file_names(self, row: Render) -> list[str]:
        files = (row.video, row.captions, row.translated_captions, row.poster, row.recording)
        return [str(file.name) for file in files if file]

    def delete_files(self, row: Render) -> None:
        render_retention.delete_files(row)
        transaction.on_commit(partial(services.forget_video_preview, row), robust=True)


class NarrationHolding(ScriptHolding):
    """Scripts of voice messages, with the recordings on erasure."""

    def delete_files(self, row: Narration) -> None:
        render_retention.delete_narration(row)

    def file_names(self, row: Narration) -> list[str]:
        return list(row.parts)


class ConsentHolding(Holding):
    """Consents that have ended lose the name and the evidence; the hash, the dates and the purposes stay.

    An erasure withdraws the expired ones, so that the picture and the sound of the person go too.
    """

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        for row in self.rows(pks).filter(withdrawn_at=None) if person else ():
            services.withdraw_consent(row, by="", reason=ERASED)
        super().clear(pks, person)

    def refusal(self, person: Person) -> str:
        held = Consent.objects.filter(pk__in=self.find(person), withdrawn_at=None)
        open_ones = [row for row in held if row.state() != Consent.State.EXPIRED]
        if not open_ones:
            return ""
        numbers = ", ".join(f"#{row.pk}" for row in open_ones)
        return gettext("Withdraw consent %s first: videos may show or voice this person.") % numbers


def register_models() -> None:
    """Called once, when the app is ready."""
    blank: dict[str, Any] = {"text": "", "recipe": {}, "hint": "", "notes": []}
    hidden = (*LEASE, "recipe", "content_hash")
    register(
        ConsentHolding(
            Consent,
            CONSENTS,
            of=_named,
            blank={"reference": "", "evidence": "", "withdrawn_reason": ""},
            renamed=lambda person: {"person": person.alias},
            files=("evidence",),
        ),
        Holding(DigitalHuman, CONSENTS),
        # Deleted with the consent of the person that it shows, or with its digital human.
        WorkHolding(PortraitVideo, CONSENTS, files=("upload", "video"), hidden=(*LEASE, "findings")),
        Holding(Voice, CONSENTS),
        # Renditions of a render go with it; renditions of an uploaded file have files of their own.
        WorkHolding(Rendition, SCRIPTS, files=("source", "video"), hidden=LEASE),
        RenderHolding(Render, SCRIPTS, age="finished_at", blank=blank, hidden=hidden),
        NarrationHolding(Narration, SCRIPTS, age="finished_at", blank={"text": "", "recipe": {}}, hidden=hidden),
    )
    without_personal_data(
        {
            "avatars.EngineFailure": "failures of an engine",
            "avatars.LexiconEntry": "what administrators wrote for everyone",
            "avatars.Likeness": "which picture or voice a consent covers; the name is in the consent",
            "avatars.Presentation": "what administrators wrote for everyone",
            "avatars.PresentationScene": "what administrators wrote for everyone",
            "avatars.PresentationVariable": "what administrators wrote for everyone",
            "avatars.RenderTemplate": "what administrators wrote for everyone",
            "avatars.Statement": "that a picture is drawn or a voice synthetic: no person is shown or heard",
            "avatars.TemplateVariable": "what administrators wrote for everyone",
        }
    )


def _named(person: Person) -> Q:
    return Q(reference__iexact=person.user_id) | Q(reference="", person__in=[name for name in person.names if name])
