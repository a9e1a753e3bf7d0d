"""How soon a cancelled render frees its worker, in each stage and with engines that hang.

    python3 -m tests.benchmarks.cancel

The worker asks the row at most half a second apart (`avatars.rendering.progress.ASK_EVERY`), which comes on top.
"""

import os
import tempfile
import time
from pathlib import Path

import django

ASK_EVERY = 0.5


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.avatars.support.studio_settings"
    django.setup()
    from avatars.exceptions import RenderCancelled
    from avatars.pipeline.script_to_video import VideoSpec
    from avatars.pipeline.stages import Stage
    from avatars.studio.studio import Studio
    from tests.support.paths import PHOTOGRAPH

    def cancelled_after(place: Studio, stage: Stage, **changes: str) -> float:
        """Seconds from the wish to a studio whose child is gone."""
        wished: list[float] = []

        def note(what: Stage, _share: float) -> None:
            if what is stage and not wished:
                wished.append(time.monotonic())

        names = {"voice": "a", "speech_engine": "tone", "render_engine": "light", **changes}
        script = VideoSpec(text="字" * 120, portrait=PHOTOGRAPH, content_id="c0ffee", provider="OpenUser", **names)  # type: ignore[arg-type]
        with tempfile.TemporaryDirectory() as folder:
            try:
                place.make_video(script, Path(folder), on_progress=note, cancelled=lambda: bool(wished))
            except RenderCancelled:
                return time.monotonic() - wished[0]
        raise SystemExit(f"The video was over before it could be cancelled in {stage}.")

    place = Studio()
    cases: list[tuple[str, Stage, dict[str, str]]] = [
        *((stage.value, stage, {}) for stage in (Stage.SPEAKING, Stage.ANIMATING, Stage.ENCODING, Stage.CHECKING)),
        ("speech engine hangs", Stage.SPEAKING, {"voice": "hang"}),
        ("render engine hangs", Stage.ANIMATING, {"render_engine": "hang"}),
    ]
    for name, stage, changes in cases:
        taken = cancelled_after(place, stage, **changes)
        print(f"{name:<20} {taken:5.2f} s, at most {taken + ASK_EVERY:.2f} s with the row")
    place.close()


if __name__ == "__main__":
    main()
