"""The fonts of texts in a video: Noto, from packages, so that they look alike on every machine."""

from collections.abc import Iterator
from functools import cache
from importlib import resources

from PIL.ImageFont import FreeTypeFont, truetype

SIMPLIFIED_CHINESE = 2
"""Number of the face in the collection: Noto Sans CJK SC; others draw some characters as Japan or Korea do."""
NOWHERE = "\U0010fffe"
JOINERS = frozenset("\u200d\ufe0e\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")


@cache
def noto(size: int, weight: int) -> FreeTypeFont:
    """Noto Sans CJK, with the Chinese forms of its characters; `weight` is 100..900."""
    font = truetype(str(resources.files("manimgx_fonts_cjk") / "NotoSansCJK-VF.otf.ttc"), size, SIMPLIFIED_CHINESE)
    font.set_variation_by_axes([weight])
    return font


@cache
def emoji(size: int, weight: int) -> FreeTypeFont:
    """Noto Emoji, which has one colour; its weights end at 700."""
    font = truetype(str(resources.files("manimgx_fonts") / "NotoEmoji[wght].ttf"), size)
    font.set_variation_by_axes([min(weight, 700)])
    return font


def runs(text: str, size: int, weight: int) -> Iterator[tuple[str, FreeTypeFont]]:
    """The text in pieces, each with the font that has its characters."""
    letters, pictures = noto(size, weight), emoji(size, weight)
    piece, current = "", letters
    for char in text:
        if char in JOINERS:
            piece += char if current is pictures else ""
            continue
        font = letters if _has(letters, char) or not _has(pictures, char) else pictures
        if piece and font is not current:
            yield piece, current
            piece = ""
        piece, current = piece + char, font
    if piece:
        yield piece, current


def length(text: str, size: int, weight: int) -> float:
    """The width of the text, in pixels."""
    return sum(font.getlength(piece) for piece, font in runs(text, size, weight))


@cache
def _has(font: FreeTypeFont, char: str) -> bool:
    """Whether a font has a character: a missing one looks like `NOWHERE`, which no font has."""
    shape, lacking = font.getmask(char), font.getmask(NOWHERE)
    return char.isspace() or shape.size != lacking.size or bytes(shape) != bytes(lacking)
