"""Writes what Scripts/bench --full measured as a page with tables (Markdown) and as a plot (SVG)."""

import html
import math
import os
import platform
import re
import statistics
import subprocess
import time

# A measurement's name: what, over which transport, size, frames, and the unit.
NAME = re.compile(r"(PUSH/PULL|REQ/REP) (\w+) (\d+ \w+)(?: × (\d+))?, (.*)")
UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20}


def parse(results):
    """{(pattern, transport, frames, unit): {size in bytes: {contender: [figures]}}}, in the order of measuring."""
    groups = {}
    for name, contenders in results.items():
        if match := NAME.fullmatch(name):
            pattern, transport, size, frames, unit = match.groups()
            number, suffix = size.split()
            key = (pattern, transport, int(frames or 1), unit)
            groups.setdefault(key, {})[int(number) * UNITS[suffix]] = contenders
    return groups


def readable(size):
    for suffix, unit in reversed(UNITS.items()):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {suffix}"
    return f"{size} B"


def show(figure):
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def title(key):
    pattern, transport, frames, unit = key
    return f"{pattern}, {transport}, {'one frame' if frames == 1 else f'{frames} frames'}, {unit}"


def median(figures):
    """The median of those rounds in which there was a figure; None where there was none at all."""
    known = [figure for figure in figures if figure is not None]
    return statistics.median(known) if known else None


def ratio(figures, reference):
    return statistics.median(one / other for one, other in zip(figures, reference) if one is not None)


# Tables


def markdown(results, rounds, load, plot):
    """A page of tables; each cell has the median, and its ratio to the first contender within each round."""
    lines = [
        "# The binding beside its peers",
        "",
        f"{time.strftime('%Y-%m-%d %H:%M')}, {platform.machine()} with {os.cpu_count()} cores, {platform.system()} "
        f"{platform.release()}, libzmq {libzmq_version()}, rounds: {rounds}, load {load[0]:.1f} before and "
        f"{load[1]:.1f} after. Medians of the rounds; in parentheses the median of the ratios to the first row "
        "within each round, which is what counts on a busy machine. Over inproc C, C++, Rust and the blocking calls have two threads, the "
        "asynchronous ones two tasks on one thread (pool: on the runtime's threads).",
        "",
        f"![plot]({plot})",
    ]
    for key, sizes in parse(results).items():
        lines += ["", f"## {title(key)}", ""]
        lines.append("| | " + " | ".join(readable(size) for size in sizes) + " |")
        lines.append("|---|" + "---:|" * len(sizes))
        reference = next(iter(next(iter(sizes.values()))))
        for name in contenders(sizes):
            cells = []
            for measured in sizes.values():
                figures = measured.get(name, [])
                if median(figures) is not None:
                    cells.append(f"{show(median(figures))} ({ratio(figures, measured[reference]):.2f})")
                else:
                    cells.append("failed" if figures else "")
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += allocations(results)
    return "\n".join(lines) + "\n"


def contenders(sizes):
    return list(dict.fromkeys(name for measured in sizes.values() for name in measured))


def allocations(results):
    """The table of what a message allocates, where that was counted."""
    counted = {name: figures for name, figures in results.items() if name.startswith("allocations, ")}
    if not counted:
        return []
    lines = ["", "## Allocations for each message", "", "| | to make and send | to receive |", "|---|---:|---:|"]
    for name, figures in counted.items():
        lines.append(f"| {name.removeprefix('allocations, ')} | {figures['send'][0]} | {figures['receive'][0]} |")
    return lines


def libzmq_version():
    found = subprocess.run(["pkg-config", "--modversion", "libzmq"], capture_output=True, text=True, check=False)
    return found.stdout.strip() or "of an unknown version"


# Plot

WIDTH, HEIGHT, LEFT, TOP, GAP_X, GAP_Y, LEGEND = 300, 200, 70, 60, 90, 80, 170
COLOURS = [
    "#000000", "#d62728", "#ff7f0e", "#e377c2", "#8c564b", "#1f77b4", "#17becf", "#2ca02c", "#bcbd22", "#9467bd",
]  # fmt: skip


def svg(results):
    """A panel for each pattern, transport and number of frames: figure over size, both logarithmic."""
    groups = parse(results)
    names = list(dict.fromkeys(name for sizes in groups.values() for name in contenders(sizes)))
    colours = {name: COLOURS[index % len(COLOURS)] for index, name in enumerate(names)}
    rows = list(dict.fromkeys(key[1] for key in groups))
    columns = list(dict.fromkeys((key[0], key[2], key[3]) for key in groups))
    width = LEFT + len(columns) * (WIDTH + GAP_X) + LEGEND
    height = TOP + len(rows) * (HEIGHT + GAP_Y)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
        'font-size="11">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for key, sizes in groups.items():
        x = LEFT + columns.index((key[0], key[2], key[3])) * (WIDTH + GAP_X)
        y = TOP + rows.index(key[1]) * (HEIGHT + GAP_Y)
        parts += panel(key, sizes, colours, x, y)
    for index, name in enumerate(names):
        x, y = width - LEGEND + 10, TOP + index * 20
        parts.append(f'<path d="M{x} {y}h24" stroke="{colours[name]}" stroke-width="2"/>')
        parts.append(text(x + 30, y + 4, name))
    return "\n".join([*parts, "</svg>"]) + "\n"


def panel(key, sizes, colours, left, top):
    medians = {
        name: [(size, median(measured.get(name, [])) or 0) for size, measured in sizes.items()]
        for name in contenders(sizes)
    }
    values = [value for points in medians.values() for _, value in points if value > 0]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    first, last = math.log2(min(sizes)), math.log2(max(sizes))
    span = max(last - first, 1)

    def across(size):
        return left + (math.log2(size) - first) / span * WIDTH

    def up(value):
        return top + HEIGHT - (math.log10(value) - low) / (high - low) * HEIGHT

    parts = [
        text(left, top - 10, title(key), weight="bold"),
        f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#888"/>',
    ]
    for power in range(low, high + 1):
        y = up(10.0**power)
        parts.append(f'<path d="M{left} {y:.1f}h{WIDTH}" stroke="#ddd"/>')
        parts.append(text(left - 6, y + 4, f"{10**power:,}" if power >= 0 else f"{10.0**power:g}", anchor="end"))
    for size in sizes:
        parts.append(text(across(size), top + HEIGHT + 16, readable(size), anchor="middle"))
    for name, points in medians.items():
        path = " ".join(f"{across(size):.1f},{up(value):.1f}" for size, value in points if value > 0)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colours[name]}" stroke-width="1.5"/>')
        for size, value in points:
            if value > 0:
                circle = f'<circle cx="{across(size):.1f}" cy="{up(value):.1f}" r="2.5" fill="{colours[name]}">'
                parts.append(f"{circle}<title>{html.escape(name)}: {show(value)}</title></circle>")
    return parts


def text(x, y, words, anchor="start", weight="normal"):
    attributes = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}"'
    return f"<text {attributes}>{html.escape(words)}</text>"
