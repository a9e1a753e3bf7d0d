"""Characters of several readings that a phrase dictionary gets wrong: surnames, the particles 得 and 地, 为, 还 …

Words and their kinds are jieba's.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import zip_longest

import jieba
from pypinyin import load_phrases_dict
from pypinyin.constants import PHRASES_DICT

from avatars.speech.text.surnames import SURNAMES
from core.text import chinese_words

# Titles after a surname. The exclusions begin words of their own: 查总数, 单总额, 解工作.
_TITLES = (
    "总(?![数量共体结额计账和是会得要有裁办部局院公])|总监|总裁|总经理|经理(?![解论智想])|主任|主管|老师|先生|女士|小姐|太太|夫人"
    "|工(?![作人程资业具厂会地时期艺龄号位牌商序件伤种夫])|哥|姐(?!妹)|部长|局长|处长|院长|校长|科长|厂长|行长|店长|组长|队长|书记|博士"
    "|教授|董(?!事)|董事长?|律师|医生|大夫|师傅|同学|同事|同志|老板|秘书|助理|顾问|工程师|会计师?|编辑|导演|记者|警官|阿姨|叔叔|某|氏"
)
_TITLED = re.compile(f"(?P<surname>{'|'.join(sorted(SURNAMES, key=len, reverse=True))})(?=(?:{_TITLES}))")
# 任 is a verb after a person or before a post: 他任经理, 出任总经理.
_NO_SURNAME_AFTER = {
    "任": frozenset("他她我你现曾出担升兼历继留聘委主上前离就新后责连"),
    "解": frozenset("不"),
    "那": frozenset("在"),
}
# A title alone does not make names of these, which begin many sentences: only a name that jieba knows does.
_WEAK = frozenset("都那过少相种应洗强员")
_VERBS = frozenset("盖查解")
_PHRASES = {
    **{"还款": "huán kuǎn", "还贷": "huán dài", "还钱": "huán qián", "还款日": "huán kuǎn rì", "还清": "huán qīng"},
    **{"找不着": "zhǎo bù zháo", "重置": "chóng zhì", "重装": "chóng zhuāng", "重构": "chóng gòu", "重发": "chóng fā"},
    **{"重传": "chóng chuán", "重做": "chóng zuò", "重试": "chóng shì", "重连": "chóng lián", "重填": "chóng tián"},
    **{"重名": "chóng míng", "巴不得": "bā bù de", "恨不得": "hèn bù de", "怪不得": "guài bù de"},
    **{"华为": "huá wéi", "朝九晚五": "zhāo jiǔ wǎn wǔ", "数一数": "shǔ yī shǔ", "削苹果": "xiāo píng guǒ"},
    **{
        "处处": "chù chù",
        "为人民服务": "wèi rén mín fú wù",
        "重新": "chóng xīn",
        "调休": "tiáo xiū",
        "调薪": "tiáo xīn",
    },
    **{"数一下": "shǔ yī xià", "视为": "shì wéi", "列为": "liè wéi", "定为": "dìng wéi", "数数": "shǔ shù"},
    **{"觉得": "jué de", "记得": "jì de", "显得": "xiǎn de", "晓得": "xiǎo de", "懂得": "dǒng de", "免得": "miǎn de"},
    **{"省得": "shěng de", "懒得": "lǎn de", "舍得": "shě de", "认得": "rèn de", "值得": "zhí de", "使得": "shǐ de"},
}
_STARTS_WITH_GET = frozenset(
    {"得到", "得出", "得知", "得以", "得意", "得分", "得奖", "得失", "得罪", "得体", "得当", "得力"}
)
_GETS = frozenset(
    {"获得", "取得", "难得", "所得", "心得", "只得", "求得", "赢得", "赚得", "博得", "夺得", "分得", "测得"}
)
_MUSTS = frozenset({"得来", "得去", "得要"})
_PREDICATES = frozenset("vabzil")
_MODAL_BEFORE = frozenset(
    {"是", "还是", "要", "会", "可", "能", "就", "都", "也", "总", "必须", "只", "才", "应该", "可能"}
)
_RESULTS = frozenset("完到懂见起出下上过开住掉走清")
_NO_NAME_ENDS = frozenset("章")
DE, DEI, DE2 = "de5", "dei3", "de2"


@dataclass(frozen=True, kw_only=True)
class _Word:
    at: int
    text: str
    kind: str


@lru_cache(maxsize=256)
def corrections(text: str) -> Mapping[int, str]:
    """Syllables with a tone digit, by their place in a run of Chinese characters, where the dictionary is not right.

    Kept for a while: a preview asks for each run three times.
    """
    _load_phrases()
    readings: dict[int, str] = {}
    words = list(_words(text)) if _NEEDS_WORDS.search(text) else []
    for at, syllables in _surnames(text, words):
        readings |= {at + number: syllable for number, syllable in enumerate(syllables.split())}
    for number, word in enumerate(words):
        before = words[number - 1] if number else None
        for at, syllable in _particles(word, before, words[number + 1 :]):
            readings.setdefault(at, syllable)
    return readings


_NEEDS_WORDS = re.compile(f"[得地为还教{''.join({name[0] for name in SURNAMES})}]")


@cache
def _load_phrases() -> None:
    load_phrases_dict({word: [[syllable] for syllable in reading.split()] for word, reading in _PHRASES.items()})


def _words(text: str) -> Iterator[_Word]:
    at = 0
    for pair in chinese_words.tagger().cut(text):
        yield _Word(at=at, text=pair.word, kind=pair.flag)
        at += len(pair.word)


def _surnames(text: str, words: list[_Word]) -> Iterator[tuple[int, str]]:
    """Before a title where a word begins, and at the head of a person's name according to jieba."""
    begins = {word.at for word in words}
    for match in _TITLED.finditer(text):
        surname, at = match.group("surname"), match.start()
        split = text.startswith("曾经理", at)  # jieba: 曾经, 理
        before = text[at - 1] if at else ""
        if (at in begins or split) and before not in _NO_SURNAME_AFTER.get(surname, ()) and surname not in _WEAK:
            yield at, SURNAMES[surname]
    for word, after in zip_longest(words, words[1:]):
        name = next((name for name in (word.text[:2], word.text[:1]) if name in SURNAMES), "")
        if name and _heads_a_name(word, name, after):
            yield word.at, SURNAMES[name]


