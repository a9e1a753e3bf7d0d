"""Reads a script without saying it, as the built-in voice would."""

import re
from collections.abc import Iterator
from dataclasses import replace

import jieba
from pypinyin.contrib.tone_convert import to_tone

from avatars.speech.synthesis.plan import TOKEN_LIMIT, Spoken, spell_out, styled
from avatars.speech.text.g2p import (
    NOWHERE,
    Phoneme,
    english_words,
    mandarin_pinyin,
    mandarin_syllable,
    phonemes,
    syllables_of,
)
from avatars.speech.text.lint import Code, Line, Lint, Remark, Source, Word, mark_remarks
from avatars.speech.text.normalisation import Normaliser
from avatars.speech.text.polyphones import corrections
from avatars.speech.text.pronunciation_lexicon import Lexicon
from avatars.speech.text.pronunciations import Form, Pronunciation
from avatars.speech.text.script import HAN, LATIN, Language, Sentence, clean, sentences

# Characters of several common readings, which only their neighbours tell apart; alone, they are a guess.
POLYPHONES = frozenset("乐为传冠藏朝调干几降觉卷累量落铺强省盛似宿鲜兴咽扎占涨")
KNOWN = 3  # least rating of a reading that is in a dictionary; below, it is guessed
PER_SECOND = 13.0  # characters of IPA spoken a second, for the length that is shown
_LATIN_RUN = re.compile(rf"[{LATIN}](?:[{LATIN}'&.\- ]*[{LATIN}])?")
_CARDINAL = re.compile("[千万亿]|thousand|million")
_LONG_NUMBER = re.compile(r"(?<![\d.])[1-9]\d{4,8}(?![\d.])")
_TWO_DATES = re.compile(r"(?<![\d/])(0?[1-9]|1[0-2])/(0?[1-9]|1[0-2])(?:/\d{2,4})?(?![\d/])")
_PART = re.compile("的|以上|以下|左右|多|强|英寸|杯|勺|数")
_LINK = re.compile(rf"(?:https?://|www\.)[^\s，。；！？、）》”\"<>{HAN}]+")


def read(text: str, entries: tuple[Pronunciation, ...], normaliser: Normaliser) -> Lint:
    """The reading of a text with these entries in the lexicon."""
    lexicon = Lexicon(entries)
    cleaned = clean(text)
    lines: list[Line] = []
    remarks = [*_left_out(text, cleaned), *mark_remarks(text)]
    said = 0
    for sentence, style in styled(text, sentences(cleaned)):
        spoken = spell_out(sentence, normaliser, lexicon)
        sounds = phonemes(spoken.text, sentence.language, spoken.given)
        said += len(sounds)
        words = tuple(_words(sentence, spoken, sounds, {entry.token.lower(): entry for entry in entries}))
        lines.append(
            Line(
                offset=sentence.offset,
                length=len(sentence.text),
                language=sentence.language,
                spoken=" ".join(spoken.text.split()),
                words=words,
                mood=style.mood.value,
                pace=style.pace,
            )
        )
        remarks += _remarks(sentence, spoken, words)
        if len(sounds) > TOKEN_LIMIT:
            remarks.append(Remark(code=Code.LONG_SENTENCE, offset=sentence.offset, length=len(sentence.text)))
    if not any(word.source is not Source.NOTHING for line in lines for word in line.words):
        remarks.append(Remark(code=Code.NOTHING_TO_SAY, offset=0, length=len(text)))
    remarks.sort(key=lambda remark: remark.offset)
    return Lint(lines=tuple(lines), remarks=tuple(remarks), seconds=round(said / PER_SECOND, 1))


def _words(
    sentence: Sentence, spoken: Spoken, sounds: list[Phoneme], entries: dict[str, Pronunciation]
) -> Iterator[Word]:
    """One word for each place of the author's text, in order."""
    heard = _heard(spoken, sounds)
    pinyin = _pinyin(spoken)
    embedded = sentence.language is Language.CHINESE
    sure = {
        spoken.owners[run.start() + place]: (word, rating)
        for run in _LATIN_RUN.finditer(spoken.text)
        for place, word, _, rating in english_words(run.group(), embedded=embedded)
    }
    read_at = {sentence.offset + reading.offset: reading for reading in spoken.readings if reading.length}
    for number, place in enumerate(spoken.places):
        if not place.length:
            continue
        written = sentence.text[place.offset - sentence.offset :][: place.length]
        reading = read_at.get(place.offset)
        word = Word(
            offset=place.offset,
            length=place.length,
            spoken=reading.spoken if reading else written,
            reading=pinyin.get(number) or heard.get(number, ""),
            source=Source.RULE if reading else Source.DICTIONARY,
        )
        entry = entries.get(written.lower()) if reading else None
        if entry is not None:
            own = " ".join(to_tone(syllable) for syllable in syllables_of(entry)) if entry.form is Form.PINYIN else ""
            word = replace(word, source=Source.LEXICON, reading=own or word.reading)
        elif not word.reading:
            word = replace(word, source=Source.NOTHING)
        elif not reading and number in sure:
            word = replace(word, source=_certainty(*sure[number]))
        yield word


