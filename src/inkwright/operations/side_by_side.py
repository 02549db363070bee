"""Runs several pieces of work at once, each on one core, and passes on what they say.

PyTorch's own threads fight over a machine that is busy with anything else, and their sums hang on how many there are.
So every net is trained on one thread, and nets that do not depend on each other are trained side by side.
"""

import os
import queue
import threading
from collections.abc import Iterator, Sequence
from typing import TypeVar

import torch

T = TypeVar("T")
END = object()


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def side_by_side(works: Sequence[Iterator[T]]) -> Iterator[tuple[int, T]]:
    """Runs generators in threads, as many at once as there are cores.

    Args:
        works: generators that share nothing; each runs on one PyTorch thread.

    Yields:
        (which generator, what it yielded), as they come.

    Raises:
        Whatever one of them raises; the others then stop after their present step. So they do when the caller stops.
    """
    torch.set_num_threads(1)
    said: queue.Queue[tuple[int, T | BaseException | object]] = queue.Queue()
    places, stop = threading.Semaphore(cores()), threading.Event()

    def run(n: int, work: Iterator[T]) -> None:
        with places:
            try:
                while not stop.is_set():
                    try:
                        said.put((n, next(work)))
                    except StopIteration:
                        break
            except BaseException as error:
                said.put((n, error))
            finally:
                said.put((n, END))

    threads = [threading.Thread(target=run, args=(n, work), daemon=True) for n, work in enumerate(works)]
    for thread in threads:
        thread.start()
    running = len(threads)
    try:
        while running:
            n, item = said.get()
            if item is END:
                running -= 1
            elif isinstance(item, BaseException):
                raise item
            else:
                yield n, item  # type: ignore[misc]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
