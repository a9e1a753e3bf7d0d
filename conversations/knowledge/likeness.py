"""How alike two questions are: by their words and pairs of characters, without those that every question has. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from core.text.traditional import simplified

EXACT = 1.0
RUN = re.compile("[\u3400-\u9fff]+|[a-z0-9]+(?:['’][a-z]+)?")
FILLERS = re.compile(
    "多少天|几天|请问一下|请问|我想问一下|我想问|我想知道|我想要|我想|我要|我需要|需要|帮我|告诉我|能不能|可不可以|可以|怎么样|怎样|怎么办|怎么|如何|什么时候|什么时间"
    "|什么|哪里|哪儿|在哪|哪天|哪个|几号|几点|多少|有没有|是不是|一下|咱们|我们|你们|公司的?|的话|一个|知道|应该|今年|今天|啥|吗|呢|吧|啊|呀|的|了|要|有|是|去|找谁|谁|该"
)
_STOP = """
    a an and any are at be can could company company's did do does for from get give go got have how i i'd i'm
    in is it know like me much my need now of on one or our please should some tell that the there this to
    today us was we what what's when when's where where's which who who's will with would you your take apply
    want find many long work
"""
STOP = frozenset(_STOP.split())
SAME: Mapping[str, str] = {
    **{"wi": "wifi", "wireless": "wifi", "pto": "leave", "vacation": "leave", "paycheck": "payslip", "pay": "salary"},
    **{"paid": "salary", "wage": "salary", "reimburs": "reimbursement", "cafeteria": "canteen", "laptop": "computer"},
}
CHINESE_SAME: Mapping[str, str] = {
    **{
        "发薪": "发工资",
        "薪水": "工资",
        "薪资": "工资",
        "无线网": "wifi",
        "无线": "wifi",
        "休假": "请假",
        "电邮": "邮箱",
    },
    **{"饭堂": "食堂", "发钱": "发工资", "班车": "班车", "午饭": "午餐", "吃饭": "午餐"},
}
LATIN_WEIGHT, PAIR_WEIGHT = 2.0, 1.0


@dataclass(frozen=True)
class Gist:
    """A question for comparison: its plain text, and the weights of its words."""

    plain: str
    units: Mapping[str, float]

    @property
    def weight(self) -> float:
        return sum(self.units.values())


def plain(text: str) -> str:
    """Lower case, full-width forms folded, characters simplified, without punctuation and blanks."""
    return "".join(char for char in folded(text) if char.isalnum())


@lru_cache(maxsize=4096)
def gist(text: str) -> Gist:
    """The subject of a text."""
    units: dict[str, float] = {}
    text_folded = folded(text)
    for word, same in CHINESE_SAME.items():
        text_folded = text_folded.replace(word, same)
    for run in RUN.findall(text_folded.replace("wi-fi", "wifi").replace("e-mail", "email")):
        units |= _latin(run) if run[0] < "\u2e80" else _pairs(run)
    return Gist(plain=plain(text), units=units)


def likeness(asked: Gist, wording: Gist) -> float:
    """1 for equal texts, near 1 if one contains the other, else how much they share."""
    if asked.plain == wording.plain:
        return EXACT if asked.plain else 0.0
    shared = sum(weight for unit, weight in asked.units.items() if unit in wording.units)
    if not shared:
        return 0.0
    ours, theirs = shared / asked.weight, shared / wording.weight
    if theirs == 1:  # the question contains the wording
        return 0.7 + 0.28 * ours
    if ours == 1:  # 请假 asks 怎么请假 too
        return 0.62 + 0.3 * theirs
    return 2 * shared / (asked.weight + wording.weight)


def folded(text: str) -> str:
    """Lower case, full-width forms folded, characters simplified."""
    return simplified(unicodedata.normalize("NFKC", text)).casefold()


def _latin(word: str) -> dict[str, float]:
    word = word.replace("’", "'")
    if word in STOP:
        return {}
    return {_stem(word): LATIN_WEIGHT}


def _stem(word: str) -> str:
    word = SAME.get(word, word).removesuffix("'s")
    for ending in ("ies", "ing", "es", "ed", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word.removesuffix(ending)
            break
    return SAME.get(word, word)


def _pairs(run: str) -> dict[str, float]:
    """Pairs of characters of the text without fillers; a character that stands alone counts as a pair."""
    pairs: dict[str, float] = {}
    for part in FILLERS.sub(" ", run).split():
        pairs |= dict.fromkeys([part[i : i + 2] for i in range(len(part) - 1)] or [part], PAIR_WEIGHT)
    return pairs
