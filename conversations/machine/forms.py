"""The forms of what a step says."""

from enum import StrEnum


class Form(StrEnum):
    """What a step says its words with."""

    TEXT = "text"
    MARKDOWN = "markdown"
    CARD = "card"
    IMAGE = "image"
    FILE = "file"
    NEWS = "news"
