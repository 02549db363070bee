"""Every setting once: default, limits, unit, help. `inkwright.toml`, the options and docs/settings.md derive from it.

No part is imported here: a part's name (a style, a stylizer) is a plain string, looked up where it is used.
"""

import tomllib
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from inkwright.errors import ConfigError
from inkwright.registry import suggest

VERSION = 1


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class BookSettings(_Section):
    """What is written on the cover."""

    title: str = Field("", max_length=500, description="Title of the book; empty: the folder's name.")
    author: str = Field("", max_length=500, description="Who drew it.")
    language: str = Field(
        "en", pattern=r"^[a-zA-Z]{2,3}(-[A-Za-z0-9]+)*$", description="Language code, such as en, sk or pt-BR."
    )
    direction: Literal["ltr", "rtl", "strip"] = Field(
        "ltr", description="Reading direction: ltr, rtl for manga, or strip for webtoons, read from top to bottom."
    )
    series: str = Field("", max_length=500, description="Series that the book is a part of; empty: it stands alone.")
    number: str = Field("", max_length=30, description="Its number in the series.")
    summary: str = Field("", max_length=4000, description="What it is about, for stores and readers.")
    publisher: str = Field("", max_length=500, description="Who publishes it.")
    genres: str = Field("", max_length=500, description="Genres, separated by commas.")
    date: str = Field(
        "",
        pattern=r"^(\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?)?$",
        description="Date of publication: 2026, 2026-11 or 2026-11-23.",
    )
    rights: str = Field("", max_length=1000, description="Copyright or licence, such as CC BY-SA 4.0.")
    isbn: str = Field("", pattern=r"^([0-9][0-9 -]{8,15}[0-9Xx])?$", description="ISBN of the book.")
    age_rating: Literal["unrated", "everyone", "teen", "teen-plus", "mature"] = Field(
        "unrated", description="For whom it is: everyone, teen (12), teen-plus (15) or mature (17)."
    )


class ImportSettings(_Section):
    """What is taken in by `new` and `import`, and how much."""

    pdf_dpi: float = Field(
        300.0, ge=36, le=2400, description="Dots per inch at which pages of a PDF are drawn that are more than a scan."
    )
    max_files: int = Field(
        2000, ge=1, le=100_000, description="Pages that one command takes in; also files in an archive."
    )
    max_megapixels: float = Field(150.0, gt=0, le=150, description="Largest picture, in megapixels.")
    max_total_megapixels: float = Field(50_000.0, gt=0, description="All pictures of one command, in megapixels.")
    max_unpacked_mb: float = Field(8000.0, gt=0, description="What one archive may hold, unpacked, in megabytes.")
    max_ratio: float = Field(
        200.0, ge=1, description="How many times smaller a file of more than 10 MB may have been packed in an archive."
    )


class StraightenSettings(_Section):
    """Photos and scans of pages made flat."""

    mode: Literal["auto", "off", "on"] = Field(
        "auto", description="auto: what clearly helps, nothing to clean pages; on: weaker findings too; off: nothing."
    )
    paper: Literal["auto", "white", "keep"] = Field(
        "auto", description="White paper becomes white (auto), any paper does (white), or its colour stays (keep)."
    )


class LayoutSettings(_Section):
    """Pages that `layout` makes of loose drawings."""

    width_mm: float = Field(170.0, ge=30, le=2000, description="Width of a page, in millimetres.")
    height_mm: float = Field(260.0, ge=30, le=2000, description="Height of a page, in millimetres.")
    dpi: float = Field(150.0, ge=50, le=1200, description="Dots per inch of a page.")
    margin_mm: float = Field(10.0, ge=0, le=500, description="Paper around the panels, in millimetres.")
    gutter_mm: float = Field(4.0, ge=1, le=100, description="Paper between panels, in millimetres.")
    frame_mm: float = Field(0.6, ge=0, le=20, description="Width of the frames' line, in millimetres; 0: no frames.")
    panels: float = Field(5.0, ge=1, le=12, description="How many panels of ordinary importance a page shall have.")
    most: int = Field(7, ge=1, le=9, description="How many panels a page may have.")
    slants: Literal["none", "some", "many"] = Field("some", description="How many gutters lean.")
    steepness: float = Field(8.0, ge=0, le=20, description="By how much they lean at most, in degrees.")
    crop: float = Field(
        0.2, ge=0, le=0.4, description="Share of a drawing's side that may be cut off where nothing is drawn."
    )
    whiten: bool = Field(True, description="Whether the paper of drawings becomes white.")


