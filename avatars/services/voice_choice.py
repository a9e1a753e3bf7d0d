"""The voices that there are, and hearing one before it is chosen."""

from pathlib import Path

from django.conf import settings
from django.db import transaction

from avatars import consent
from avatars.exceptions import ScriptError
from avatars.models import Voice
from avatars.previews import voice_preview
from avatars.services.consents.statement_records import declare_built_in
from avatars.speech.synthesis.cache import SpeechCache
from avatars.studio.interactive import interactive_studio

LONGEST_PREVIEW = 100  # characters: some 20 seconds of speech, made while a person waits
FEMALE, MALE = Voice.Gender.FEMALE, Voice.Gender.MALE
CHINESE, ENGLISH, BOTH = Voice.Language.CHINESE, Voice.Language.ENGLISH, Voice.Language.BOTH
# The voices that come with OpenUser; pinyin errors and word errors are from tests/benchmarks/speech.py.
VOICES = (
    (
        "晓 · 双语女声",
        "Xiao · bilingual, female",
        "0.6*zf_xiaobei+0.4*af_heart",
        FEMALE,
        BOTH,
        "温和清晰，中英文都自然",
        "Gentle and clear; natural in Chinese and English",
    ),
    (
        "然 · 双语男声",
        "Ran · bilingual, male",
        "0.6*zm_yunjian+0.4*am_michael",
        MALE,
        BOTH,
        "沉稳，中英文都自然",
        "Calm; natural in Chinese and English",
    ),
    (
        "小贝 · 女声",
        "Xiaobei · female",
        "zf_xiaobei",
        FEMALE,
        CHINESE,
        "语速稍慢，最清晰，适合通知和培训",
        "A little slower, the clearest; for announcements and training",
    ),
    (
        "小艺 · 明亮女声",
        "Xiaoyi · bright, female",
        "zf_xiaoyi",
        FEMALE,
        CHINESE,
        "年轻明亮，适合祝福和活动",
        "Young and bright; for congratulations and events",
    ),
    (
        "云健 · 男声",
        "Yunjian · male",
        "zm_yunjian",
        MALE,
        CHINESE,
        "低沉稳重，适合制度和公告",
        "Deep and steady; for policies and notices",
    ),
    (
        "云希 · 年轻男声",
        "Yunxi · younger, male",
        "zm_yunxi",
        MALE,
        CHINESE,
        "年轻随和，适合日常问答",
        "Young and easygoing; for everyday questions",
    ),
    (
        "心 · 英语女声",
        "Heart · English, female",
        "af_heart",
        FEMALE,
        ENGLISH,
        "美式英语，亲切；不适合中文",
        "American English, warm; not for Chinese",
    ),
    (
        "迈克 · 英语男声",
        "Michael · English, male",
        "am_michael",
        MALE,
        ENGLISH,
        "美式英语，稳重；不适合中文",
        "American English, steady; not for Chinese",
    ),
)


@transaction.atomic
def seed_voices() -> None:
    """Make missing voices. A voice is known by its key: a renamed one stays as it is."""
    for name, name_en, key, gender, language, notes, notes_en in VOICES:
        if not Voice.objects.filter(engine="kokoro", key=key).exists():
            values = {"name_en": name_en, "key": key, "gender": gender, "language": language}
            values |= {"notes": notes, "notes_en": notes_en}
            voice, _is_new = Voice.objects.get_or_create(name=name, defaults=values)
            declare_built_in(voice)


def preview_voice(voice: Voice, text: str = "") -> bytes:
    """Two seconds of a voice saying `text`, else its sample text, as M4A. A repeated one comes from the cache.

    Raises `ScriptError` for words that cannot be spoken, `ConsentError` for a voice that is cloned from a person who
    has not agreed (any more), `EngineMissing` and other `AvatarError`s of its engine.
    """
    consent.covering_voice_consent(voice.engine, voice.key)
    text = text.strip() or voice.sample_text
    if len(text) > LONGEST_PREVIEW:
        raise ScriptError(
            f"A voice preview has at most {LONGEST_PREVIEW} characters.",
            code="too_long",
            field="text",
            remedy="Choose a few words of it.",
        )
    wish = voice_preview.VoicePreview(
        text=text,
        engine=voice.engine,
        voice=voice.key,
        speed=voice.speed,
        provider=settings.AVATARS["AI_LABEL_PROVIDER"],
    )
    previews = voice_preview.cache(Path(settings.AVATARS["CACHE_DIR"]))
    preview = previews.get(wish.key)
    if preview is None:
        preview = _recorded(wish)
        # A withdrawal meanwhile has emptied the cache, and this would come after it.
        consent.covering_voice_consent(voice.engine, voice.key)
        previews.put(wish.key, preview)
    return preview


def forget_speech(voice: Voice | None = None) -> int:
    """Remove the cached speech of a voice, or of all voices; it is made again on request. Return how many pieces."""
    kept = SpeechCache(Path(settings.AVATARS["CACHE_DIR"]))
    return kept.purge(engine=voice.engine, voice=voice.key) if voice else kept.purge()


def _recorded(wish: voice_preview.VoicePreview) -> bytes:
    with interactive_studio() as speaker:
        return speaker.preview_voice(wish, memory_limit_mb=settings.AVATARS["MEMORY_LIMIT_MB"])
