"""STYLIZERS: the table of style networks."""

from collections.abc import Callable

from inkwright.learn.stylizers.unet import StrokeUNet
from inkwright.registry import Registry

STYLIZERS: Registry[Callable[..., StrokeUNet]] = Registry("stylizer", {"unet": StrokeUNet})
