"""The shape of the lips for a sound: IPA symbols, with the extra letters of Kokoro's alphabet, to visemes.

The table is by letter, not by language, so Mandarin and English need no rules of their own.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Viseme:
    """Amounts of the lip expressions and of the tongue, and how strongly the shape asserts itself (0..1)."""

    jaw: float = 0.0
    wide: float = 0.0
    round: float = 0.0
    lift: float = 0.0
    drop: float = 0.0
    press: float = 0.0
    tongue: float = 0.0
    dominance: float
    vowel: bool = False

    @property
    def shape(self) -> tuple[float, ...]:
        """In the order of `parameters.LIPS`."""
        return self.jaw, self.wide, self.round, self.lift, self.drop, self.press, self.tongue


SILENCE = Viseme(dominance=0.60)  # lips at rest pull less than vowels, so that they close and open softly

# Consonants. A higher `dominance` bends the neighbours towards this shape, a lower one lets them show through:
CLOSED = Viseme(round=0.05, press=1.0, dominance=1.0)
BITE = Viseme(jaw=0.05, wide=0.10, lift=0.40, drop=-0.55, dominance=0.90)
BETWEEN_TEETH = Viseme(jaw=0.14, wide=0.10, lift=0.20, drop=0.15, tongue=1.0, dominance=0.55)
TONGUE_TIP = Viseme(jaw=0.15, wide=0.12, lift=0.18, drop=0.15, tongue=0.4, dominance=0.40)
LATERAL = Viseme(jaw=0.22, wide=0.10, lift=0.20, drop=0.15, tongue=0.5, dominance=0.42)
HISS = Viseme(jaw=0.07, wide=0.30, lift=0.32, drop=0.40, dominance=0.62)
HUSH = Viseme(jaw=0.10, wide=-0.05, round=0.50, lift=0.42, drop=0.40, dominance=0.72)
BACK = Viseme(jaw=0.20, wide=0.05, lift=0.15, drop=0.10, dominance=0.28)
BREATHED = Viseme(jaw=0.25, lift=0.15, drop=0.05, dominance=0.12)
RHOTIC = Viseme(jaw=0.14, wide=-0.05, round=0.40, lift=0.22, drop=0.20, dominance=0.55)
LIP_GLIDE = Viseme(jaw=0.10, round=0.95, lift=0.02, drop=0.05, dominance=0.85)
PALATAL_GLIDE = Viseme(jaw=0.12, wide=0.40, lift=0.22, drop=0.25, dominance=0.50)

# Vowels, from open to rounded: they hold their shape but where a closure or a bite is beside them:
OPEN = Viseme(jaw=0.78, wide=0.05, lift=0.22, drop=0.12, dominance=0.90, vowel=True)
OPEN_FRONT = Viseme(jaw=0.62, wide=0.32, lift=0.30, drop=0.25, dominance=0.88, vowel=True)
OPEN_MIDDLE = Viseme(jaw=0.45, wide=0.08, lift=0.20, drop=0.12, dominance=0.75, vowel=True)
HALF_FRONT = Viseme(jaw=0.42, wide=0.28, lift=0.26, drop=0.20, dominance=0.80, vowel=True)
RHOTIC_VOWEL = Viseme(jaw=0.28, wide=-0.05, round=0.35, lift=0.18, drop=0.15, dominance=0.70, vowel=True)
SCHWA = Viseme(jaw=0.30, wide=0.08, lift=0.16, drop=0.10, dominance=0.45, vowel=True)
SPREAD = Viseme(jaw=0.17, wide=0.70, lift=0.34, drop=0.40, dominance=0.85, vowel=True)
HALF_SPREAD = Viseme(jaw=0.27, wide=0.40, lift=0.26, drop=0.25, dominance=0.72, vowel=True)
ROUND_CLOSE = Viseme(jaw=0.22, round=0.95, lift=0.02, drop=0.05, dominance=0.90, vowel=True)
ROUND_HALF = Viseme(jaw=0.46, round=0.70, lift=0.08, drop=0.08, dominance=0.88, vowel=True)
ROUND_OPEN = Viseme(jaw=0.60, round=0.42, lift=0.12, drop=0.10, dominance=0.88, vowel=True)
ROUND_FRONT = Viseme(jaw=0.14, round=0.85, lift=0.10, drop=0.12, dominance=0.88, vowel=True)

_LETTERS: tuple[tuple[str, tuple[Viseme, ...]], ...] = (
    ("mbpβ", (CLOSED,)),
    ("fvʋɸ", (BITE,)),
    ("θð", (BETWEEN_TEETH,)),
    ("tdnɾTɲɳɖʈ", (TONGUE_TIP,)),
    ("lɫʎ", (LATERAL,)),
    # ɨ stands for the vowel of 是 and 四, which is a hiss with a voice.
    ("szʦʣɨ", (HISS,)),
    ("ʃʒʂʐɕʑʤʧꭧʨʥç", (HUSH,)),
    ("ɡgkŋxχqcɟɣɴʁ", (BACK,)),
    ("hɦʔ", (BREATHED,)),
    ("ɹrɻɽ", (RHOTIC,)),
    ("wɰ", (LIP_GLIDE,)),
    ("jʝ", (PALATAL_GLIDE,)),
    ("aɑ", (OPEN,)),
    ("æ", (OPEN_FRONT,)),
    ("ʌɐɤ", (OPEN_MIDDLE,)),
    ("eɛ", (HALF_FRONT,)),
    ("ɚɜɝœ", (RHOTIC_VOWEL,)),
    ("əᵊ", (SCHWA,)),
    ("i", (SPREAD,)),
    ("ɪɯᵻ", (HALF_SPREAD,)),
    ("uʊ", (ROUND_CLOSE,)),
    ("o", (ROUND_HALF,)),
    ("ɔɒ", (ROUND_OPEN,)),
    ("yøɥ", (ROUND_FRONT,)),
    # Kokoro writes the English diphthongs as one letter.
    ("A", (HALF_FRONT, HALF_SPREAD)),
    ("I", (OPEN, HALF_SPREAD)),
    ("W", (OPEN, ROUND_CLOSE)),
    ("Y", (ROUND_OPEN, HALF_SPREAD)),
    ("O", (ROUND_HALF, ROUND_CLOSE)),
    ("Q", (SCHWA, ROUND_CLOSE)),
)
_TABLE = {letter: shapes for letters, shapes in _LETTERS for letter in letters}
# Length, aspiration, palatalisation, nasality, tones and stress have no shape of their own.
_SHAPELESS = frozenset("ːˑʰʲʷˠˤ̃ᵝ̩̯̪↓→↗↘˥˦˧˨˩ˈˌ'0123456789 -")


def visemes(symbol: str) -> tuple[Viseme, ...]:
    """The shapes of a symbol in order: two for a diphthong, none for silence, a schwa for an unknown letter."""
    shapes: list[Viseme] = []
    for letter in symbol:
        if letter not in _SHAPELESS:
            shapes += _TABLE.get(letter, (SCHWA,))
    return tuple(shapes)


def is_stressed(symbol: str) -> bool:
    return "ˈ" in symbol
