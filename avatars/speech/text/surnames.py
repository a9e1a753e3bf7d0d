"""Surnames that are read otherwise than the character alone, after 现代汉语词典 and 中国姓氏大辞典. Light."""

import re

from avatars.speech.text.script import HAN

SURNAMES = {
    **{"曾": "zeng1", "朴": "piao2", "仇": "qiu2", "单": "shan4", "查": "zha1", "解": "xie4", "任": "ren2"},
    **{"区": "ou1", "盖": "ge3", "华": "hua4", "覃": "qin2", "乐": "yue4", "召": "shao4", "黑": "he4", "缪": "miao4"},
    **{"冼": "xian3", "燕": "yan1", "员": "yun4", "繁": "po2", "秘": "bi4", "翟": "zhai2", "卜": "bu3", "宓": "mi4"},
    **{"应": "ying1", "种": "chong2", "过": "guo1", "那": "na1", "少": "shao4", "葛": "ge3", "费": "fei4"},
    **{"薄": "bo2", "柏": "bai3", "贲": "ben1", "谌": "chen2", "强": "qiang2", "撒": "sa3", "尉": "wei4", "哈": "ha3"},
    **{
        "逄": "pang2",
        "佴": "nai4",
        "郇": "xun2",
        "隗": "wei3",
        "郗": "xi1",
        "阚": "kan4",
        "祭": "zhai4",
        "盛": "sheng4",
    },
    **{
        "洗": "xian3",
        "相": "xiang4",
        "都": "du1",
        "牟": "mu4",
        "车": "che1",
        "钭": "tou3",
        "訾": "zi1",
        "仉": "zhang3",
    },
    **{"尉迟": "yu4 chi2", "万俟": "mo4 qi2", "令狐": "ling2 hu2", "澹台": "tan2 tai2", "长孙": "zhang3 sun1"},
    **{"鲜于": "xian1 yu2", "乐正": "yue4 zheng4", "宰父": "zai3 fu3", "亓官": "qi2 guan1", "拓跋": "tuo4 ba2"},
}
LONGEST_NAME = 4  # characters: a surname of two and a given name of two
_NAME = re.compile(f"[{HAN}]{{2,{LONGEST_NAME}}}")


def surname_reading(name: str) -> str:
    """The reading of the surname of a whole Chinese name where it has one of its own: 单雄信 is "shan4". Else ""."""
    if not _NAME.fullmatch(name):
        return ""
    surname = name[:2] if name[:2] in SURNAMES and len(name) > 2 else name[:1]
    return SURNAMES.get(surname, "")
