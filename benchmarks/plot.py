"""One bar chart as a stand-alone SVG that can be read on light and dark pages."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

_STYLE = Markup(
    "<style>text { font: 14px system-ui, sans-serif; fill: #17211f } .bar { fill: #0b5f58 } .track { fill: #e3e9e7 }"
    " .sheet { fill: #fff } @media (prefers-color-scheme: dark) { text { fill: #e6ecea } .bar { fill: #76d1c6 } .track"
    " { fill: #2a3533 } .sheet { fill: #18201f } }</style>"
)


def bar_chart(rows: Sequence[tuple[str, float]], title: str) -> str:
    """Shares from 0 to 1 as bars, with their names and figures."""
    left, long, high, top = 270, 380, 34, 40
    width, height = left + long + 80, top + high * len(rows) + 12
    parts = [
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img"'
            ' aria-label="{2}">'
        ).format(width, height, f"{title} {'; '.join(f'{name}: {share:.1%}' for name, share in rows)}"),
        _STYLE,
        Markup('<rect class="sheet" width="{}" height="{}" rx="8"/><text x="12" y="25">{}</text>').format(
            width, height, title
        ),
    ]
    for number, (name, share) in enumerate(rows):
        y = top + number * high
        parts.append(Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(left - 12, y + 20, name))
        parts.append(
            Markup('<rect class="track" x="{}" y="{}" width="{}" height="20" rx="3"/>').format(left, y + 5, long)
        )
        parts.append(
            Markup('<rect class="bar" x="{}" y="{}" width="{:.1f}" height="20" rx="3"/>').format(
                left, y + 5, long * share
            )
        )
        parts.append(Markup('<text x="{}" y="{}">{}</text>').format(left + long + 10, y + 20, f"{share:.1%}"))
    return str(Markup("").join([*parts, Markup("</svg>\n")]))
