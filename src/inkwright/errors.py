"""Everything that can go wrong, as one tree.

InkwrightError                 a message (what, which file, which value) and a hint (the next act)
├── UserError                  the user can mend it: exit code 2
│   ├── PictureError           a picture that cannot be read or used
│   ├── BookError              book.json: shape, version, panels
│   ├── PriorError             prior.csv: elements, panels, values
│   ├── PaletteError           palette.json: colours, pins
│   ├── ConfigError            inkwright.toml or an option
│   ├── BackboneError          weights of a pretrained network
│   ├── ProjectError           the project folder: missing, busy, a step that must come first
│   ├── UnknownChoiceError     a name that is not in a table of choices
│   └── DiskError              disk full, no permission
└── InternalError              our own fault: exit code 1
"""


class InkwrightError(Exception):
    """Base of all errors that inkwright raises on purpose.

    Args:
        message: one sentence that names the file, the value and what is wrong with it.
        hint: the next act, one sentence; may be empty.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UserError(InkwrightError):
    """The user can mend it."""

    exit_code = 2


class PictureError(UserError):
    """A picture that cannot be read or used."""


class BookError(UserError):
    """book.json has a wrong shape, version or panel."""


class PriorError(UserError):
    """prior.csv has a wrong element, panel or value."""


class PaletteError(UserError):
    """palette.json, or a pin, has a wrong colour or element."""


class ConfigError(UserError):
    """A setting in inkwright.toml, or an option, is wrong."""


class BackboneError(UserError):
    """Weights of a pretrained network are missing, refused, or of another network."""


class ProjectError(UserError):
    """The project folder is missing, busy, or lacks what this step needs."""


class UnknownChoiceError(UserError):
    """A name that is not in a table of choices."""


class DiskError(UserError):
    """The disk is full or may not be written."""


class InternalError(InkwrightError):
    """Our own fault."""
