"""The embedded sample comic and styles, drawn by our own code."""