class StyleSettings(_Section):
    """The look."""

    picture: str = Field(
        "gouache",
        min_length=1,
        description="A picture in styles/, any path, or an embedded style's name; also a part of one "
        "('wave.jpg @ 0,0,400,300') or several with weights ('wave.jpg * 2 + gouache').",
    )
    words: str = Field(
        "",
        description="A look in words, such as 'ink wash, dusk'; empty: the picture. See: inkwright looks. With "
        "fit.backbone clip any words, and others for pages, panels or elements: 'neon; p3: fog; Hero: chrome'.",
    )
    elements: str = Field(
        "",
        description="Elements in a style of their own, a picture or words, separated by ';': "
        "'Sea = wave.jpg; Hero = woodcut'.",
    )
    panels: str = Field(
        "",
        description="Pages and panels in a style of their own, likewise: 'p3 = woodcut, dusk; p4.2 = dream.png'.",
    )
    words_from: str = Field(
        "a rough drawing in pen and flat colours",
        min_length=1,
        description="What your drawings are, in words: with fit.backbone clip, the look leads away from this.",
    )
    scale: float = Field(1.0, ge=0.25, le=4.0, description="Size of the strokes: 2 paints with a brush twice as large.")
    strength: float = Field(1.0, ge=0.0, le=1.0, description="How far to go: 0 the drawing, 1 the full style.")
    keep_ink: float = Field(
        0.0, ge=0.0, le=1.0, description="Your own ink lines over the painting: 0 none, 1 exactly as drawn."
    )
    keep_lettering: bool = Field(
        True, description="Whether balloons and captions that are drawn on your pages stay as drawn."
    )
    seed: int = Field(
        0, ge=0, le=2**31 - 1, description="Seed of everything random; same inputs and seed, same result."
    )


class TrainSettings(_Section):
    """The element classifiers."""

    start: Literal["ours", "scratch"] = Field(
        "ours",
        description="Weights that the classifiers start from: ours, from drawn pictures only, or scratch, none.",
    )
    steps: int = Field(
        100,
        ge=1,
        le=20000,
        description="Training steps of each net; where a book's pages ask for more nets, they share these steps.",
    )
    px: int = Field(
        128, ge=48, le=512, multiple_of=8, description="Side of the square in which a panel is seen, in pixels."
    )
    batch: int = Field(16, ge=2, le=256, description="Panels per step.")
    nets: int = Field(
        3,
        ge=2,
        le=8,
        description="Classifiers in the ensemble; each leaves out one part of the panels to be checked on.",
    )


