"""Which language a person writes."""


def language_of(text: str, *, otherwise: str) -> str:
    """ "zh-hans" where there is any Chinese in it, "en" where there are only Latin letters, else `otherwise`."""
    if any("\u4e00" <= char <= "\u9fff" for char in text):
        return "zh-hans"
    if any(char.isascii() and char.isalpha() for char in text):
        return "en"
    return otherwise
