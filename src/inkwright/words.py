"""Reads a look asked for in words: "ink wash, cold moonlight". The order of the words does not matter."""

import difflib
import re
import unicodedata
from dataclasses import dataclass

from inkwright.errors import ConfigError, UnknownChoiceError
from inkwright.vocabulary import FILLERS, WORDS, Word

MOST = 40
"""Words that are read; a look is named, not told."""
LONGEST = 4
"""Words in the longest name."""
READ = 250
"""Words of one text that any CLIP could read; how many tokens a checkpoint takes is told when it is loaded."""
CLIP = "Any other look can be a picture (style.picture), or is read by CLIP: fit.backbone = clip, docs/backbones.md."
"""What else can be done."""
LIGHTS = "Any other light is read by CLIP alone: fit.backbone = clip, docs/backbones.md."
FRONT, BACK = ("foreground", "figures"), ("background",)
"""Names of parts of a picture that may have words of their own, where CLIP reads them."""


@dataclass(frozen=True)
class Spoken:
    """A look in words.

    Attributes:
        material: its name, or empty: the style picture's own.
        lights: names in the order in which they are applied.
        lines: names.
        unknown: words that the vocabulary lacks; only where they are allowed.
    """

    material: str = ""
    lights: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The look in its own words, always in the same order."""
        return ", ".join(part for part in (self.material, *self.lights, *self.lines) if part)


@dataclass(frozen=True)
class Asked:
    """A look in words as CLIP reads it, by where it holds.

    Attributes:
        whole: for all that has no words of its own; may be empty.
        foreground: for characters and props; may be empty.
        background: for what is neither; may be empty.
        elements: name of an element → its words.
    """

    whole: str = ""
    foreground: str = ""
    background: str = ""
    elements: tuple[tuple[str, str], ...] = ()


def asked(text: str, where: str = "The look") -> Asked:
    """Reads words for CLIP: "neon light; foreground: chrome; background: fog; Hero: burning embers".

    Raises:
        ConfigError: no words at all or behind a name, or two texts for one name.
    """
    whole: list[str] = []
    named: dict[str, str] = {}
    for piece in (part.strip() for part in text.split(";")):
        name, colon, words = (part.strip() for part in piece.partition(":"))
        if not colon:
            whole += [piece] if plain(piece) else []
            continue
        key = next((names[0] for names in (FRONT, BACK) if name.casefold() in names), name)
        if not plain(words) or not name:
            raise ConfigError(
                f"{where} has no words for '{name[:40]}'.", "Write them behind its colon, as in 'Hero: neon'."
            )
        _readable(words, where)
        if key in named:
            raise ConfigError(f"{where} has two texts for '{name[:40]}'.", "Leave one of them out.")
        named[key] = words
    if not whole and not named:
        raise ConfigError(f"{where} has no words in it: {text[:40]!r}.", "Say what the book should look like.")
    _readable(", ".join(whole), where)
    front, back = named.pop(FRONT[0], ""), named.pop(BACK[0], "")
    return Asked(", ".join(whole), front, back, tuple(named.items()))


def _readable(words: str, where: str) -> None:
    """Refuses a text that no CLIP reads."""
    if (count := len(plain(words))) > READ:
        raise ConfigError(
            f"{where}: '{words[:40]}...' has {count} words; no CLIP reads more than {READ}.", "Say it in a few words."
        )


def read(text: str, where: str = "The look", clip: bool = False) -> Spoken:
    """What of a look in words the vocabulary knows.

    Args:
        text: the look.
        where: what the text belongs to, for messages.
        clip: whether CLIP reads the words, so that unknown ones, and such as contradict each other here, are allowed.

    Raises:
        ConfigError, UnknownChoiceError: see `parse` and `asked`.
    """
    if not clip:
        return parse(text, where)
    whole = asked(text, where).whole
    try:
        return parse(whole, where, strict=False) if whole else Spoken()
    except ConfigError:
        return Spoken()


def parse(text: str, where: str = "The look", strict: bool = True, beyond: str = CLIP) -> Spoken:
    """Reads the words of a look.

    Args:
        text: such as "woodcut, dusk".
        where: what the text belongs to, for messages.
        strict: whether a word that the vocabulary lacks is an error.
        beyond: what to do with a word that it lacks, for the message.

    Raises:
        ConfigError: no words, too many, or words that contradict each other.
        UnknownChoiceError: a word that is not known; the nearest known ones are named.
    """
    tokens = plain(text)
    if not tokens:
        raise ConfigError(f"{where} has no words in it: {text[:40]!r}.", "Name a look: inkwright looks lists them.")
    if len(tokens) > MOST:
        raise ConfigError(
            f"{where} has {len(tokens)} words; at most {MOST} are read.", 'Name it shortly, as in "ink wash, dusk".'
        )
    found, unknown = _matched(tokens)
    if strict and unknown:
        raise _strange(unknown, where, beyond)
    if strict and not found:
        raise ConfigError(f"{where} names no look: '{text[:60]}'.", f"inkwright looks lists them. {beyond}")
    _agree(found, where)
    named = {kind: tuple(w.name for w in WORDS if w in found and w.kind == kind) for kind in ("light", "line")}
    material = next((w.name for w in found if w.kind == "material"), "")
    return Spoken(material, named["light"], named["line"], tuple(unknown))


def parse_light(text: str, where: str, clip: bool = False) -> tuple[str, ...]:
    """The lights of a page or a panel, where material and line belong to the whole book.

    With `clip`, which reads any words, others may stand beside them.

    Raises:
        ConfigError, UnknownChoiceError: as `parse`, or a word for a material or a line.
    """
    spoken = parse(text, where, strict=not clip, beyond=LIGHTS)
    wrong = [name for name in (spoken.material, *spoken.lines) if name]
    if wrong:
        raise ConfigError(
            f"{where} asks for '{wrong[0]}', but the material and the line are the whole book's.",
            "Give it light and mood words only, and set style.words for the book.",
        )
    return spoken.lights


def plain(text: str) -> list[str]:
    """Lower-case words without accents and punctuation."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in letters if not unicodedata.combining(c))
    return re.findall(r"[a-z0-9]+", letters) or re.findall(r"\w+", letters)


