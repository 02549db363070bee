"""Straightening imported pages: the page's edges in a photo or scan, skew and convergence, the light on the paper."""
