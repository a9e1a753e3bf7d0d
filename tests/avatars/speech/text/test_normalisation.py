"""Text normalisation: numbers, dates, units and symbols as they are read."""

import pytest

from avatars.speech.text.normalisation import Normaliser
from avatars.speech.text.numerals import chinese_cardinal
from avatars.speech.text.script import Language, clean, language_of, sentences

CHINESE = [
    ("会议在2026年3月15日下午3:30开始", "会议在二零二六年三月十五日下午三点三十分开始"),
    ("今天是2026-11-25 周三 9:00", "今天是二零二六年十一月二十五日 周三 九点"),
    ("电话13800138000，身高1.94米", "电话幺三八零零幺三八零零零，身高一点九四米"),
    ("打010-12345678或555-0199", "打零幺零幺二三四五六七八或五五五零幺九九"),
    ("请到808会议室", "请到八零八会议室"),
    ("工号00123", "工号零零幺二三"),
    ("共1,234人", "共一千二百三十四人"),
    ("一共12,345,678元", "一共一千二百三十四万五千六百七十八元"),
    ("价格¥8999和$19.99", "价格八千九百九十九元和十九点九九美元"),
    ("预算¥1,234.50", "预算一千二百三十四点五元"),
    ("增长25%", "增长百分之二十五"),
    ("气温-5℃", "气温负五摄氏度"),
    ("有2个人", "有两个人"),
    ("3-5天", "三到五天"),
    ("比分3:2", "比分三比二"),
    ("用GPT-4o和Win11", "用GPT四o和Win十一"),
    ("A4纸", "A四纸"),
    ("版本8.0.1", "版本八点零点一"),
    ("100+人", "一百多人"),
    ("第1,2章", "第一,二章"),
    ("2月2日", "二月二日"),
    ("第2名", "第二名"),
    ("2026.1.1", "二零二六年一月一日"),
    ("2026-01-01", "二零二六年一月一日"),
    ("20260101开始", "二零二六年一月一日开始"),
    ("11/25", "十一月二十五日"),
    ("0:00", "零点"),
    ("00:30", "零点三十分"),
    ("9am", "上午九点"),
    ("2:30pm", "下午两点三十分"),
    ("9:00", "九点"),
    ("3:2", "三比二"),
    ("8:00~9:00", "八点到九点"),
    ("+86 13812345678", "加八六幺三八幺二三四五六七八"),
    ("（010）62345678", "零幺零六二三四五六七八"),
    ("010-6234 5678", "零幺零六二三四五六七八"),
    ("12345热线", "幺二三四五热线"),
    ("拨打10086", "拨打幺零零八六"),
    ("10086", "幺零零八六"),
    ("10010人", "一万零一十人"),
    ("110", "幺幺零"),
    ("110个", "一百一十个"),
    ("验证码839201", "验证码八三九二零幺"),
    ("验证码是 123456", "验证码是 幺二三四五六"),
    ("订单号123456", "订单号幺二三四五六"),
    ("订单20261125001", "订单二零二六幺幺二五零零幺"),
    ("房间1203", "房间幺二零三"),
    ("3号楼2单元501", "三号楼二单元五零幺"),
    ("CA1234航班", "CA幺二三四航班"),
    ("G101次列车", "G幺零幺次列车"),
    ("2号会议室", "二号会议室"),
    ("2楼", "二楼"),
    ("2个", "两个"),
    ("2点", "两点"),
    ("12月", "十二月"),
    ("5km", "五公里"),
    ("5-10km", "五到十公里"),
    ("2公斤", "两公斤"),
    ("2kg", "两公斤"),
    ("500g", "五百克"),
    ("30㎡", "三十平方米"),
    ("20m²", "二十平方米"),
    ("220V", "二百二十伏"),
    ("2.4GHz", "二点四吉赫"),
    ("16G内存", "十六G内存"),
    ("5GB", "五GB"),
    ("100‰", "千分之一百"),
    ("-3%", "百分之负三"),
    ("10%~20%", "百分之十到百分之二十"),
    ("10~20%", "百分之十到百分之二十"),
    ("US$20", "二十美元"),
    ("¥3.5万", "三点五万元"),
    ("$3.5M", "三百五十万美元"),
    ("$10k", "一万美元"),
    ("100 USD", "一百美元"),
    ("RMB 500", "五百元"),
    ("10w", "十万"),
    ("2k", "两千"),
    ("60W", "六十瓦"),
    ("4K", "四K"),
    ("1080P", "一零八零P"),
    ("2026Q1", "二零二六Q一"),
    ("2026财年", "二零二六财年"),
    ("2026届", "二零二六届"),
    ("1990s", "一九九零年代"),
    ("2026-2027", "二零二六到二零二七"),
    ("2026-2027年", "二零二六到二零二七年"),
    ("3月1日-5日", "三月一日到五日"),
    ("20℃-25℃", "二十到二十五摄氏度"),
    ("-5~3℃", "负五到三摄氏度"),
    ("¥100-¥200", "一百元到二百元"),
    ("100-200元", "一百到二百元"),
    ("11-25人", "十一到二十五人"),
    ("11.25", "十一点二五"),
    ("11.25元", "十一点二五元"),
    ("9.5分", "九点五分"),
    ("3*4", "三乘四"),
    ("7x24小时", "七乘二十四小时"),
    ("1920x1080", "一千九百二十乘一千零八十"),
    ("<5", "小于五"),
    ("≥3", "大于等于三"),
    ("≈10", "约十"),
    ("±5", "正负五"),
    ("No.1", "第一"),
    ("100000000元", "一亿元"),
    ("123456789", "幺二三四五六七八九"),
    ("PM2.5", "PM二点五"),
    ("ISO9001", "ISO九零零一"),
    ("Covid-19", "Covid十九"),
    ("v1.2", "v一点二"),
    ("版本1.10", "版本一点一零"),
    ("iOS 17.2", "iOS 十七点二"),
    ("50+", "五十多"),
    ("T+1", "T加一"),
    ("5mins", "五分钟"),
    ("192.168.1.1", "一九二点一六八点一点一"),
    ("3.0", "三点零"),
    ("电话：8001", "电话：八零零幺"),
    ("1,005", "一千零五"),
    ("打110", "打幺幺零"),
    ("2026年", "二零二六年"),
    ("60-70人", "六十到七十人"),
    ("1-2天", "一到两天"),
    ("6:30-7:30", "六点三十分到七点三十分"),
    ("第1-3章", "第一到三章"),
    ("买2送1", "买二送一"),
    ("5个2", "五个二"),
    ("24/7", "二十四小时七天"),
    ("3:00", "三点"),
    ("上午10:30", "上午十点三十分"),
    ("12/25", "十二月二十五日"),
    ("1990s的歌", "一九九零年代的歌"),
]
ENGLISH = [
    ("We meet at 3:30 pm.", "We meet at three thirty P.M."),
    ("At 9 a.m. sharp", "At nine A.M. sharp"),
    ("Call 555-0199 now", "Call five five five, oh one nine nine now"),
    ("in room 808", "in room eight oh eight"),
    ("1,234 people", "one thousand two hundred and thirty-four people"),
    ("it costs $1,234.50", "it costs one thousand two hundred and thirty-four dollars and fifty cents"),
    ("it costs $19.99", "it costs nineteen dollars and ninety-nine cents"),
    ("a rate of 3.5", "a rate of three point five"),
    ("25% more", "twenty-five percent more"),
    ("on March 15, 2026", "on March fifteenth, twenty twenty-six"),
    ("the 3rd floor", "the third floor"),
    ("10-15 people", "ten to fifteen people"),
    ("in the 1990s", "in the nineteen nineties"),
    ("Dr. Smith", "doctor Smith"),
    ("write to hr@example.com", "write to hr at example dot com"),
    ("January 1, 2026", "January first, twenty twenty-six"),
    ("Jan 1", "January first"),
    ("1 January 2026", "January first, twenty twenty-six"),
    ("2026-01-01", "January first, twenty twenty-six"),
    ("01/02/2026", "January second, twenty twenty-six"),
    ("1/2/26", "January second, twenty twenty-six"),
    ("March 3rd", "March third"),
    ("Nov. 25", "November twenty-fifth"),
    ("the 25th of May", "the twenty-fifth of May"),
    ("11/25", "November twenty-fifth"),
    ("24/7", "twenty-four seven"),
    ("1/2", "one half"),
    ("2 1/2", "two and a half"),
    ("in 2026", "in twenty twenty six"),
    ("in 2005", "in twenty oh five"),
    ("9:00", "nine o'clock"),
    ("9:05", "nine oh five"),
    ("09:30", "nine thirty"),
    ("21:00", "nine P.M."),
    ("21:30", "nine thirty P.M."),
    ("3:30pm", "three thirty P.M."),
    ("3:30 p.m.", "three thirty P.M."),
    ("9 a.m. sharp", "nine A.M. sharp"),
    ("9am", "nine A.M."),
    ("10:00-11:30", "ten o'clock to eleven thirty"),
    ("9am-5pm", "nine A.M. to five P.M."),
    ("9 a.m. to 5 p.m.", "nine A.M. to five P.M."),
    ("3:2", "three to two"),
    ("555-0199", "five five five, oh one nine nine"),
    ("(555) 555-0199", "five five five, five five five, oh one nine nine"),
    ("+1 555 555 0199", "plus one, five five five, five five five, oh one nine nine"),
    ("1-800-555-0199", "one, eight oh oh, five five five, oh one nine nine"),
    ("call 911", "call nine one one"),
    ("5km", "five kilometers"),
    ("1 km", "one kilometer"),
    ("500g", "five hundred grams"),
    ("10 mL", "ten milliliters"),
    ("25°C", "twenty-five degrees Celsius"),
    ("-5°C", "minus five degrees Celsius"),
    ("98.6°F", "ninety-eight point six degrees Fahrenheit"),
    ("60mph", "sixty miles per hour"),
    ("100km/h", "one hundred kilometers per hour"),
    ("30 m²", "thirty square meters"),
    ("16GB", "sixteen gigabytes"),
    ("1GB", "one gigabyte"),
    ("220V", "two hundred and twenty volts"),
    ("50Hz", "fifty hertz"),
    ("2.4GHz", "two point four gigahertz"),
    ("4K", "four K"),
    ("$5", "five dollars"),
    ("$1", "one dollar"),
    ("$19.99", "nineteen dollars and ninety-nine cents"),
    ("$0.99", "ninety-nine cents"),
    ("$1.00", "one dollar"),
    ("$1.5 million", "one point five million dollars"),
    ("$3.5M", "three point five million dollars"),
    ("$10k", "ten thousand dollars"),
    ("€30", "thirty euros"),
    ("£20.50", "twenty pounds and fifty pence"),
    ("£0.01", "one penny"),
    ("¥100", "one hundred yuan"),
    ("100 USD", "one hundred dollars"),
    ("RMB 500", "five hundred yuan"),
    ("0.5%", "zero point five percent"),
    ("-3%", "minus three percent"),
    ("10-20%", "ten to twenty percent"),
    ("50%", "fifty percent"),
    ("3-5 days", "three to five days"),
    ("2026-2027", "twenty twenty-six to twenty twenty-seven"),
    ("v1.2", "version one point two"),
    ("v2.0.1", "version two point zero point one"),
    ("version 1.10", "version one point one oh"),
    ("iOS 17.2", "iOS seventeen point two"),
    ("order 123456", "order one two three four five six"),
    ("order number 123456", "order number one two three four five six"),
    ("code 839201", "code eight three nine two oh one"),
    ("code: 839201", "code: eight three nine two oh one"),
    ("room 1203", "room one two oh three"),
    ("room 808", "room eight oh eight"),
    ("gate B12", "gate B twelve"),
    ("flight CA1234", "flight CA one two three four"),
    ("ID 00123", "ID oh oh one two three"),
    ("ext. 1234", "ext. one two three four"),
    ("ending in 8899", "ending in eight eight nine nine"),
    ("Q3", "Q three"),
    ("FY2026", "FY twenty twenty-six"),
    ("7x24", "seven by twenty-four"),
    ("COVID-19", "COVID nineteen"),
    ("5G", "five G"),
    ("B2B", "B two B"),
    ("GPT-4", "GPT four"),
    ("No. 1", "number one"),
    ("the 1990s", "the nineteen nineties"),
    ("the '90s", "the nineties"),
    ("ISO 9001", "ISO nine thousand and one"),
    ("PM2.5", "PM two point five"),
    ("20+", "twenty plus"),
    ("100+ people", "one hundred plus people"),
    (">=3", "at least three"),
    ("<5", "less than five"),
    ("~10", "about ten"),
    ("±5", "plus or minus five"),
    ("15 min", "fifteen minutes"),
    ("2h", "two hours"),
    ("30 mins", "thirty minutes"),
    ("1TB", "one terabyte"),
    ("10x", "ten times"),
    ("1.5x", "one point five times"),
    ("192.168.1.1", "one nine two dot one six eight dot one dot one"),
    ("a@b.com", "a at b dot com"),
    ("1st", "first"),
    ("3rd-5th", "third to fifth"),
    ("St. John", "Saint John"),
    ("e.g. this", "for example this"),
    ("vs. that", "versus that"),
    ("etc.", "et cetera"),
    ("-12.5", "minus twelve point five"),
    ("3.14", "three point one four"),
    ("3.0", "three point oh"),
    ("007", "oh oh seven"),
    ("1234567", "one two three four five six seven"),
    ("1000000", "one million"),
    ("20260101", "January first, twenty twenty-six"),
    ("Mon-Fri", "Monday to Friday"),
    ("5ft", "five feet"),
    ("1 ft", "one foot"),
    ("6 ft", "six feet"),
    ("pages 10-15", "pages ten to fifteen"),
    ("2 in 3", "two in three"),
    ("I am 5", "I am five"),
    ("the code is 4455", "the code is four four five five"),
    ("at 5 pm.", "at five P.M."),
    ("10 lbs", "ten pounds"),
    ("2 m/s", "two meters per second"),
    ("100 Mbps", "one hundred megabits per second"),
    ("train 1234", "train one two three four"),
    ("bus 42", "bus forty two"),
    ("Chapter 12", "Chapter twelve"),
    ("1080p video", "ten eighty p video"),
    ("5 s", "five seconds"),
    ("10s", "ten seconds"),
]


