"""Finished panels: what they say of an element's colours, and how that is carried to all others."""
