#!/usr/bin/env python3
"""Draw what a terminal showed as an SVG, from the bytes that a program wrote to it.

usage: script -qec 'COMMAND' /dev/null | docs/terminal-picture.py [--columns N] [--title TEXT] > docs/terminal.svg

Needs pyte (`pip install pyte`), which plays the terminal: progress that redraws in place ends as the reader sees it.
"""
import argparse
import html
import sys

import pyte

CELL_WIDTH, LINE_HEIGHT, MARGIN, BAR = 8.4, 19, 18, 34
BACKGROUND, FOREGROUND = "#16191d", "#d6dbe1"
COLORS = {
    "default": FOREGROUND, "black": "#3b4148", "red": "#ef6b73", "green": "#8fc574", "brown": "#e0b35c",
    "yellow": "#e0b35c", "blue": "#68a6ee", "magenta": "#c58be0", "cyan": "#5dbccb", "white": FOREGROUND,
    "brightblack": "#7d8691", "brightred": "#ff8a90", "brightgreen": "#a9dd8e", "brightbrown": "#f2c976",
    "brightyellow": "#f2c976", "brightblue": "#8cc0ff", "brightmagenta": "#dba6f3", "brightcyan": "#7fd5e2", "brightwhite": "#ffffff",
}


def color(name):
    return COLORS.get(name, f"#{name}" if len(name) == 6 else FOREGROUND)


def rows_of(data, columns):
    screen = pyte.Screen(columns, 400)
    pyte.ByteStream(screen).feed(data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    rows = [[screen.buffer[y][x] for x in range(columns)] for y in range(400)]
    while rows and not "".join(cell.data for cell in rows[-1]).strip():
        rows.pop()
    return rows


def spans_of(row):
    """Runs of cells that look the same, with the column where each begins.

    Wider gaps end a run, so that columns stand in line whatever the font is.
    """
    spans = []
    gap = 2
    for x, cell in enumerate(row):
        if cell.data == " ":
            gap += 1
            continue
        look = (cell.fg, cell.bold)
        if gap > 1 or spans[-1][1] != look:
            spans.append((x, look, cell.data))
        else:
            start, _, text = spans[-1]
            spans[-1] = (start, look, text + " " * gap + cell.data)
        gap = 0
    return spans


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--columns", type=int, default=100)
    parser.add_argument("--title", default="")
    options = parser.parse_args()
    rows = rows_of(sys.stdin.buffer.read(), options.columns)
    width = round(options.columns * CELL_WIDTH + 2 * MARGIN)
    height = BAR + len(rows) * LINE_HEIGHT + MARGIN
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f'<rect width="{width}" height="{height}" rx="9" fill="{BACKGROUND}"/>',
        *(f'<circle cx="{20 + 20 * i}" cy="17" r="6" fill="{c}"/>' for i, c in enumerate(("#ef6b73", "#e0b35c", "#8fc574"))),
        f'<text x="{width / 2}" y="22" fill="#7d8691" text-anchor="middle" font-family="sans-serif" font-size="13">{html.escape(options.title)}</text>',
        '<g font-family="\'DejaVu Sans Mono\', ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" xml:space="preserve">',
    ]
    for y, row in enumerate(rows):
        for x, (foreground, bold), text in spans_of(row):
            left = MARGIN + x * CELL_WIDTH
            weight = ' font-weight="bold"' if bold else ""
            out.append(
                f'<text x="{left:.1f}" y="{BAR + (y + 0.8) * LINE_HEIGHT:.1f}" fill="{color(foreground)}"{weight} '
                f'textLength="{len(text) * CELL_WIDTH:.1f}">{html.escape(text)}</text>')
    out += ["</g>", "</svg>"]
    print("\n".join(out))


if __name__ == "__main__":
    main()
