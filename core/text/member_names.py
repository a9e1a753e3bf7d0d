"""The name of a person within their display name in a directory. Pure."""

import re

HAN = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_NAME = re.compile(f"[{HAN}]{{2,4}}")
_NOTE = re.compile(r"[（(【\[［][^（(【\[［]*?[）)】\]］]")
_BETWEEN = re.compile(r"[\s\-–—_/|,，、.:：@]+")  # not the dot inside of 古丽·买买提


def chinese_name(called: str) -> str:
    """曾丽 of 曾丽（人事）, 曾丽-人事部 and “Zeng Li 曾丽”: the first Chinese part, or the whole if that is no name."""
    parts = _BETWEEN.split(_NOTE.sub(" ", called))
    first = next((part for part in parts if re.search(f"[{HAN}]", part)), "")
    return first if _NAME.fullmatch(first) else called


def full_name(family: str, given: str) -> str:
    """李小丽, or Emma Chen: the order depends on the script of the names, not on the language of the reader."""
    family, given = family.strip(), given.strip()
    if re.search(f"[{HAN}]", family + given):
        return family + given
    return f"{given} {family}".strip()
