"""Which facts there are: the built-in ones, and the company's own."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from wecom.models import Corporation, FactDefinition, FactKind, Member

MANAGER, LANGUAGE_KEY, BIRTHDAY, TIME_ZONE = "manager", "language", "birthday", "time_zone"


@dataclass(frozen=True, kw_only=True)
class FactType:
    """A fact: its key, its name in the reader's language, and its possible values.

    `other_names` are further words for it at the head of a column, in any language.
    """

    key: str
    name: str
    kind: FactKind
    choices: tuple[str, ...] = ()
    personal: bool = False
    built_in: bool = False
    other_names: tuple[str, ...] = ()

    def is_called(self, word: str) -> bool:
        """Whether a column with this head holds the fact."""
        return fold(word) in {fold(name) for name in (self.key, self.name, *self.other_names)}


# Key, name, kind, whether it is personal, and how Chinese and English HR files call it.
BUILT_IN = (
    (
        "start_date",
        _("start date"),
        FactKind.DATE,
        False,
        ("入职日期", "入职时间", "start date", "joined", "hire date"),
    ),
    ("manager", _("manager"), FactKind.TEXT, False, ("直属上级", "上级", "汇报对象", "manager", "reports to")),
    ("city", _("city"), FactKind.TEXT, False, ("城市", "工作地", "工作地点", "办公地点", "city", "office")),
    ("birthday", _("birthday"), FactKind.DATE, True, ("生日", "出生日期", "birthday", "date of birth", "birth date")),
    (
        *("contract_end", _("end of the contract"), FactKind.DATE, True),
        ("合同到期日", "合同到期日期", "合同结束日期", "合同终止日期", "contract end", "end of contract"),
    ),
    (TIME_ZONE, _("time zone"), FactKind.TEXT, False, ("时区", "所在时区", "time zone", "timezone")),
)
LANGUAGE_NAMES = ("语言", "language", "preferred language")


def definitions_of(corporation: Corporation | int) -> Mapping[str, FactType]:
    """All facts of a company by key, the built-in ones first."""
    types = {key: _built_in(key, name, kind, personal, names) for key, name, kind, personal, names in BUILT_IN}
    own = FactDefinition.objects.filter(corporation=corporation).order_by("pk")
    return types | {row.key: fact_type(row) for row in own}


def editable_facts(corporation: Corporation | int) -> Mapping[str, FactType]:
    """`definitions_of` and the language, which is a field of the member but is written and imported like a fact."""
    return {**definitions_of(corporation), LANGUAGE_KEY: language_type()}


def language_type() -> FactType:
    """The language that a member is spoken to in."""
    return FactType(
        key=LANGUAGE_KEY,
        name=str(_("language")),
        kind=FactKind.CHOICE,
        choices=tuple(Member.Language.values),
        built_in=True,
        other_names=LANGUAGE_NAMES,
    )


def fact_type(row: FactDefinition) -> FactType:
    """A fact of the company's own."""
    english = (get_language() or "").startswith("en")
    return FactType(
        key=row.key,
        name=(row.name_en if english and row.name_en else row.name),
        kind=FactKind(row.kind),
        choices=tuple(row.choices),
        personal=row.personal,
        other_names=tuple(name for name in (row.name, row.name_en) if name),
    )


def fold(word: str) -> str:
    """A word for comparison: without case, width, and the spaces, underscores and stars of a form."""
    narrow = unicodedata.normalize("NFKC", word).casefold()
    return "".join(char for char in narrow if not char.isspace() and char not in "_-*")


def _built_in(key: str, name: object, kind: FactKind, personal: bool, names: tuple[str, ...]) -> FactType:
    return FactType(key=key, name=str(name), kind=kind, personal=personal, built_in=True, other_names=names)
