"""Where the checkout and the files of the tests are."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests/data"
PHOTOGRAPH = DATA / "grace_hopper.jpg"
