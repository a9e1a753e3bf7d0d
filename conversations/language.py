"""Detects the language of a text."""


def detect_language(text: str, *, default: str) -> str:
    """ "zh-hans" if it has any Chinese character, "en" if it has only Latin letters, else `default`."""
    if any("\u4e00" <= char <= "\u9fff" for char in text):
        return "zh-hans"
    if any(char.isascii() and char.isalpha() for char in text):
        return "en"
    return default
