"""Lettering: words fitted, shaped and placed as vectors, and drawn."""