@pytest.fixture(scope="module")
def normaliser() -> Normaliser:
    return Normaliser()


def spoken(normaliser: Normaliser, text: str, language: Language) -> str:
    words, position = "", 0
    for reading in normaliser.readings(text, language):
        assert reading.offset >= position
        words += text[position : reading.offset] + reading.spoken
        position = reading.offset + reading.length
    return words + text[position:]


@pytest.mark.parametrize(("written", "expected"), CHINESE)
def test_chinese_is_read_as_people_say_it(normaliser: Normaliser, written: str, expected: str) -> None:
    assert spoken(normaliser, written, Language.CHINESE) == expected


@pytest.mark.parametrize(("written", "expected"), ENGLISH)
def test_english_is_read_as_people_say_it(normaliser: Normaliser, written: str, expected: str) -> None:
    assert spoken(normaliser, written, Language.ENGLISH) == expected


@pytest.mark.parametrize(
    "odd", ["#1", "1.", "++", "1/0/1", "$", "%%5", "0", "٣", "½", "1e9", "9" * 40, "1:2:3:4", "@1@"]
)
@pytest.mark.parametrize("language", list(Language))
def test_odd_numbers_never_fail(normaliser: Normaliser, odd: str, language: Language) -> None:
    spoken(normaliser, odd, language)