def _matched(tokens: list[str]) -> tuple[list[Word], list[str]]:
    """The longest names first, left to right; what is left over but for fillers is unknown."""
    found: list[Word] = []
    unknown: list[str] = []
    at = 0
    while at < len(tokens):
        for size in range(min(LONGEST, len(tokens) - at), 0, -1):
            word = NAMES.get(" ".join(tokens[at : at + size]))
            if word is not None:
                if word not in found:
                    found.append(word)
                at += size
                break
        else:
            if tokens[at] not in FILLERS and tokens[at] not in unknown:
                unknown.append(tokens[at])
            at += 1
    return found, unknown


def _agree(found: list[Word], where: str) -> None:
    """Refuses words that contradict each other."""
    sides: dict[str, tuple[str, Word]] = {}
    for word in found:
        for axis, side in word.sides:
            other = sides.setdefault(axis, (side, word))
            if other[0] != side:
                told = "are two materials" if axis == "material" else "contradict each other"
                raise ConfigError(f"{where}: '{other[1].name}' and '{word.name}' {told}.", "Leave one of them out.")


def _strange(unknown: list[str], where: str, beyond: str) -> UnknownChoiceError:
    near: list[str] = []
    for word in unknown[:3]:
        for name in difflib.get_close_matches(word, list(NAMES), 3, 0.66):
            if NAMES[name].name not in near:
                near.append(NAMES[name].name)
    said = ", ".join(f"'{word}'" for word in unknown[:5]) + (" and more" if len(unknown) > 5 else "")
    verb = "is no look that is" if len(unknown) == 1 else "are no looks that are"
    did = f"The nearest known: {', '.join(repr(n) for n in near[:4])}." if near else "No known word is near."
    return UnknownChoiceError(f"{where}: {said} {verb} known offline.", f"{did} All: inkwright looks. {beyond}")


def _names() -> dict[str, Word]:
    """Every way to say a word, in plain letters."""
    out: dict[str, Word] = {}
    for word in WORDS:
        for text in (word.name, *word.also):
            out.setdefault(" ".join(plain(text)), word)
    return out


NAMES = _names()
"""Name or other word for it → the look."""
