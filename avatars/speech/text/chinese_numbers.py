"""Mandarin readings where the grammar in `normalise` is wrong: dates, hours, phones, codes, money, measures, ranges."""

import re

from avatars.speech.text.numerals import (
    AND,
    FEET,
    MAIL,
    NUMBER,
    PHONE,
    TO,
    VERSION,
    YEARS,
    Rule,
    any_of,
    between,
    chinese_amount,
    chinese_cardinal,
    chinese_decimal,
    chinese_digits,
    chinese_plain,
    english_cardinal,
    initials,
    is_date,
    whole,
    without_zeros,
)

Match = re.Match[str]

_CURRENCIES = {
    **{"¥": "元", "￥": "元", "$": "美元", "€": "欧元", "£": "英镑"},
    **{"US$": "美元", "HK$": "港元", "A$": "澳元", "RMB": "元", "CNY": "元", "USD": "美元", "HKD": "港元"},
    **{"EUR": "欧元", "GBP": "英镑", "JPY": "日元"},
}
_SCALES = {"万": 10_000, "亿": 100_000_000, "k": 1_000, "w": 10_000, "m": 1_000_000, "b": 1_000_000_000}
"""Times the number before it."""
_UNITS = {
    **{"km": "公里", "m": "米", "cm": "厘米", "mm": "毫米", "nm": "纳米", "㎝": "厘米", "㎜": "毫米", "㎞": "公里"},
    **{"kg": "公斤", "g": "克", "mg": "毫克", "t": "吨", "㎏": "公斤", "ml": "毫升", "mL": "毫升", "L": "升"},
    **{"㎡": "平方米", "m²": "平方米", "m2": "平方米", "m³": "立方米", "km²": "平方公里"},
    **{"h": "小时", "min": "分钟", "mins": "分钟", "s": "秒", "ms": "毫秒"},
    **{"V": "伏", "kV": "千伏", "W": "瓦", "kW": "千瓦", "kWh": "千瓦时", "mAh": "毫安时"},
    **{"Hz": "赫兹", "kHz": "千赫", "MHz": "兆赫", "GHz": "吉赫", "dB": "分贝", "px": "像素"},
    **{
        "℃": "摄氏度",
        "°C": "摄氏度",
        "°F": "华氏度",
        "°": "度",
        "kcal": "千卡",
        "Pa": "帕",
        "kPa": "千帕",
        "MPa": "兆帕",
    },
    **{
        "km/h": "公里每小时",
        "m/s": "米每秒",
        "Mbps": "兆每秒",
        "rpm": "转每分钟",
        "ft": "英尺",
        "lb": "磅",
        "oz": "盎司",
    },
}
_TO = r"\s?[-–—~至到]\s?"
_UNIT = any_of(_UNITS)
_CURRENCY = any_of(_CURRENCIES)
_COUNTED = "[人个元次块年月日天周位名件条台套家页字分秒米公千万亿号版楼层岁度倍例项种款步吨克升斤亩户辆本张枚棵]"
_CODES = (
    "尾号|编号|工号|学号|房号|房间号?|密码|分机|验证码|订单号?|单号|号码|代码|邮编|卡号|账号|帐号|流水号|批次号?|序列号"
    "|取件码|提取码|会议号|口令|QQ|微信号|身份证号?|证号|ID|端口号?"
)
_CALLS = "电话|热线|拨打|客服|致电|短号|拨|打"
_MONEY = "元|块钱?|人民币|美元|美金|欧元|英镑|港[元币]|日元"
_AM = {"am": "上午", "pm": "下午"}

_digits, _plain = whole(chinese_digits), whole(chinese_plain)
_ordinal, _decimal = whole(chinese_cardinal), whole(chinese_decimal)
_range, _years, _times = between(chinese_amount, "到"), between(chinese_plain, "到"), between(chinese_decimal, "乘")


def _date(match: Match) -> str:
    year, month, day = match.group("y", "m", "d")
    if not is_date(month, day):
        return ""
    return f"{chinese_plain(year)}年{chinese_cardinal(month)}月{chinese_cardinal(day)}日"


def _slashed(match: Match) -> str:
    month, day = match.groups()
    if not is_date(month, day) or int(day) <= 12:
        return ""
    return f"{chinese_cardinal(month)}月{chinese_cardinal(day)}日"