class FitSettings(_Section):
    """The style network and the Comic Book Loss."""

    start: Literal["ours", "scratch"] = Field(
        "ours",
        description="Weights that the style network starts from: ours, from drawn pictures only, or scratch, none.",
    )
    backbone: str = Field(
        "embedded",
        description="What the style is read with: embedded (no weights), vgg19, squeezenet, or clip for any words. "
        "See: inkwright backbones.",
    )
    weights: str = Field(
        "",
        description="The backbone's weights: a .safetensors file; for clip a folder, or a checkpoint's name. "
        "Empty: where `inkwright backbones` has them.",
    )
    layers: str = Field(
        "", description="Layers of vgg19 or squeezenet that are compared, such as 'relu1_1, relu3_1'; empty: its own."
    )
    crops: int = Field(12, ge=2, le=256, description="Pictures, from all over the book, that clip looks at in a step.")
    style_steps: int = Field(20, ge=0, le=20000, description="Steps on the style picture alone, before the panels.")
    steps: int = Field(80, ge=0, le=20000, description="Steps on the panels of the book.")
    panel_px: int = Field(384, ge=64, le=2048, description="Long side of a panel while fitting, in pixels.")
    batch: int = Field(2, ge=1, le=64, description="Panels per step.")
    lr: float = Field(5e-4, gt=0, le=1, description="Learning rate of Adam on the panels.")
    weight_c: float = Field(5.0, ge=0, description="Weight of C: each element is recognised where it should be.")
    weight_location: float = Field(1.5, ge=0, description="Weight of L: it is recognised inside its boxes.")
    weight_look: float = Field(1.0, ge=0, description="Weight of K: it has the same colours in every panel.")
    accent: float = Field(
        0.4, ge=0, le=1, description="How far elements keep the colours they were drawn in, against the style's."
    )
    element_maps: bool = Field(True, description="Whether the style network is told where elements are.")
    style_cost: float = Field(
        0.05, ge=0, le=1, description="Share of the style's likeness that elements may cost at most; 1 sets no limit."
    )
    weight_reconstruction: float = Field(
        1.0, ge=0, description="Weight of the style picture's own reconstruction in S_j."
    )
    weight_texture: float = Field(8.0, ge=0, description="Weight of the style's marks, tone by tone, in S_j.")
    weight_structure: float = Field(0.05, ge=0, description="Weight of the drawing's structure in S_j.")
    weight_ink: float = Field(30.0, ge=0, description="Weight of dark ink lines in S_j.")
    weight_palette: float = Field(400.0, ge=0, description="Weight of the cast palette in S_j.")
    weight_features: float = Field(
        0.2, ge=0, description="Weight of B_j in S_j: feature statistics, with the backbone vgg19 or squeezenet."
    )
    weight_words: float = Field(1.0, ge=0, description="Weight of W in S_j: the look in words, with the backbone clip.")


class FinishedSettings(_Section):
    """Panels and model sheets that the author finished."""

    folder: str = Field("finished", min_length=1, description="Where they lie: a folder of the project, or any path.")
    style: bool = Field(
        True, description="Whether they are the style, too; false: the style picture gives the marks, they the colours."
    )
    steps: int = Field(700, ge=1, le=20000, description="Steps in which the colourist learns from them.")
    weight: float = Field(6.0, ge=0, description="Weight of F in S_j: the network's patches against finished panels.")
    keep: bool = Field(True, description="Whether finished panels come out as you finished them, not as it is painted.")
    weight_redrawn: float = Field(
        2.0, ge=0, description="Weight of U_j in S_j: elements as in panels that were finished by drawing them anew."
    )


class RenderSettings(_Section):
    """Stylized pages."""

    work_px: int = Field(
        1400,
        ge=128,
        le=8192,
        description="Long side of a page while it is painted, in pixels; larger ones are enlarged, with sharp ink.",
    )
    tile_px: int = Field(768, ge=128, le=8192, description="Side of a tile, in pixels; smaller needs less memory.")


class HarmonizeSettings(_Section):
    """Pictures that another tool restyled, made to agree."""

    colours: float = Field(
        1.0,
        ge=0,
        le=1,
        description="How far one colour of the drawings becomes one colour in all panels; 0: elements alone.",
    )
    steps: int = Field(
        60,
        ge=0,
        le=20000,
        description="Steps of the network on C, L and K; 0 leaves it out: colours agree all the same.",
    )
    weight_close: float = Field(12.5, ge=0, description="Weight of the network staying close to the given pictures.")


class ReviewSettings(_Section):
    """The review and its independent judge."""

    judge_steps: int = Field(200, ge=0, le=20000, description="Training steps of each judge; 0 leaves the judge out.")
    second_judge: Literal["", "squeezenet"] = Field(
        "", description="squeezenet: a second judge on its features, which were learned from photographs; empty: none."
    )
    second_judge_weights: str = Field(
        "", description="SqueezeNet's weights: a .safetensors file; empty: where `inkwright backbones` has them."
    )