def _heads_a_name(word: _Word, surname: str, after: _Word | None) -> bool:
    """曾志伟 is a name to jieba; 仇 海涛 is one and a half; 单丽 is no word that it knows."""
    if word.text == surname:
        return after is not None and after.kind == "nr" and len(after.text) <= 2 and surname not in _WEAK
    given = len(word.text) - len(surname)
    if given == 1 and surname in _VERBS:  # 盖楼, 查人
        return False
    unknown = word.text not in jieba.dt.FREQ and surname not in _WEAK and surname not in _VERBS
    return given <= 2 and (word.kind == "nr" or unknown) and not _is_common(word.text)


def is_word(name: str) -> bool:
    """Whether a name is a word of the language besides, such as 单位 and 解放, and no known person's."""
    return not str(chinese_words.tagger().dt.word_tag_tab.get(name, "nr")).startswith("nr")


def _is_common(word: str) -> bool:
    """Whether an apparent name is a word, such as 朴素 and 华为."""
    return word in PHRASES_DICT or word in _PHRASES or word[-1] in _NO_NAME_ENDS


def _particles(word: _Word, before: _Word | None, rest: list[_Word]) -> Iterator[tuple[int, str]]:
    after = rest[0] if rest else None
    if "得" in word.text:
        yield from _de(word, before, after)
    if word.text == "地" and before and before.kind[:1] in "azdbivn" and after and after.kind[:1] in "vadpi":
        yield word.at, DE
    if word.text == "为":
        yield word.at, "wei4" if _is_preposition(before, rest) else "wei2"
    if word.text == "教":
        yield word.at, "jiao1"
    if word.text == "还" and after and after.text[:1] in {"你", "我", "他", "她", "给", "清", "完", "了", "掉", "回"}:
        yield word.at, "huan2"


def _de(word: _Word, before: _Word | None, after: _Word | None) -> Iterator[tuple[int, str]]:
    """得 after a verb is a particle, before one it is *must*, and before a noun or a number it is *get*."""
    at = word.at + word.text.index("得")
    if word.text == "得到" and before and before.kind[:1] == "v" and len(before.text) == 1:  # 做得到
        yield at, DE
    if word.text in _PHRASES or word.text in _STARTS_WITH_GET or "不得" in word.text:
        return
    if len(word.text) >= 3 and "得" in word.text[1:-1]:  # 跑得快, 来得及
        yield at, DE
    elif word.text == "得":
        yield at, _single_de(before, after)
    elif word.text in _MUSTS or (word.text.startswith("得") and word.text not in jieba.dt.FREQ):  # jieba joined 得靠
        yield at, DEI
    elif word.text.endswith("得") and word.text not in _GETS:
        yield at, DE


def _single_de(before: _Word | None, after: _Word | None) -> str:
    follows = after.kind[:1] if after else ""
    acts = before is not None and before.kind == "v" and len(before.text) > 1  # 开会得带电脑
    if acts and after and follows == "v" and after.text[0] not in _RESULTS:
        return DEI
    if before and before.kind[:1] in _PREDICATES and before.text not in _MODAL_BEFORE and before.kind != "vn":
        return DE
    if after is None or after.text[:1] in {"了", "过", "奖", "分", "票"} or follows in {"m", "n", "u", "q"}:
        return DE2
    return DEI


def _is_preposition(before: _Word | None, rest: list[_Word]) -> bool:
    """为 with a person or thing and then a verb is *for*; else it is *be*: 工资为5000元, 时间为周五."""
    if not rest or rest[0].kind[:1] in {"m", "t", "q"}:
        return False
    has_verb = any(word.kind[:1] == "v" and word.text not in {"是", "有"} for word in rest[1:])
    named = before is not None and before.kind[:1] == "n" and before.kind not in {"nr", "nt"}
    return has_verb and not (named and rest[0].kind[:1] not in {"r", "n"})
