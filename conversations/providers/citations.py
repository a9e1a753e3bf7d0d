"""Whether a model's answer rests on its sources. Pure: texts only.

An answer is sent only if it cites a source that it was given, and names no address and no long number that neither its
sources nor the question have. An answer that quotes our own instructions is not sent at all.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

NO_ANSWER = "NO_ANSWER"
MARK = re.compile(
    r"\s*[\[【［](?:source|sources|来源|资料)?\s*(\d{1,3}(?:\s*[,，、;；]\s*\d{1,3})*)\s*[\]】］]", re.IGNORECASE
)
NUMBER = re.compile(r"\d{1,3}")
ADDRESS = re.compile(
    r"https?://[^\s<>\"'）)】\]，。；]+|[\w.+-]+@[\w-]+\.[\w.-]+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b",
    re.ASCII | re.IGNORECASE,
)
GROUPED = re.compile(r"(?<=\d)[,，](?=\d{3}\b)")  # what separates thousands
SEPARATED = re.compile(r"(?<=\d)[,，.\- ](?=\d)")
LONG_NUMBER = re.compile(r"\d{3,}")  # shorter ones are written in words too
LEAK = 60  # characters of our instructions in a row that no honest answer has


@dataclass(frozen=True, kw_only=True)
class Checked:
    """An answer with its marks numbered from 1, and the places of its sources in the order of their marks.

    `fault` is why it must not be sent; empty if it may be.
    """

    text: str = ""
    cited: tuple[int, ...] = ()
    fault: str = ""


def check(answer: str, sources: Sequence[str], *, question: str, secret: Sequence[str]) -> Checked:
    """Check an answer against the texts of its sources, numbered from 1. `secret` are texts that must not be in it."""
    if any(_leaks(answer, text) for text in secret):
        return Checked(fault="leak")
    if not answer or NO_ANSWER in answer.upper().replace(" ", "_"):
        return Checked(fault="no_answer")
    numbers = [int(number) for marks in MARK.findall(answer) for number in NUMBER.findall(marks)]
    cited = tuple(dict.fromkeys(numbers))
    if not cited:
        return Checked(fault="no_source")
    if not all(1 <= number <= len(sources) for number in cited):
        return Checked(fault="unknown_source")
    borne = "\n".join([question, *(sources[number - 1] for number in cited)])
    if not _is_borne(MARK.sub("", answer), borne):
        return Checked(fault="beyond_sources")
    return Checked(text=_renumbered(answer, cited), cited=tuple(number - 1 for number in cited))


def _renumbered(answer: str, cited: Sequence[int]) -> str:
    """With marks from 1 on; with one source, without marks."""
    if len(cited) == 1:
        return MARK.sub("", answer).strip()
    places = {number: place for place, number in enumerate(cited, start=1)}

    def mark(match: re.Match[str]) -> str:
        return "".join(f"[{places[number]}]" for number in dict.fromkeys(map(int, NUMBER.findall(match[1]))))

    return MARK.sub(mark, answer).strip()


def _is_borne(answer: str, borne: str) -> bool:
    """Whether all addresses and long numbers of an answer stand in its sources or in the question."""
    known = borne.casefold()
    if any(address.rstrip(".,").casefold() not in known for address in ADDRESS.findall(answer)):
        return False
    plain, joined = GROUPED.sub("", borne), SEPARATED.sub("", borne)
    return all(number in plain or number in joined for number in LONG_NUMBER.findall(GROUPED.sub("", answer)))


def _leaks(answer: str, secret: str) -> bool:
    """Whether an answer has a long piece of a secret text, or all of a short one; blanks and case do not count."""
    bare_answer, kept = _bare(answer), _bare(secret)
    if len(kept) <= LEAK:
        return bool(kept) and kept in bare_answer
    return any(kept[start : start + LEAK] in bare_answer for start in range(0, len(kept) - LEAK + 1, LEAK // 4))


def _bare(text: str) -> str:
    return "".join(text.casefold().split())
