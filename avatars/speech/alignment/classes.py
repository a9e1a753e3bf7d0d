"""Sounds that are told apart when speech is aligned: IPA and the extra letters of Kokoro's alphabet, by likeness."""

SILENCE = 0  # class of silence; sounds count from 1

_LIKE = (
    *("m", "nɲɳ", "ŋɴ", "lɫʎ", "ɹrɻɽɾ", "wɰ", "jʝɥ"),
    *("p", "tʈT", "k", "b", "dɖ", "ɡgɢ", "ʔ"),
    *("sʦ", "zʣ", "ʃʂɕçʧꭧʨ", "ʒʐʑʤʥ", "fɸ", "vʋβ", "θ", "ð", "hɦxχʁɣ"),
    *("aɑ", "æ", "ʌɐɤ", "eɛœ", "ɚɜɝ", "əᵊ", "i", "ɪᵻɯ", "uʊ", "o", "ɔɒ", "ɨ", "yʏ"),
    *("A", "I", "O", "W", "Y", "Q"),
)
CLASS_OF = {letter: number for number, letters in enumerate(_LIKE, start=1) for letter in letters}
COUNT = len(_LIKE) + 1  # of classes, silence among them


def class_of(symbol: str) -> int:
    """The class of a sound, by its first letter that has one; `SILENCE` where none has."""
    return next((CLASS_OF[letter] for letter in symbol if letter in CLASS_OF), SILENCE)
