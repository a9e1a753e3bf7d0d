"""What is seen in the videos of the closed loop, beside its goals."""

import math
import tempfile
from pathlib import Path

from tests.benchmarks.support.goals import goal

LOWEST = (0.95, 0.95, 0.9, 39.0)
HIGHEST = (5.0, 0.01, 0.03, 0.40, 0.0, 40.0)


def loop() -> None:
    """What is seen in encoded videos of portraits, against what was asked."""
    from tests.avatars.engines.puppet import test_closed_loop as closed

    worst: list[tuple[float, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, language in closed.VIDEOS:
            found = closed.rendered(name, language, Path(folder))
            print(
                f"  {name:9} {language:14}  aperture r {found.aperture:.3f} (pixels {found.parting:.3f})"
                f"  lag {found.lag:+4.1f} ms  width r {found.width:.3f}  blink r {found.blink:.3f}"
                f"  m/b/p {found.pressed:.4f}  silence {found.silent:.4f}  identity p95 {found.identity:.3f}"
                f"  background {found.background:.1f} dB  A-V {found.drift:.0f} ms",
                flush=True,
            )
            off = abs(len(found.faces) - math.ceil(round(found.shot.speech.seconds * found.shot.fps, 6)))
            low = (found.aperture, found.width, found.blink, found.background)
            high = (abs(found.lag), found.pressed, found.silent, found.identity, off, found.drift)
            worst.append((*low, *(-value for value in high)))
    lows = [min(column) for column in zip(*worst, strict=True)]
    for name, value, least in zip(("aperture r", "width r", "blink r", "background dB"), lows, LOWEST, strict=False):
        goal(f"worst {name}", value, at_least=least)
    names = ("lag ms", "m/b/p", "silence", "identity p95", "frames off", "A-V ms")
    for name, value, most in zip(names, lows[len(LOWEST) :], HIGHEST, strict=True):
        goal(f"worst {name}", -value, at_most=most)