def _heard(spoken: Spoken, sounds: list[Phoneme]) -> dict[int, str]:
    """The phonemes of each place, a blank between the words of one."""
    heard: dict[int, str] = {}
    before = 0
    for phoneme in sounds:
        if phoneme.at != NOWHERE:
            owner = spoken.owners[phoneme.at]
            blank = " " if owner in heard and " " in spoken.text[before : phoneme.at] else ""
            heard[owner] = heard.get(owner, "") + blank + phoneme.symbol
            before = phoneme.at
    return heard


def _certainty(word: str, rating: int) -> Source:
    if rating < KNOWN:
        return Source.GUESS
    return Source.LETTERS if rating == KNOWN and word.isupper() and len(word) > 1 else Source.DICTIONARY


def _pinyin(spoken: Spoken) -> dict[int, str]:
    """The pinyin with marks of each place that is spoken in Chinese."""
    syllables: dict[int, list[str]] = {}
    known = {place for given in spoken.given for place in range(given.start, given.end)}
    for run in re.finditer(f"[{HAN}]+", spoken.text):
        for place, syllable in enumerate(mandarin_pinyin(run.group()), start=run.start()):
            if place not in known and mandarin_syllable(syllable):
                syllables.setdefault(spoken.owners[place], []).append(to_tone(syllable))
    return {owner: " ".join(parts) for owner, parts in syllables.items()}


def _remarks(sentence: Sentence, spoken: Spoken, words: tuple[Word, ...]) -> Iterator[Remark]:
    lexical = [word for word in words if word.source is Source.LEXICON]
    owned = {word.offset + place for word in lexical for place in range(word.length)}
    for word in words:
        if word.source is Source.GUESS:
            yield Remark(code=Code.UNKNOWN_WORD, offset=word.offset, length=word.length)
        elif word.source is Source.NOTHING:
            yield Remark(code=Code.LEFT_OUT, offset=word.offset, length=word.length)
    owned |= {sentence.offset + place for place in _decided(sentence.text)}
    place = sentence.offset
    for part in jieba.cut(sentence.text):
        if part in POLYPHONES and place not in owned:
            yield Remark(code=Code.POLYPHONE, offset=place, length=1)
        place += len(part)
    said = {reading.offset: reading.spoken for reading in spoken.readings}
    for match in _LONG_NUMBER.finditer(sentence.text):
        if _CARDINAL.search(said.get(match.start(), "")) and not match.group().endswith("000"):
            yield Remark(code=Code.LONG_NUMBER, offset=sentence.offset + match.start(), length=len(match.group()))
    for match in _TWO_DATES.finditer(sentence.text):
        if _PART.match(sentence.text, match.end()) and "分之" in said.get(match.start(), ""):
            continue
        yield Remark(code=Code.TWO_DATES, offset=sentence.offset + match.start(), length=len(match.group()))
    for match in re.finditer(rf"[^\W\d_{HAN}{LATIN}]+", sentence.text):
        yield Remark(code=Code.LEFT_OUT, offset=sentence.offset + match.start(), length=len(match.group()))


def _decided(text: str) -> Iterator[int]:
    """Places of characters of several readings that a name or their neighbours have decided."""
    for run in re.finditer(f"[{HAN}]+", text):
        yield from (run.start() + place for place in corrections(run.group()))


def _left_out(text: str, cleaned: str) -> Iterator[Remark]:
    """Links, and signs that cannot be spoken; marks of Markdown go without a remark."""
    links = [match.span() for match in _LINK.finditer(text)]
    for start, end in links:
        if not cleaned[start:end].strip():
            yield Remark(code=Code.LINK, offset=start, length=end - start)
    for match in re.finditer("[\u2190-\u21ff\u2460-\u24ff\u2600-\u27bf\U0001f000-\U0001faff]+", text):
        yield Remark(code=Code.LEFT_OUT, offset=match.start(), length=len(match.group()))
