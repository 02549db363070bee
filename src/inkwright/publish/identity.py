"""What a book is known by: the same for every edition of it, another for every other book."""

import re
import uuid

from inkwright.publish.edition import Edition

_SPACE = uuid.UUID("6f0b1c52-6f1d-5a55-9d0c-0f8d4f7a2b11")


def identity(edition: Edition) -> str:
    """A URN: the ISBN where there is one, else a UUID of series, number, title, author and language."""
    digits = re.sub(r"[^0-9Xx]", "", edition.isbn)
    if digits:
        return f"urn:isbn:{digits}"
    parts = (edition.series, edition.number, edition.title, edition.author, edition.language)
    return f"urn:uuid:{uuid.uuid5(_SPACE, chr(31).join(parts).encode('utf-8', 'replace').decode())}"