@pytest.mark.parametrize(
    ("digits", "words"),
    [("0", "零"), ("10", "十"), ("105", "一百零五"), ("2000", "两千"), ("10010", "一万零一十"), ("100000000", "一亿")],
)
def test_chinese_numbers_have_their_zeros(digits: str, words: str) -> None:
    assert chinese_cardinal(digits) == words


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("**你好**，[官网](https://a.com/x)见！😊", "你好，官网见！"),
        ("# 标题", "标题"),
        ("- 第一项", "第一项"),
        ("看 https://example.com/a?b=1，谢谢", "看，谢谢"),
        ("`code` and <b>bold</b>", "codeandbold"),
        ("１２３ＡＢＣ％", "123ABC%"),
        ("3*4=12", "3*4=12"),
        ("20%~30%", "20%~30%"),
        ("ok👍🏽 👨‍👩‍👧 1️⃣", "ok1"),
    ],
)
def test_what_is_not_speech_is_blanked_in_place(written: str, left: str) -> None:
    assert len(clean(written)) == len(written)
    assert clean(written).replace(" ", "") == left


def test_sentences_end_where_people_pause() -> None:
    text = "你好！Mr. Smith paid $3.50. 然后走了。e.g. this\n最后"
    assert [sentence.text.strip() for sentence in sentences(text)] == [
        "你好！",
        "Mr. Smith paid $3.50.",
        "然后走了。",
        "e.g. this",
        "最后",
    ]
    assert all(text[s.offset : s.offset + len(s.text)] == s.text for s in sentences(text))


def test_each_sentence_has_its_language() -> None:
    text = "请打开Excel。Please open the file. 808."
    assert [sentence.language for sentence in sentences(text)] == ["zh", "en", "en"]
    assert language_of("12345", fallback=Language.ENGLISH) is Language.ENGLISH


@pytest.mark.parametrize("language", list(Language))
def test_digits_of_other_scripts_are_read_like_ours(normaliser: Normaliser, language: Language) -> None:
    cleaned = clean("第٣٤页，A٣型，２０२６年3月，$٣")
    assert cleaned == "第34页，A3型，2026年3月，$3"
    assert normaliser.readings(cleaned, language)
