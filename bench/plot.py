"""Plots as SVG with nothing but text: panels with axes, lines, steps and bars. For the pictures in docs/images."""
import math
from html import escape

COLOURS = ["#1f6feb", "#d9480f", "#2b8a3e", "#862e9c", "#495057"]
STYLE = ("text{font:12px system-ui,sans-serif;fill:#24292f}.title{font-weight:600;font-size:13px}.tick{font-size:11px;fill:#57606a}"
         ".grid{stroke:#d8dee4;stroke-width:1}.line{fill:none;stroke-width:1.8;stroke-linejoin:round}")


def ticks(low, high, log=False, about=5):
    """Round numbers within a range."""
    if log:
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        wide = high / low > 300
        found = [step * 10.0**d for d in decades for step in ((1,) if wide else (1, 2, 5))]
        return [t for t in found if low * 0.999 <= t <= high * 1.001]
    raw = (high - low) / about
    decade = 10 ** math.floor(math.log10(raw))
    step = next(s * decade for s in (1, 2, 2.5, 5, 10) if s * decade >= raw)
    first = math.ceil(low / step - 1e-9)
    return [i * step for i in range(first, math.floor(high / step + 1e-9) + 1)]


class Panel:
    """One pair of axes, `at` (x, y) and of `size` (width, height) within the picture; `x` and `y` are ranges of values."""

    def __init__(self, at, size, x, y, *, title="", x_title="", y_title="", log=False, x_ticks=None, y_ticks=None):
        self.at, self.size, self.x, self.y, self.log = at, size, x, y, log
        left, top, (width, height) = at[0], at[1], size
        self.parts = []
        for value, label in y_ticks or [(v, f"{v:,g}") for v in ticks(*y, log)]:
            place = self._y(value)
            self.parts.append(f'<line class="grid" x1="{left}" x2="{left + width}" y1="{place:.1f}" y2="{place:.1f}"/>')
            self.text(left - 6, place + 4, label, "end", "tick", pixels=True)
        for value, label in x_ticks if x_ticks is not None else [(v, f"{v:,g}") for v in ticks(*x)]:
            place = self._x(value)
            self.parts.append(f'<line class="grid" x1="{place:.1f}" x2="{place:.1f}" y1="{top}" y2="{top + height}"/>')
            self.text(place, top + height + 15, label, "middle", "tick", pixels=True)
        self.text(left, top - 8, title, "start", "title", pixels=True)
        self.text(left + width / 2, top + height + 31, x_title, "middle", "tick", pixels=True)
        self.text(left + width, top - 8, y_title, "end", "tick", pixels=True)

    def _x(self, value):
        return self.at[0] + (value - self.x[0]) / (self.x[1] - self.x[0]) * self.size[0]

    def _y(self, value):
        low, high = self.y
        value = min(max(value, low), high)
        share = math.log(value / low) / math.log(high / low) if self.log else (value - low) / (high - low)
        return self.at[1] + self.size[1] * (1 - share)

    def text(self, x, y, words, anchor="start", kind="", *, pixels=False, colour=None):
        if words:
            x, y = (x, y) if pixels else (self._x(x), self._y(y))
            fill = f' style="fill:{colour}"' if colour else ""
            self.parts.append(f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{fill}>{escape(words)}</text>')

    def line(self, points, colour, *, dashed=False):
        places = " ".join(f"{self._x(x):.1f},{self._y(y):.1f}" for x, y in points)
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self.parts.append(f'<polyline class="line" stroke="{colour}"{dash} points="{places}"/>')

    def band(self, x_from, x_to, colour):
        """A shaded stretch of the x axis."""
        left, right = (self._x(min(max(x, self.x[0]), self.x[1])) for x in (x_from, x_to))
        self.parts.insert(0, f'<rect x="{left:.1f}" y="{self.at[1]}" width="{right - left:.1f}" height="{self.size[1]}" '
                             f'fill="{colour}"/>')


def picture(width, height, panels, legend=(), legend_at=(64, 18)):
    """The SVG's text. `legend` has (words, colour, dashed)."""
    parts = []
    x, y = legend_at
    for words, colour, dashed in legend:
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        parts.append(f'<line x1="{x}" x2="{x + 24}" y1="{y - 4}" y2="{y - 4}" stroke="{colour}" stroke-width="2.5"{dash}/>')
        parts.append(f'<text x="{x + 30}" y="{y}">{escape(words)}</text>')
        x += 48 + 6.6 * len(words)
    body = "\n".join(part for panel in panels for part in panel.parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">\n'
            f'<style>{STYLE}</style>\n<rect width="{width}" height="{height}" fill="#fff"/>\n'
            + "\n".join(parts) + "\n" + body + "\n</svg>\n")
