"""inkwright: drawn pages in, one consistent comic out."""

__version__ = "0.1.0"
