#!/usr/bin/env python3
"""Takes the picture of README: runs the release binary on its demo in tmux, and writes what stands there as SVG.

    cargo build --release && python3 assets/picture.py

Needs tmux and nothing but Python's standard library.
"""

import html
import re
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLUMNS, ROWS = 120, 30
CELL_WIDTH, LINE_HEIGHT, FONT_SIZE, MARGIN = 8.4, 18, 14, 14
BACKGROUND, FOREGROUND = "#1d1f21", "#d4d4d4"
# The sixteen colours of a common dark palette.
PALETTE = [
    "#1d1f21", "#cc6666", "#b5bd68", "#f0c674", "#81a2be", "#b294bb", "#8abeb7", "#c5c8c6",
    "#969896", "#ff7b72", "#a5d46a", "#ffd866", "#79b8ff", "#d2a8ff", "#7fd5d5", "#ffffff",
]
SEQUENCE = re.compile(r"\x1b\[([0-9;]*)m")


def tmux(*words):
    return subprocess.run(["tmux", "-L", "picture", *words], check=True, capture_output=True, text=True).stdout


def wait_for(text, seconds=60):
    end = time.monotonic() + seconds
    while text not in tmux("capture-pane", "-p", "-t", "p"):
        if time.monotonic() > end:
            raise SystemExit(f"“{text}” never came")
        time.sleep(0.1)


def take():
    with tempfile.TemporaryDirectory() as home:
        binary = ROOT / "target/release/atlas-tui"
        command = f"env -u NO_COLOR ATLAS_TUI_HOME={home} LANG=C.UTF-8 {binary} --demo"
        tmux("new-session", "-d", "-s", "p", "-x", str(COLUMNS), "-y", str(ROWS), command)
        try:
            wait_for("RUNNING")
            tmux("send-keys", "-t", "p", "jj")
            # The links of the third lookup appear, and a second restore fails, while the demo runs.
            wait_for("Link expires in")
            wait_for("2 failed")
            return tmux("capture-pane", "-p", "-e", "-t", "p").rstrip("\n").split("\n")
        finally:
            tmux("kill-server")


class Style:
    def __init__(self):
        self.reset()

    def reset(self):
        self.colour, self.back = None, None
        self.bold = self.dim = self.underline = self.reverse = False

    def take(self, codes):
        for code in [int(code or 0) for code in codes.split(";")]:
            if code == 0:
                self.reset()
            elif code in (1, 2, 4, 7):
                setattr(self, {1: "bold", 2: "dim", 4: "underline", 7: "reverse"}[code], True)
            elif code == 22:
                self.bold = self.dim = False
            elif code == 24:
                self.underline = False
            elif code == 27:
                self.reverse = False
            elif 30 <= code <= 37 or 90 <= code <= 97:
                self.colour = PALETTE[code - 30 if code < 90 else code - 82]
            elif code == 39:
                self.colour = None
            elif 40 <= code <= 47 or 100 <= code <= 107:
                self.back = PALETTE[code - 40 if code < 100 else code - 92]
            elif code == 49:
                self.back = None

    def look(self):
        colour, back = self.colour or FOREGROUND, self.back
        if self.reverse:
            colour, back = back or BACKGROUND, colour
        attributes = f'fill="{colour}"'
        if self.bold:
            attributes += ' font-weight="bold"'
        if self.dim:
            attributes += ' opacity="0.6"'
        if self.underline:
            attributes += ' text-decoration="underline"'
        return attributes, back


def picture(lines):
    width, height = COLUMNS * CELL_WIDTH + 2 * MARGIN, ROWS * LINE_HEIGHT + 2 * MARGIN
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" role="img" '
        f'aria-label="atlas-tui on its demo: a list of lookups, and the selected download with its countdown" '
        f'font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="{FONT_SIZE}">'
    )
    yield f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>'
    for row, line in enumerate(lines):
        style, column, at = Style(), 0, 0
        y = MARGIN + row * LINE_HEIGHT
        while at < len(line):
            sequence = SEQUENCE.match(line, at)
            if sequence:
                style.take(sequence[1])
                at = sequence.end()
                continue
            end = line.find("\x1b", at)
            text = line[at:] if end < 0 else line[at:end]
            at += len(text)
            # One sign of ours takes two columns.
            columns = len(text) + text.count("⌛")
            attributes, back = style.look()
            x = MARGIN + column * CELL_WIDTH
            if back:
                yield f'<rect x="{x:.1f}" y="{y}" width="{columns * CELL_WIDTH:.1f}" height="{LINE_HEIGHT}" fill="{back}"/>'
            if text.strip():
                yield (
                    f'<text x="{x:.1f}" y="{y + 13}" textLength="{columns * CELL_WIDTH:.1f}" xml:space="preserve" '
                    f"{attributes}>{html.escape(text)}</text>"
                )
            column += columns
    yield "</svg>"


if __name__ == "__main__":
    target = ROOT / "assets/dashboard.svg"
    target.write_text("\n".join(picture(take())) + "\n")
    print(target.relative_to(ROOT))