def _clock(match: Match) -> str:
    hour, minute, half = match.group("h", "min", "half")
    spoken = ("两" if int(hour) == 2 else chinese_cardinal(hour)) + "点"
    if minute and int(minute):
        spoken += ("零" if minute.startswith("0") else "") + chinese_cardinal(minute) + "分"
    return _AM.get((half or "").lower().replace(".", ""), "") + spoken


def _long(match: Match) -> str:
    """The reading of a long number: a cardinal if it is round, else digit by digit."""
    number = match.group()
    return chinese_cardinal(number) if number.endswith("00000") and len(number) <= 16 else chinese_digits(number)


def _ordinals(match: Match) -> str:
    return "到".join(chinese_cardinal(number) for number in re.findall(r"\d+", match.group("n")))


def _decade(match: Match) -> str:
    return f"{chinese_plain(match.group(1))}年代"


def _version(match: Match) -> str:
    return "点".join(chinese_plain(part) for part in match.group().split("."))


def _code(match: Match) -> str:
    """Letters stay; one or two digits are a number, more are read one by one: Win11, GPT-4o, HR2026."""
    spoken = ""
    for part in re.findall(r"[A-Za-z]+|\d+", match.group()):
        if part.isalpha():
            spoken += part
        else:
            spoken += chinese_cardinal(part) if len(part) <= 2 else chinese_plain(part)
    return spoken


def _letters_and_decimal(match: Match) -> str:
    return f"{match.group(1)}{chinese_decimal(match.group(2))}"


def _scaled(number: str, scale: str) -> str:
    """万 and 亿 are spoken, thousands and millions counted out: 3.5M is 三百五十万."""
    if scale in "万亿":
        return chinese_amount(number) + scale
    units = round(float(number.replace(",", "")) * _SCALES[scale.lower()], 6)
    return chinese_cardinal(str(int(units))) if units == int(units) else chinese_decimal(f"{units:f}")


def _money(match: Match) -> str:
    sign, number, scale = match.group("c", "v", "s")
    spoken = _scaled(number, scale) if scale else chinese_amount(without_zeros(number))
    return spoken + (match.groupdict().get("said") or _CURRENCIES[sign])


def _short_scale(match: Match) -> str:
    number, scale = match.groups()
    if scale == "w":
        return f"{chinese_amount(number)}万"
    return _scaled(number, scale)


def _measure(match: Match) -> str:
    low, high, unit = match.group("v", "to", "u")
    first = chinese_amount(low)
    return (f"{first}到{chinese_amount(high)}" if high else first) + _UNITS[unit]


def _per_mille(match: Match) -> str:
    return f"千分之{chinese_decimal(match.group(1))}"


def _percent(match: Match) -> str:
    low, high = match.groups()
    return "百分之" + (f"{chinese_decimal(low)}到百分之{chinese_decimal(high)}" if high else chinese_decimal(low))


def _mail(match: Match) -> str:
    spelled = re.sub(r"[A-Za-z]+", lambda part: initials(part.group()), match.group())
    return spelled.replace("@", "艾特").replace(".", "点").replace("-", " ").replace("_", "下划线")


def _place(match: Match) -> str:
    """B2-305 is B二 三零五, room 8-1203 is 八杠一二零三."""
    letter, block, room = match.group("letter", "block", "room")
    return f"{letter or ''}{chinese_cardinal(block)}{' ' if letter else '杠'}{chinese_digits(room)}"


def _groups(match: Match) -> str:
    return "".join(chinese_digits(part) for part in match.group("n").split("-"))


def _feet(match: Match) -> str:
    return f"{chinese_amount(match.group('feet'))}英尺{chinese_amount(match.group('inches'))}英寸"


def _generations(match: Match) -> str:
    return "后".join(chinese_plain(years) for years in match.group("n").split("/"))


def _model(match: Match) -> str:
    """A number between two English words is read as they are; behind one, from three digits on, digit by digit."""
    number, goes_on = match.group("n"), match.group("on")
    if goes_on:
        return english_cardinal(number)
    return chinese_plain(number) if len(number) > 2 else chinese_cardinal(number)


