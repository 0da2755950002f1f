"""Which language a text is in, as far as the reader must know: English, or another.

The reading model was trained on English alone. A question or passage that is clearly in another
language is told apart by py3langid (naive Bayes over n-grams, Lui & Baldwin 2011); in doubt, a
text counts as English: a few names or terms have no language.
"""

from functools import lru_cache
from typing import Any

from qa.facts.words import STOP_WORDS, words

_ENGLISH = frozenset({"en", "pcm", "sco"})
"""English, and what short English questions are mistaken for."""
_MOST_ENGLISH = 0.1
_LEAST_OTHER = 0.4
_FUNCTION_WORDS = 0.25
"""Share of English function words from which nothing else is asked."""
_FEWEST = 2
_LONGEST = 600
"""Characters that are looked at."""
_NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish",
    "de": "German", "el": "Greek", "es": "Spanish", "et": "Estonian", "eu": "Basque",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "ga": "Irish", "gl": "Galician",
    "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian",
    "is": "Icelandic", "it": "Italian", "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian",
    "lv": "Latvian", "ms": "Malay", "nl": "Dutch", "nn": "Norwegian", "no": "Norwegian",
    "nb": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian", "sr": "Serbian", "sv": "Swedish",
    "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese",
    "zh": "Chinese",
}  # fmt: skip


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@lru_cache(maxsize=4096)
def foreign(text: str) -> str | None:
    """Return the name of the language of `text` when it is clearly not English, else None."""
    text = text[:_LONGEST]
    if _reads_english(text):
        return None
    ranked = _identifier().rank(text)
    english = sum(float(p) for code, p in ranked if code in _ENGLISH)
    code, best = ranked[0]
    if code in _ENGLISH or english > _MOST_ENGLISH or float(best) < _LEAST_OTHER:
        return None
    return _NAMES.get(code, f"another language ({code})")


def _reads_english(text: str) -> bool:
    """Tell by its function words, without the model: nearly every English text ends here."""
    row = words(text)
    if not row:
        return not any(character.isalpha() for character in text)
    known = sum(word.key in STOP_WORDS for word in row)
    return known >= _FEWEST and known >= _FUNCTION_WORDS * len(row)
