"""Every process is asked to end, as at a shutdown of the machine, while members ask; then all start again."""

import random
import signal
import subprocess
import time

from tests.chaos.scenarios.stage import Stage, staged
from tests.chaos.scenarios.traffic import Traffic

OURS = ("web", "worker", "render", "beat")
GRACE = 30.0  # seconds that a service manager waits before it kills
LEASED = "SELECT 1 FROM {table} WHERE status = 'running' AND lease_until > CURRENT_TIMESTAMP"
TABLES = ("wecom_callback", "wecom_outbound", "wecom_upload", "avatars_render")


class Programs(Stage):
    """Each part is a program that ends as in production."""

    forks = False


def play(chance: random.Random, short: bool) -> str:
    """All end in time and of their own accord, hand back what they had begun, and everybody is answered once."""
    ends: dict[str, float] = {}
    with staged(Programs) as stage:
        with Traffic(stage, rate=10) as traffic:
            stage.emulator.hire().writes("/video 关机的时候正在做的一段视频，话还有点长。")
            time.sleep(chance.uniform(2, 4))
            parts = {name: stage.parts[name] for name in OURS}
            began = time.monotonic()
            for part in parts.values():
                part.send_signal(signal.SIGTERM)
            for name, part in parts.items():
                try:
                    part.wait(GRACE + began - time.monotonic())
                except subprocess.TimeoutExpired:
                    raise AssertionError(f"{name} had not ended {GRACE:.0f} s after SIGTERM") from None
                ends[name] = time.monotonic() - began
            left = stage.asks(" UNION ALL ".join(LEASED.format(table=table) for table in TABLES))
            for name in OURS:
                stage.restart(name)
            time.sleep(2 if short else 8)
        verdict = traffic.verdict(seconds=120).check()
    words = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in ends.items())
    words = f"ended after {words}; {len(left)} leases left behind; {verdict}"
    assert not left, words
    return words
