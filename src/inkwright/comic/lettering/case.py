"""Upper case as comics are lettered, by the rules of the language."""

import unicodedata

TURKIC = ("tr", "az", "crh", "tt", "ba", "kk")


def upper(text: str, language: str) -> str:
    """`text` in capitals.

    Differs from `str.upper`: Turkish i becomes İ, Greek loses its accents, Irish prefixes (nA, tS, bhF) stay small,
    and Georgian stays as it is, which few fonts have capitals for.
    """
    code = language.split("-")[0].casefold()
    if code in TURKIC:
        text = text.replace("i", "İ")
    if code == "ka":
        return text
    if code == "ga":
        return " ".join(_irish(word) for word in text.split(" "))
    made = "".join(c if "\u10a0" <= c <= "\u10ff" else c.upper() for c in unicodedata.normalize("NFC", text))
    return _without_tonos(made) if code == "el" else made


def _irish(word: str) -> str:
    for prefix in ("bh", "mb", "gc", "nd", "ng", "bp", "dt", "n", "t", "h"):
        if word.startswith(prefix) and word[len(prefix) :][:1].isupper():
            return prefix + word[len(prefix) :].upper()
    return word.upper()


def _without_tonos(text: str) -> str:
    parts = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in parts if c not in "\u0301\u0313\u0314\u0342\u0300"))
