"""Which fonts a book is lettered in: those that the author names, the included one, then any that has the letter.

A font is named by its file, or by its family where it is installed. Folders are looked through in a fixed order and
sorted, so that the same machine always finds the same fonts.
"""

import importlib.util
import os
import sys
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from font_fredoka_one import FredokaOne

from inkwright.comic.lettering.accents import ALL, NotTrueTypeError, complete
from inkwright.comic.lettering.font import Font, UnusableFontError
from inkwright.errors import ConfigError
from inkwright.lettering import FontUsed
from inkwright.project import digest, from_home, write_bytes
from inkwright.registry import suggest

SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
INCLUDED = "package:letters"
FAMILY = "Inkwright Letters"
PLAIN = "package:dejavu"
"""A plain font that comes with a library; it has Cyrillic, Greek, Hebrew, Arabic and many signs."""
CODEPAGES = {"ja": 17, "zh": 18, "zh-hans": 18, "zh-hant": 20, "ko": 19}
"""Bit of a font's declared code pages by language: the same code has another shape in Japanese and Chinese."""


@lru_cache(maxsize=1)
def included() -> bytes:
    """The included font: Fredoka One, which comes as a dependency, with the letters of Europe and Vietnam it lacks.

    Fredoka is under the SIL Open Font License 1.1 with its name reserved, so the result has another name and the same
    licence. Made from the installed font each time: a third of a second, and always the same bytes.
    """
    return complete(Path(FredokaOne).read_bytes(), ALL, FAMILY)[0]


