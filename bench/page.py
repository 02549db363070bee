"""What a page of print size needs: `python bench/page.py [--docs]`.

The sample's first page and one without any gutter, enlarged to 2480 x 3508 pixels, go through the commands as anyone's
pages do; of each command the peak of its memory (resident set of its process, all threads) and its CPU-seconds. Pages
are painted at the default size and enlarged, and once in every pixel. Set INKWRIGHT_SHEETS to a folder to look at them.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from run import _write, table

from inkwright.images import Pixels, png_bytes
from inkwright.sample.comic import draw_book

SIZE = (2480, 3508)
FEW_STEPS = ("--fit-style-steps", "2", "--fit-steps", "2")
"""Memory of rendering does not hang on how long the network was fitted."""


def pages() -> dict[str, Pixels]:
    """Name → (3508, 2480, 3) uint8: a page of panels, and a drawing that fills its page."""
    first = draw_book().pages[0]
    height, width = first.shape[:2]
    filled = first[round(0.03 * height) : round(0.52 * height), round(0.05 * width) : round(0.95 * width)]
    return {
        "1": cv2.resize(first, SIZE, interpolation=cv2.INTER_CUBIC),
        "2": cv2.resize(filled, SIZE, interpolation=cv2.INTER_CUBIC),
    }


def measured(*words: str) -> tuple[float, float]:
    """Peak memory in MiB and CPU-seconds of an `inkwright` command.

    Raises:
        SystemExit: the command failed.
    """
    process = subprocess.Popen([sys.executable, "-m", "inkwright", *words], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(words)} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def main() -> None:
    """Measures, prints and, with --docs, writes the table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        root, source = Path(folder) / "book", Path(folder) / "pages"
        source.mkdir()
        for name, pixels in pages().items():
            (source / f"{name}.png").write_bytes(png_bytes(np.ascontiguousarray(pixels)))
        measured("new", str(root), str(source))
        for what, words in (
            ("panels", ("panels",)),
            ("fit, of 4 steps", ("fit", *FEW_STEPS)),
            ("render, painted at 1400 pixels and enlarged", ("render",)),
            ("fit again, for every pixel", ("fit", *FEW_STEPS)),
            ("render, every pixel painted", ("render",)),
        ):
            command, *options = words
            if "again" in what:
                settings = root / "inkwright.toml"
                settings.write_text(re.sub(r"(?m)^#? ?work_px = .*$", "work_px = 3508", settings.read_text("utf-8")))
            mib, seconds = measured(command, str(root), *options)
            rows.append((what, f"{mib:.0f}", f"{seconds:.0f}"))
            print(*rows[-1], flush=True)
            for path in sorted((root / "build" / "pages").glob("*.png")) if os.environ.get("INKWRIGHT_SHEETS") else []:
                Path(os.environ["INKWRIGHT_SHEETS"], f"page-{path.stem}-{len(rows)}.png").write_bytes(path.read_bytes())
    text = table(("two pages of 2480 x 3508", "peak memory, MiB", "CPU-seconds"), rows)
    print(text)
    if "--docs" in sys.argv:
        _write("page", text)


if __name__ == "__main__":
    main()