class LetterSettings(_Section):
    """The lettering."""

    case: Literal["upper", "as-written"] = Field(
        "upper", description="Capitals throughout, as comics are lettered, or the words as they are written."
    )
    smallest: float = Field(
        6.5,
        ge=3,
        le=72,
        description="Size of letters, in points at publish.dpi, below which words count as not fitting.",
    )
    hyphenate: bool = Field(True, description="Whether long words may be hyphenated where nothing else fits.")
    vertical: Literal["auto", "always", "never"] = Field(
        "auto", description="Columns from top to bottom; auto: for Japanese and Chinese in books read from the right."
    )
    break_frames: Literal["needed", "never"] = Field(
        "needed", description="Whether balloons may reach over a panel's frame where it is too small for its words."
    )


class PublishSettings(_Section):
    """The published book."""

    quality: int = Field(92, ge=1, le=100, description="JPEG quality in CBZ and PDF; 100 keeps lossless PNG.")
    dpi: float = Field(150.0, ge=36, le=2400, description="Dots per inch of a page in the PDF.")
    font: str = Field(
        "",
        description="Fonts for the lettering: TTF or OTF files or installed families, separated by commas; "
        "empty: the included one.",
    )
    strip_width: int = Field(800, ge=200, le=4000, description="Width of the webtoon's pictures, in pixels.")
    strip_height: int = Field(
        1280, ge=400, le=20000, description="Largest height of the webtoon's pictures, in pixels."
    )


class Config(_Section):
    """All sections of inkwright.toml."""

    version: int = Field(VERSION, ge=1, description="Format of this file.")
    book: BookSettings = BookSettings()
    imports: ImportSettings = ImportSettings()
    straighten: StraightenSettings = StraightenSettings()
    layout: LayoutSettings = LayoutSettings()
    style: StyleSettings = StyleSettings()
    train: TrainSettings = TrainSettings()
    fit: FitSettings = FitSettings()
    finished: FinishedSettings = FinishedSettings()
    render: RenderSettings = RenderSettings()
    harmonize: HarmonizeSettings = HarmonizeSettings()
    review: ReviewSettings = ReviewSettings()
    letter: LetterSettings = LetterSettings()
    publish: PublishSettings = PublishSettings()


def sections() -> dict[str, type[BaseModel]]:
    """Name of each section → its model."""
    return {
        name: info.annotation
        for name, info in Config.model_fields.items()
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel)
    }


def parse_config(text: str, name: str = "inkwright.toml") -> Config:
    """Reads inkwright.toml.

    Raises:
        ConfigError: not TOML, a newer version, an unknown setting (the nearest known one is named), or a bad value.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} is not valid TOML: {error}.", "Mend that line.") from None
    return check_config(data, name)


def check_config(data: dict[str, Any], name: str = "inkwright.toml") -> Config:
    """A Config from plain data; see `parse_config`."""
    version = data.get("version", VERSION)
    if isinstance(version, int) and version > VERSION:
        raise ConfigError(
            f"{name} has format version {version}; this inkwright reads up to version {VERSION}.", "Update inkwright."
        )
    for key, value in data.items():
        if key not in Config.model_fields:
            raise ConfigError(f"{name} has an unknown section '{key}'.", suggest(key, list(Config.model_fields)))
        if key in sections() and isinstance(value, dict):
            known = list(sections()[key].model_fields)
            for setting in value:
                if setting not in known:
                    raise ConfigError(f"{name} has an unknown setting '{key}.{setting}'.", suggest(setting, known))
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            f"{name}: {where}: {first['msg']} (found {str(first['input'])[:80]!r}).", "Mend that value."
        ) from None


def template(**given: dict[str, Any]) -> str:
    """The text of a new inkwright.toml: every setting with its help; those not `given` are commented out."""
    lines = ["# Settings of this comic. A line without '#' in front overrides the default.", f"version = {VERSION}"]
    for name, model in sections().items():
        lines += ["", f"[{name}]  # {(model.__doc__ or '').strip()}"]
        for key, info in model.model_fields.items():
            value = given.get(name, {}).get(key)
            mark = "# " if value is None else ""
            lines.append(f"{mark}{key} = {_toml(info.default if value is None else value)}  # {info.description}")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'
    return repr(value)
