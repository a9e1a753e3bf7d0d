"""The cost and the quality of an engine's video, to compare engines by."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from avatars import consent
from avatars.exceptions import AvatarError
from avatars.inspection.measures import Measures
from avatars.media.file_cache import MEGABYTE, FileCache
from avatars.models import Render, Stage
from avatars.reasons import render as reasons
from avatars.rendering import recipes
from avatars.studio.interactive import interactive_studio
from core.storage import local_copies

CACHE_LIMIT = 4 * MEGABYTE  # bytes: some thousand results, a few numbers each
# Raise it when the same video gives other measures.
VERSION = 1


@dataclass(frozen=True, kw_only=True)
class EngineResult:
    """The result of a video by a requested engine.

    `failure` is the reason for a fallback, in the reader's language, and `remedy` its remedy; both are "" if this
    engine drew it. Seconds are None where they are not known.
    """

    engine: str
    failure: str
    remedy: str
    first_seconds: float | None
    total_seconds: float | None
    engine_cpu_seconds: float | None
    cpu_seconds: float

    @property
    def is_its_own(self) -> bool:
        return not self.failure


def engine_result(render: Render) -> EngineResult:
    """The result of the engine that a finished render requested. Measures nothing."""
    engine = str(render.recipe.get("render_engine", ""))
    failed = next((note for note in render.notes if note.startswith(f"render:{engine}:")), "")
    code = failed.rpartition(":")[2]
    runs = {run.stage: run for run in render.timeline if run.attempt == render.attempts}
    speaking, drawing = runs.get(Stage.SPEAKING), runs.get(Stage.ANIMATING)
    first = None
    if speaking and drawing and drawing.first_seconds is not None:
        first = (drawing.began_at - speaking.began_at).total_seconds() + drawing.first_seconds
    return EngineResult(
        engine=engine,
        failure=reasons.words(code) if failed else "",
        remedy=reasons.advice(code) if failed else "",
        first_seconds=first,
        total_seconds=render.took_seconds,
        engine_cpu_seconds=drawing.cpu_seconds if drawing else None,
        cpu_seconds=render.cpu_seconds,
    )


def measure_video(render: Render) -> Measures:
    """The measures of a finished video; the first time takes seconds. Raises `AvatarError` where it has no file, or may
    not be shown."""
    consent.check(render)
    kept = FileCache(Path(settings.AVATARS["CACHE_DIR"]) / "measures", limit=CACHE_LIMIT)
    key = f"{render.content_id}.{VERSION}.json"
    if known := kept.get(key):
        return Measures(**json.loads(known))
    try:
        with local_copies.local_path(render.video.name or "") as video, interactive_studio() as studio:
            measured = studio.measure(recipes.video_spec(render), video)
    except OSError as error:
        raise AvatarError("There is no such file, or not yet.", code="no_file") from error
    kept.put(key, json.dumps(asdict(measured)).encode())
    return measured
