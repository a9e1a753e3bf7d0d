"""The vendored models of the built-in renderer, by name with their SHA-256; see `avatars/data`."""

from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "data"
FILES = {
    "face_landmarker.task": "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
    "selfie_segmentation.tflite": "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
}
SMALLEST = 10_000  # bytes; a pointer that Git left in place of a file is smaller
