"""Detects the language of a text, on real evidence only: “ok”, “HR” or 👍 are written in both languages."""

import re

CHINESE, ENGLISH = "zh-hans", "en"
HAN = re.compile("[\u4e00-\u9fff]")
WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?")
NOT_PROSE = re.compile(r"\S+@\S+|\w+://\S+|\S*[/\\_]\S*|\S*\d\S*")  # addresses, paths, codes
# Words that hold an English sentence together, and those that people open or close one with.
_COMMON = """
    a about again all am an and any anyone are as at be been can cannot can't could day did do does doesn't
    don't for from get give go good had has have help here how i i'd i'll i'm if in is isn't it it's know let
    like make may me more much my need new no not of office on or our out please see send should show so some
    someone speak take talk tell than that that's the their them there they this time to today tomorrow up us
    use want was we week were what what's when where which who whom who's why will with work would you your
"""
COMMON = frozenset(_COMMON.split())
_ALONE = """
    hi hello hey goodbye bye thanks thank please sorry morning help leave holiday holidays vacation salary payslip
    reimbursement expenses meeting password who what when where why how
"""
ALONE = frozenset(_ALONE.split())


def detect_language(text: str, *, default: str, is_first: bool = False) -> str:
    """The language of a text; `default` if it shows none clearly.

    For a member's first message a single clear word is enough, or two of any kind.
    """
    han = len(HAN.findall(text))
    words = WORD.findall(NOT_PROSE.sub(" ", text.casefold()))
    common = sum(word in COMMON for word in words)
    if han and (len(words) <= han or not common):  # an English sentence may quote a few Chinese words
        return CHINESE
    if (common >= 1 and len(words) >= 2) or len(words) >= 4:
        return ENGLISH
    clear = len(words) >= 2 or any(word in ALONE or word in COMMON for word in words)
    return ENGLISH if is_first and clear else default
