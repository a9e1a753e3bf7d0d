"""What a language model writes, as WeChat Work shows it: text messages know no Markdown."""

import re

THOUGHT = re.compile(r"<(/?)(?:think|thinking|reasoning)>", re.IGNORECASE)
FENCED = re.compile(r"^[ \t]*(```|~~~)[^\n`]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
LINES = (
    (re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(.+?)[ \t]*#*$"), r"\1"),
    (re.compile(r"^[ \t]{0,3}(?:>[ \t]?)+"), ""),
    (re.compile(r"^([ \t]*)[-*+][ \t]+"), r"\1· "),
    (re.compile(r"^[ \t]*\|[ \t]*(.+?)[ \t]*\|[ \t]*$"), r"\1"),
)
WORDS = (
    # WeChat Work would make a link of the first; where it leads is shown instead.
    (re.compile(r"<a\b[^<>]*?href\s*=\s*[\"']?([^\"'\s<>]+)[^<>]*>([^<]*)</a\s*>", re.IGNORECASE), r"\2 (\1)"),
    (re.compile(r"!?\[([^\[\]\n]+)\]\(([^()\s]+)[^()\n]*\)"), r"\1 (\2)"),
    (re.compile(r"\*\*(?=[^\s*])([^\n]+?)(?<=\S)\*\*"), r"\1"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])"), r"\1"),
    (re.compile(r"~~(?=\S)([^\n]+?)(?<=\S)~~"), r"\1"),
)
# NUL, which PostgreSQL refuses, and other marks that nobody sees.
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def without_thoughts(text: str) -> str:
    """The answer without what the model thought aloud, which may lack its beginning or its end."""
    first, *others = THOUGHT.split(text)
    kept, thinking = [first], False
    for slash, piece in zip(others[::2], others[1::2], strict=True):
        if slash and not thinking:
            kept.clear()  # the service's own template had begun it
        thinking = not slash
        if not thinking:
            kept.append(piece)
    return "".join(kept)


def plain_text(text: str) -> str:
    """Text as a person reads it: without the marks of Markdown; code stays as it is."""
    text = UNSEEN.sub("", text.replace("\r\n", "\n")).encode("utf-8", "ignore").decode()
    parts, at = [], 0
    for code in FENCED.finditer(text):
        parts += [_prose(text[at : code.start()]), code[2]]
        at = code.end()
    parts.append(_prose(text[at:]))
    return re.sub(r"\n(?:[ \t]*\n){2,}", "\n\n", "".join(parts)).strip()


def _prose(text: str) -> str:
    lines = "\n".join(_line(line) for line in text.split("\n") if not _is_rule(line))
    # Every second piece is code.
    pieces = CODE.split(lines)
    return "".join(piece if number % 2 else _words(piece) for number, piece in enumerate(pieces))


def _is_rule(line: str) -> bool:
    """A line across the page, or what stands below the head of a table."""
    marks = "".join(line.split())
    across = len(marks) >= 3 and len(set(marks)) == 1 and marks[0] in "-*_"
    return across or ("--" in marks and "|" in marks and set(marks) <= set("|:-"))


def _line(line: str) -> str:
    for pattern, words in LINES:
        line = pattern.sub(words, line)
    return line


def _words(text: str) -> str:
    for pattern, words in WORDS:
        text = pattern.sub(words, text)
    return text
