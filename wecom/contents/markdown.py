"""Converts Markdown to the few marks that WeChat Work shows, or to plain text.

The platform knows headings, bold, links, code within a line, quotes, and three colours; no lists, tables, pictures,
blocks of code, italics or HTML. Source: https://developer.work.weixin.qq.com/document/path/90236. Knows no framework.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

FENCED = re.compile(r"^[ \t]*(```+|~~~+)[^\n`]*\n(.*?)(?:^[ \t]*\1[ \t]*$\n?|\Z)", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"(`+)(?!`)([^\n]+?)(?<!`)\1(?!`)")
# NUL, which PostgreSQL refuses, and other invisible characters; some of them stand for marks while we work.
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
BOLD, BOLD_END, KEPT, KEPT_END = "\x01", "\x02", "\x03", "\x04"

HEADING = re.compile(r"[ \t]{0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*")
QUOTED = re.compile(r"[ \t]{0,3}(?:>[ \t]?)+")
ITEM = re.compile(r"([ \t]*)[-*+][ \t]+(?:\[([ xX])\][ \t]+)?")
UNDERLINE = re.compile(r"[ \t]*={3,}[ \t]*")
DEFINITION = re.compile(r"^[ \t]{0,3}\[([^\[\]\n]+)\]:[ \t]*<?(\S+?)>?(?:[ \t]+[\"'(][^\n]*)?$\n?", re.MULTILINE)

LINK = re.compile(r"!?\[([^\[\]\n]*)\]\(\s*<?([^()\s<>]+(?:\([^()\s]*\)[^()\s]*)*)>?(?:\s+[^()\n]*)?\)")
REFERENCE = re.compile(r"!?\[([^\[\]\n]+)\]\[([^\[\]\n]*)\]")
ANCHOR = re.compile(r"<a\b[^<>]*?href\s*=\s*[\"']?([^\"'\s<>]+)[^<>]*>(.*?)</a\s*>", re.IGNORECASE | re.DOTALL)
PICTURE = re.compile(r"<img\b[^<>]*?src\s*=\s*[\"']?([^\"'\s<>]+)[^<>]*>", re.IGNORECASE)
AUTOLINK = re.compile(r"<((?:https?|mailto):[^\s<>]+)>")
COLOURED = re.compile(r"<font\s+color=[\"']?(info|comment|warning)[\"']?\s*>(.*?)</font\s*>", re.IGNORECASE | re.DOTALL)
BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
STRONG = re.compile(r"<(?:b|strong)>\s*(\S(?:[^\n]*?\S)?)\s*</(?:b|strong)>", re.IGNORECASE)
TAG = re.compile(
    r"</?(?:a|b|blockquote|code|dd|del|details|div|dl|dt|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|pre|s|small|span"
    r"|strong|sub|summary|sup|table|tbody|td|th|thead|tr|u|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
BOLDS = (
    re.compile(r"\*\*\*(?=[^\s*])([^\n]+?)(?<=[^\s*])\*\*\*"),
    re.compile(r"\*\*(?=[^\s*])([^\n]+?)(?<=\S)\*\*"),
    # A name like __init__ is none: only words with a space or beyond ASCII.
    re.compile(r"(?<![\w_])__(?=[^\s_])((?=[^\n]*?(?:\s|[^\x00-\x7f])[^\n]*?__)[^\n]+?)(?<=[^\s_])__(?![\w_])"),
)
FAINT = (
    re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])"),
    re.compile(r"(?<![\w_/])_(?=[^\s_])([^_\n]+?)(?<=[^\s_])_(?![\w_/])"),
    re.compile(r"~~(?=\S)([^\n]+?)(?<=\S)~~"),
)
ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!~|>])")

# What must not be cut in two when the platform's Markdown is split.
CONSTRUCTS = re.compile(r"\[[^\[\]\n]*\]\([^()\s]*\)|`[^`\n]+`|\*\*[^*\n]+\*\*|<font [^<>]*>.*?</font>", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Style:
    """How each construct is written."""

    heading: Callable[[int, str], str]
    quote: Callable[[str], str]
    link: Callable[[str, str], str]
    code: Callable[[str], str]
    coloured: Callable[[str, str], str]
    bold: str


def plain_text(text: str) -> str:
    """Text as a person reads it: without the marks of Markdown; code stays as it is."""
    return _written(text, PLAIN)


def to_markdown(text: str) -> str:
    """The same in the Markdown of a message: parts that WeChat Work cannot show become the nearest that it can."""
    return _written(text, MESSAGE)


def _in_ticks(code: str) -> str:
    return code if "`" in code or not code.strip() else f"`{code}`"


def _named(text: str, url: str) -> str:
    return text if text == url or not text.strip() else f"{text} ({url})"


PLAIN = Style(
    heading=lambda level, text: text,
    quote=lambda text: text,
    # WeChat Work would make a link of <a>; where it leads is shown instead.
    link=lambda text, url: _named(text, url) or url,
    code=lambda code: code,
    coloured=lambda colour, text: text,
    bold="",
)
MESSAGE = Style(
    heading=lambda level, text: f"{'#' * level} {text}",
    quote=lambda text: f"> {text}",
    link=lambda text, url: f"[{text if text.strip() else url}]({url})",
    code=_in_ticks,
    coloured=lambda colour, text: f'<font color="{colour}">{text}</font>',
    bold="**",
)


def _written(text: str, style: Style) -> str:
    text = UNSEEN.sub("", text.replace("\r\n", "\n")).encode("utf-8", "ignore").decode()
    parts, at = [], 0
    for code in FENCED.finditer(text):
        parts += [_prose(text[at : code.start()], style), "".join(_lines_of_code(code[2], style))]
        at = code.end()
    parts.append(_prose(text[at:], style))
    return re.sub(r"\n(?:[ \t]*\n){2,}", "\n\n", "".join(parts)).strip()


def _lines_of_code(code: str, style: Style) -> list[str]:
    return [f"{style.code(line.rstrip())}\n" if line.strip() else "\n" for line in code.splitlines()]


def _prose(text: str, style: Style) -> str:
    kept: list[str] = []

    def keep(written: str) -> str:
        """Written already: later rules do not touch it."""
        kept.append(written)
        return f"{KEPT}{len(kept) - 1}{KEPT_END}"

    text = CODE.sub(lambda code: keep(style.code(code[2].strip() if len(code[1]) > 1 else code[2])), text)
    text = ESCAPED.sub(lambda escaped: keep(escaped[1]), text)
    targets = {name.lower(): url for name, url in DEFINITION.findall(text)}
    text = _linked(DEFINITION.sub("", text), targets, style, keep)
    text = _tagged(text, style, keep)
    text = _worded("\n".join(_lines(text.split("\n"), style)))
    text = text.replace(BOLD, style.bold).replace(BOLD_END, style.bold)
    while KEPT in text:
        text = re.sub(f"{KEPT}(\\d+){KEPT_END}", lambda place: kept[int(place[1])], text)
    return text


def _linked(text: str, targets: dict[str, str], style: Style, keep: Callable[[str], str]) -> str:
    def link(label: str, url: str) -> str:
        shown = _worded(label).replace(BOLD, "").replace(BOLD_END, "")
        return keep(style.link(" ".join(shown.split()), url))

    def refer(match: re.Match[str]) -> str:
        url = targets.get((match[2] or match[1]).lower())
        return link(match[1], url) if url else match[0]

    # A picture within a link is opened first: its words are those of the link.
    text = re.sub(r"\[!\[([^\[\]\n]*)\]\([^()\s]+\)\](?=\()", r"[\1]", text)
    text = LINK.sub(lambda match: link(match[1], match[2]), text)
    text = REFERENCE.sub(refer, text)
    text = ANCHOR.sub(lambda match: link(TAG.sub("", match[2]), match[1]), text)
    text = PICTURE.sub(lambda match: link("", match[1]), text)
    return AUTOLINK.sub(lambda match: keep(match[1]), text)


def _tagged(text: str, style: Style, keep: Callable[[str], str]) -> str:
    def colour(match: re.Match[str]) -> str:
        before, after = style.coloured(match[1].lower(), "\n").split("\n")
        return f"{keep(before)}{match[2]}{keep(after)}"

    text = STRONG.sub(rf"{BOLD}\1{BOLD_END}", BREAK.sub("\n", COLOURED.sub(colour, text)))
    return html.unescape(TAG.sub("", text))


def _lines(lines: list[str], style: Style) -> list[str]:
    written: list[str] = []
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        quoted = QUOTED.match(line)
        text = line[quoted.end() :] if quoted else line
        if _is_rule(text):
            # A row of "-" would make one too, but who writes that below a line mostly means a rule.
            if number and UNDERLINE.fullmatch(text) and _is_words(lines[number - 1]):
                written[-1] = style.heading(1, written[-1].strip())
            continue
        shown = _line(text, style, head=_is_table_rule(following))
        written.append(style.quote(shown) if quoted else shown)
    return written


def _line(line: str, style: Style, *, head: bool) -> str:
    heading = HEADING.fullmatch(line)
    if heading:
        text = re.sub(r"\*\*|__", "", heading[2])
        return style.heading(len(heading[1]), text)
    item = ITEM.match(line)
    if item:
        mark = {"": "·", " ": "☐", "x": "☑"}[(item[2] or "").lower()]
        return f"{item[1]}{mark} {line[item.end() :]}"
    row = line.strip()
    if row.startswith("|") and row.endswith("|") and len(row) > 1:
        cells = [cell.strip() for cell in row[1:-1].split("|")]
        return " | ".join(f"**{cell}**" if head and cell and "*" not in cell else cell for cell in cells)
    return line


def _worded(text: str) -> str:
    for pattern in BOLDS:
        text = pattern.sub(rf"{BOLD}\1{BOLD_END}", text)
    for pattern in FAINT:
        text = pattern.sub(r"\1", text)
    return text


def _is_words(line: str) -> bool:
    """Words that a line of "===" makes a heading: no list, no table, no quote."""
    return bool(line.strip()) and not (_is_rule(line) or ITEM.match(line) or QUOTED.match(line) or "|" in line)


def _is_rule(line: str) -> bool:
    """A line across the page, below a heading, or below the head of a table."""
    marks = "".join(line.split())
    across = len(marks) >= 3 and len(set(marks)) == 1 and marks[0] in "-*_="
    return across or _is_table_rule(line)


def _is_table_rule(line: str) -> bool:
    marks = "".join(line.split())
    return "--" in marks and "|" in marks and set(marks) <= set("|:-")
