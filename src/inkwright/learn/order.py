"""Which panels come when."""

import torch

from inkwright.learn.tensors import generator


def minibatch(panels: int, batch: int, step: int, seed: int) -> list[int]:
    """The panels of a step: epochs of random order, so that each panel comes equally often."""
    if panels == 0:
        return []
    size = min(batch, panels)
    out: list[int] = []
    orders: dict[int, list[int]] = {}
    for n in range(step * size, (step + 1) * size):
        epoch, at = divmod(n, panels)
        if epoch not in orders:
            orders[epoch] = torch.randperm(panels, generator=generator(seed, 0, 1, epoch)).tolist()
        out.append(orders[epoch][at])
    return out