def read_font(file: str, root: Path | None = None) -> bytes:
    """The bytes of a font as `FontUsed.file` names it.

    Args:
        file: a path, or "package:NAME".
        root: folder that relative paths start from: the project.

    Raises:
        ConfigError: the file is missing or unreadable.
    """
    if file == INCLUDED:
        return included()
    if file == PLAIN:
        spec = importlib.util.find_spec("matplotlib")
        if spec is None or spec.origin is None:
            raise ConfigError("The plain fallback font is missing.", "Install inkwright anew.")
        return (Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans-Bold.ttf").read_bytes()
    path = root / file if root is not None else Path(file)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(
            f"The font {path} does not exist.",
            "Check publish.font in inkwright.toml, or leave it empty for the included font.",
        ) from None
    except OSError as error:
        raise ConfigError(f"The font {path} cannot be read: {error.strerror}.", "Check its permissions.") from None


@lru_cache(maxsize=64)
def _opened(file: str, root: Path | None, stamp: tuple[int, int], index: int) -> Font:
    return Font(read_font(file, root), file, index)


def open_font(file: str, root: Path | None = None, index: int = 0) -> Font:
    """A font by its `FontUsed.file`; kept open while the file does not change.

    Raises:
        ConfigError: missing, unreadable, or not a font with outlines.
    """
    stamp = (0, 0)
    path = root / file if root is not None else Path(file)
    if not file.startswith("package:") and path.is_file():
        stat = path.stat()
        stamp = (stat.st_mtime_ns, stat.st_size)
    try:
        return _opened(file, root, stamp, index)
    except UnusableFontError:
        raise ConfigError(
            f"The font {path} cannot be read as a TTF or OTF font.",
            "Give another file as publish.font, or leave it empty for the included font.",
        ) from None


def system_folders() -> list[Path]:
    """The usual folders of installed fonts, the user's own first."""
    home = Path.home()
    if sys.platform == "darwin":
        return [home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")]
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", "")
        return [Path(local) / "Microsoft/Windows/Fonts", Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts"]
    data = os.environ.get("XDG_DATA_HOME", "")
    own = Path(data) if data else home / ".local/share"
    return [own / "fonts", home / ".fonts", Path("/usr/local/share/fonts"), Path("/usr/share/fonts")]


def font_files(folders: Iterable[Path]) -> list[Path]:
    """All font files in folders and their subfolders, folder by folder, each sorted by path."""
    found: list[Path] = []
    for folder in folders:
        if folder.is_dir():
            found += sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
    return list(dict.fromkeys(found))


@lru_cache(maxsize=8)
def _scan(folders: tuple[Path, ...]) -> tuple[tuple[Path, int, str, str], ...]:
    """(file, face, family, style) of every installed font that can be used."""
    found = []
    for path in font_files(folders):
        try:
            with path.open("rb") as file:
                collection = file.read(4) == b"ttcf"
        except OSError:
            continue
        for index in range(16 if collection else 1):
            font = _try(path, index)
            if font is None:
                break
            found.append((path, index, font.family, font.style))
    return tuple(found)


def _try(path: Path, index: int) -> Font | None:
    try:
        font = Font(path.read_bytes(), str(path), index)
    except (OSError, UnusableFontError):
        return None
    return font if index == 0 or index < _faces(font.data) else None


def _faces(data: bytes) -> int:
    return int.from_bytes(data[8:12], "big") if data[:4] == b"ttcf" else 1


class Chain:
    """The fonts of a book, in the order in which a character is looked for.

    Args:
        setting: publish.font: files or families, separated by commas; empty: the included font.
        root: the project's folder, where relative paths start; its fonts/ folder is looked through first.
        language: code of the words.
        folders: where installed fonts are; None: the usual folders of this system.

    Raises:
        ConfigError: a font is missing, not a font, or of an unknown family.
    """

    def __init__(
        self, setting: str = "", root: Path | None = None, language: str = "en", folders: list[Path] | None = None
    ) -> None:
        self.root, self.language = root, language
        own = [root / "fonts"] if root is not None else []
        self.folders = (*own, *(system_folders() if folders is None else folders))
        self.fonts: list[Font] = [self._named(name) for name in _names(setting, root)]
        included = open_font(INCLUDED)
        if included not in self.fonts:
            self.fonts.append(included)
        self.fonts.append(open_font(PLAIN))
        self._searched: set[str] = set()
        self._first: Font | None = None

    @property
    def main(self) -> Font:
        """The font of the book."""
        return self.fonts[0]

    def prepare(self, text: str) -> str:
        """Makes the chain able to draw `text`, as far as any font here can.

        Accented letters that the book's own font lacks are put together from its letters; what is missing still is
        looked for in the installed fonts.

        Returns:
            The characters that no font has, each once, in order.
        """
        text = unicodedata.normalize("NFC", text)
        lacking = [c for c in dict.fromkeys(text) if not self.main.has(c)]
        composable = "".join(c for c in lacking if c in ALL)
        if composable and self.root is not None:
            self._compose(composable)
        missing = [c for c in lacking if c not in self._searched and not any(f.has(c) for f in self.fonts)]
        if missing:
            self._search(missing)
        self._first = self._prevailing(text)
        return "".join(c for c in lacking if not any(f.has(c) for f in self.fonts))

    def font_for(self, c: str) -> Font:
        """The first font that has a character; the main one where none has."""
        if self._first is not None and self._first.has(c):
            return self._first
        return next((font for font in self.fonts if font.has(c)), self.main)

    def used(self, font: Font) -> FontUsed:
        """A font as the lettering names it."""
        return FontUsed(file=font.file, index=font.index, family=font.family, licence=font.licence[:2000])

    def _prevailing(self, text: str) -> Font | None:
        """The font that most letters need where that is not the book's: figures and Latin words then match them."""
        letters = [c for c in text if c.isalpha()]
        if 2 * sum(self.main.has(c) for c in letters) >= len(letters):
            return None
        return max(self.fonts[1:], key=lambda font: sum(font.has(c) for c in letters))

    def _compose(self, wanted: str) -> None:
        base = self.main
        family = f"{base.family} completed"
        if base.index or self.root is None or not _may_change(base.licence):
            return
        # All accented letters at once: one file, whatever words come later.
        name = f".inkwright/cache/fonts/{digest(base.data, ALL, 'v1')}.ttf"
        path = self.root / name
        if not path.is_file():
            try:
                data, added = complete(base.data, ALL, family)
            except NotTrueTypeError:
                return
            if not set(wanted) & set(added):
                return
            write_bytes(path, data)
        self.fonts[0] = open_font(name, self.root)

    def _named(self, name: str) -> Font:
        path = from_home(name)
        if path.suffix.lower() in SUFFIXES or path.is_file():
            inside = self.root is not None and not path.is_absolute() and (self.root / path).is_file()
            return open_font(name, self.root) if inside else open_font(str(path))
        found = [entry for entry in _scan(self.folders) if entry[2].casefold() == name.casefold()]
        if not found:
            families = sorted({entry[2] for entry in _scan(self.folders)})
            raise ConfigError(
                f"There is no font file and no installed font family '{name}'.",
                suggest(name, families) if families else "Give a TTF or OTF file as publish.font.",
            )
        best = min(found, key=lambda entry: (_unlike_lettering(entry[2], entry[3]), str(entry[0]), entry[1]))
        return self._entered(best[0], best[1])

    def _entered(self, path: Path, index: int) -> Font:
        if self.root is not None and path.is_relative_to(self.root):
            return open_font(str(path.relative_to(self.root)), self.root, index)
        return open_font(str(path), None, index)

    def _search(self, missing: list[str]) -> None:
        """Adds installed fonts until every missing character has one, the best covering first."""
        self._searched.update(missing)
        left = set(missing)
        candidates = []
        for order, (path, index, family, style) in enumerate(_scan(self.folders)):
            font = _try(path, index)
            covered = {c for c in left if font is not None and font.has(c)}
            if font is not None and covered:
                foreign = not _declares(font, self.language)
                candidates.append(
                    (foreign, -len(covered), _unlike_lettering(family, style), order, path, index, covered)
                )
        for _, _, _, _, path, index, covered in sorted(candidates, key=lambda one: one[:4]):
            if covered & left:
                self.fonts.append(self._entered(path, index))
                left -= covered


def _names(setting: str, root: Path | None) -> list[str]:
    if not setting.strip():
        return []
    whole = from_home(setting)
    if whole.is_file() or (root is not None and (root / whole).is_file()):
        return [setting]
    return [name.strip() for name in setting.split(",") if name.strip()]


def _may_change(licence: str) -> bool:
    """Open licences allow a completed copy under another name; where a font says nothing, it is the author's own."""
    said = licence.casefold()
    return not said or any(word in said for word in ("open font", "ofl", "apache", "public domain", "cc0", "mit lic"))


def _unlike_lettering(family: str, style: str) -> int:
    """0 for bold upright sans serifs, which stand best beside comic lettering; more for others."""
    said = f"{family} {style}".casefold()
    off = sum(4 for word in ("italic", "oblique", "mono", "serif", "batang", "mincho", "math") if word in said)
    if "sans serif" in said or "sans-serif" in said:
        off -= 4
    off += sum(2 for word in ("light", "thin", "condensed", "black", "display") if word in said)
    return off + (0 if "bold" in said else 1)


def _declares(font: Font, language: str) -> bool:
    """Whether a font says that it is made for a language of Han characters; True for all other languages."""
    bit = CODEPAGES.get(language.casefold(), CODEPAGES.get(language.split("-")[0].casefold()))
    if bit is None:
        return True
    table = font.font.face.reference_table("OS/2").data
    return len(table) >= 82 and bool(int.from_bytes(table[78:82], "big") >> bit & 1)
