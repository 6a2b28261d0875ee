"""Bars as SVG: wall seconds of each job by tool, on a logarithmic axis since jobs differ by powers of ten."""
import math, os
from xml.sax.saxutils import escape

import plan

COLORS = {"abf": "#1f6feb", "restic": "#d29922", "borg": "#2da44e", "rclone": "#8250df"}
LEFT, BAR, WIDTH, LABEL = 230, 14, 420, 90


def name_of(corpus, store):
    return f"charts/{corpus}-{store}.svg"


def write(directory, results):
    os.makedirs(directory, exist_ok=True)
    for corpus, store in results.places():
        with open(os.path.join(directory, os.path.basename(name_of(corpus, store))), "w") as file:
            file.write(draw(corpus, store, results))


def draw(corpus, store, results):
    tools = results.tools_of(corpus, store)
    bars = [(job, [(tool, results.median(corpus, store, job, tool, "wall")) for tool in tools]) for job in plan.JOBS]
    bars = [(job, [(tool, wall) for tool, wall in group if wall]) for job, group in bars if any(wall for _, wall in group)]
    walls = [wall for _, group in bars for _, wall in group]
    least = 10 ** math.floor(math.log10(min(walls)))
    most = 10 ** math.ceil(math.log10(max(walls) * 1.001))
    position = lambda wall: LEFT + WIDTH * math.log10(wall / least) / math.log10(most / least)
    parts, y = [], 44
    for job, group in bars:
        parts.append(f'<text x="{LEFT - 8}" y="{y + BAR * len(group) / 2 + 4:.0f}" text-anchor="end">{escape(plan.JOBS[job])}</text>')
        for tool, wall in group:
            x = position(wall)
            parts.append(f'<rect x="{LEFT}" y="{y}" width="{max(1, x - LEFT):.1f}" height="{BAR - 2}" fill="{COLORS[tool]}"/>')
            parts.append(f'<text x="{x + 4:.1f}" y="{y + BAR - 4}" font-size="10">{wall:.2f} s</text>')
            y += BAR
        y += 8
    grid, mark = [], least
    while mark <= most:
        grid.append(f'<line x1="{position(mark):.1f}" y1="40" x2="{position(mark):.1f}" y2="{y}" stroke="#d0d7de"/>')
        grid.append(f'<text x="{position(mark):.1f}" y="{y + 14}" text-anchor="middle" font-size="10">{mark:g} s</text>')
        mark *= 10
    legend = "".join(f'<rect x="{LEFT + 90 * number}" y="22" width="10" height="10" fill="{COLORS[tool]}"/><text x="{LEFT + 14 + 90 * number}" y="31">{tool}</text>'
                     for number, tool in enumerate(tools))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + LABEL}" height="{y + 24}" font-family="sans-serif" font-size="12">'
            f'<rect width="100%" height="100%" fill="white"/><text x="8" y="14" font-weight="bold">{corpus} to {store}: wall time, logarithmic</text>'
            f'{legend}{"".join(grid)}{"".join(parts)}</svg>\n')