RULES: tuple[Rule, ...] = (
    (MAIL, _mail),
    (TO, lambda match: f"{match['from']} two {match['to']}"),
    (AND, lambda match: f"{match['first']} and {match['last']}"),
    (FEET, _feet),
    (re.compile(r"(?<![A-Za-z])C\+\+(?!\+)"), lambda _: "C加加"),
    (re.compile(r"(?<![A-Za-z])[CF](?P<n>#)"), lambda _: " sharp"),
    (re.compile(r"(?<![\w.])\.NET(?![A-Za-z])"), lambda _: "点net"),
    (re.compile(r"1(?::|[vV对])1(?=沟通|面谈|辅导|会议|交流|培训|谈话|访谈|约谈|教学)"), lambda _: "一对一"),
    (re.compile(r"(?<![\d.])(?P<n>(?:[6-9][05]|0[05])(?:/(?:[6-9][05]|0[05]))*)(?=后)"), _generations),
    (re.compile(r"(?:分机号?|短号|内线|转)[:：]?\s?(?P<n>\d{1,5}(?:-\d{2,5})+)(?![\d-])"), _groups),
    (re.compile(r"(?<![A-Za-z\d-])(?P<letter>[A-Z])(?P<block>\d{1,2})-(?P<room>\d{3,4})(?![\d-])"), _place),
    (
        re.compile(r"(?:(?<=房间)|(?<=房号)|(?<=会议室))(?P<letter>)(?P<block>\d{1,2})-(?P<room>\d{3,4})(?![\d-])"),
        _place,
    ),
    (re.compile(r"(?<![\d.-])(?P<letter>)(?P<block>\d{1,2})-(?P<room>\d{3,4})(?=室|房|号?会议室)"), _place),
    (re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?![\d.])"), _date),
    (re.compile(r"(?<![\d/.])(0?[1-9]|1[0-2])/(\d{2})(?![\d/.])"), _slashed),
    (re.compile(r"(?<![\d:])(?P<h>0?0):(?P<min>[0-5]\d)(?P<half>)(?![\d:])"), _clock),
    (re.compile(r"(?<![\d:])(?P<h>\d{1,2})(?::(?P<min>\d\d))? ?(?P<half>[ap]\.?m)(?![A-Za-z])\.?", re.I), _clock),
    (PHONE, _digits),
    (
        re.compile(rf"(?:{_CODES})(?:[:：#]|是|为|号)?\s?(?P<n>\d{{3,}})(?![\d.,]*\d|{_COUNTED})"),
        _digits,
    ),
    (re.compile(r"(?<![\d.])(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?![\d.])"), _date),
    (re.compile(rf"(?:{_CALLS})[:：]?\s?(?P<n>\d{{3,8}})(?![\d.,-]*\d|{_COUNTED})"), _digits),
    (re.compile(r"(?<![\d.])(?P<n>\d{3,8})(?=(?:服务|投诉|咨询|客服)?热线|客服)"), _digits),
    (
        re.compile(
            rf"(?<![\d.])(?:110|114|119|120|122|10000|10010|10086|123[0-4]\d|95\d{{3}})(?![\d.,%:-]*\d|%|{_COUNTED})"
        ),
        _digits,
    ),
    (re.compile(rf"(?<![\d.,$¥€£-])\d{{9,}}(?![\d.-]|\s?{_COUNTED}|[多余])"), _long),
    (VERSION, _version),
    (
        re.compile(
            rf"(?P<c>{_CURRENCY}) ?(?P<v>{NUMBER}) ?(?P<s>[万亿]|[kKwWMB](?![A-Za-z]))?(?![\d.,]*\d)(?P<said>{_MONEY})?"
        ),
        _money,
    ),
    (re.compile(rf"(?<![\d.,])(?P<v>{NUMBER}) ?(?P<s>[万亿])?(?P<c>RMB|CNY|USD|HKD|EUR|GBP|JPY)(?![A-Za-z])"), _money),
    (re.compile(rf"(?<![\d.,])(-?{NUMBER})‰"), _per_mille),
    (re.compile(rf"(?<![\d.,-])({NUMBER})%?{_TO}({NUMBER})%"), _percent),
    (re.compile(r"(?<!\d)((?:19|20)\d0)s(?![A-Za-z])"), _decade),
    (
        re.compile(
            rf"(?<![\d.,A-Za-z])(?P<v>-?{NUMBER})(?:(?: ?(?:{_UNIT}))?{_TO}(?P<to>-?{NUMBER}))?"
            rf" ?(?P<u>{_UNIT})(?![A-Za-z\d])"
        ),
        _measure,
    ),
    (re.compile(rf"(?<![\d.,A-Za-z])({NUMBER})([wk])(?![A-Za-z\d])"), _short_scale),
    (re.compile(r"(?<![\d,.$¥€£])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,.]*\d|%)"), _decimal),
    (YEARS, _years),
    (re.compile(r"(?<!\d)(?P<n>(?:19|20)\d\d)(?=财年|届|级|款|学年|春|夏|秋|冬|Q[1-4])"), _plain),
    (re.compile(r"(?<![\d.])24/7(?![\d/])"), lambda _: "二十四小时七天"),
    (re.compile(r"第(?P<n>\d{1,4}[-–—~至到]\d{1,4})"), _ordinals),
    (re.compile(r"第(?P<n>\d{1,8})(?![\d.,])"), _ordinal),
    (re.compile(r"(?<![\d.,-])(?P<n>2)(?=[楼月日班号级线等]|年级|单元|季度|环)"), _ordinal),
    (re.compile(r"(?<![\d.,:-])2(?=公斤|公里|倍|点(?!\d))"), lambda _: "两"),
    (re.compile(r"(?<![\d.,-])\d{3,4}(?=号?(?:会议室|办公室|教室|房|室|包间|包厢|病房))"), _digits),
    (re.compile(r"(?:单元|栋|幢|号楼|座)(?P<n>\d{3,4})(?![\d个人户])"), _digits),
    (re.compile(r"(?<![\d.:,A-Za-z-])0\d{2,}(?![\d.:后])"), _digits),
    (re.compile(r"(?<![\d.])(?P<n>480|720|1080|1440|2160)(?=[pP](?![A-Za-z]))"), _plain),
    (re.compile(r"(?<![A-Za-z\d])([A-Za-z]+)-?(\d+\.\d+)(?![\d.])"), _letters_and_decimal),
    (re.compile(r"(?<![A-Za-z\d])[A-Z]{1,2}(?P<n>\d{2,4})(?=次|航班|列车)"), _digits),
    (
        re.compile(
            r"(?<![A-Za-z\d])[A-Za-z][A-Za-z]+ (?P<n>\d{1,4})(?P<on> [A-Za-z]{2,})?(?![A-Za-z\d.,:%/-]|\s?"
            rf"{_COUNTED}|\s?(?:{_UNIT})(?![A-Za-z]))"
        ),
        _model,
    ),
    (re.compile(r"(?<![A-Za-z\d])[A-Za-z]+-?\d+(?:-?[A-Za-z]+)?(?![A-Za-z\d.])"), _code),
    (re.compile(r"(?<=[A-Za-z])\+(?=\d)"), lambda _: "加"),
    (re.compile(r"(?<=\d)\+(?!\d)"), lambda _: "多"),
    (re.compile(rf"(?<![\d.,])({NUMBER})\s?[*×xX]\s?({NUMBER})(?![\d.,A-Z])"), _times),
    (re.compile(rf"(?<![\d.,-])({NUMBER})[-–—~]({NUMBER})(?={_COUNTED}|\s?GB|\s?TB|\s?MB)"), _range),
    (re.compile(r"(?<=[日号度年月分点斤里%克米℃CmghLtVW])\s?[-–—~]\s?(?=[¥￥$]?\d)"), lambda _: "到"),
    (re.compile(r"(?<=\d)\s?[-–—~]\s?(?=[¥￥$€£])"), lambda _: "到"),
    (re.compile(r"(?<![\d.,:/A-Za-z-])\d+\.\d+(?![\d.:%/]|[万亿])"), _decimal),
    (re.compile(r"(?<![<>=])(?:<=|≤)\s?(?=\d)"), lambda _: "小于等于"),
    (re.compile(r"(?<![<>=])(?:>=|≥)\s?(?=\d)"), lambda _: "大于等于"),
    (re.compile(r"(?<![<>=])<\s?(?=\d)"), lambda _: "小于"),
    (re.compile(r"(?<![<>=])>\s?(?=\d)"), lambda _: "大于"),
    (re.compile(r"≈\s?(?=\d)"), lambda _: "约"),
    (re.compile(r"(?<![A-Za-z])No\.\s?(?=\d)"), lambda _: "第"),
)
