"""The pictures of docs/benchmarks.md: time against rows, and rows a second against tiers, from the figures kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

WIDTH, HEIGHT = 330, 260
#: Colours that stay apart for the colour-blind and in grey.
COLOURS = {"salesrules": "#1b4f9c", "Polars": "#d1702d", "DuckDB": "#7a7a7a", "OpenFisca": "#b03a7c"}
IN_MEMORY, IN_FILES = "in memory", "Parquet to Parquet"


def figures(folder: Path, name: str) -> dict[str, Any]:
    path = folder / f"{name}.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def times(folder: Path) -> Iterator[dict[str, Any]]:
    """Seconds by rows: in memory, and from Parquet to Parquet."""
    for found in figures(folder, "frames").get("growth", {}).values():
        for engine, key in (("salesrules", "salesrules_s"), ("Polars", "polars_s"), ("DuckDB", "duckdb_s")):
            yield {"rows": found["rows"], "seconds": found[key], "engine": engine, "where": IN_MEMORY}
    for found in figures(folder, "frames_large").values():
        if isinstance(found, dict) and "rows" in found:
            for engine in ("salesrules", "DuckDB"):
                seconds = found[f"{engine}_seconds"]
                yield {"rows": found["rows"], "seconds": seconds, "engine": engine, "where": IN_FILES}


def speeds(folder: Path) -> Iterator[dict[str, Any]]:
    """Millions of rows a second by tiers; of an engine's two ways the faster."""
    for count, found in figures(folder, "frames").get("tiers", {}).items():
        by_engine: dict[str, float] = {}
        for name, value in found.items():
            if name.endswith(" M/s"):
                engine = name.split()[0]
                by_engine[engine] = max(value, by_engine.get(engine, 0))
        for engine, value in by_engine.items():
            yield {"tiers": int(count), "speed": value, "engine": engine}


def lines(rows: list[dict[str, Any]], x: alt.X, y: alt.Y, title: str) -> alt.Chart:
    """A line for each engine."""
    engines = [engine for engine in COLOURS if any(row["engine"] == engine for row in rows)]
    scale = alt.Scale(domain=engines, range=[COLOURS[engine] for engine in engines])
    colour = alt.Color("engine:N", legend=alt.Legend(title=None, labelFontSize=12), scale=scale)
    chart = alt.Chart(alt.Data(values=rows)).mark_line(point=alt.OverlayMarkDef(size=45), strokeWidth=2)
    return chart.encode(x=x, y=y, color=colour).properties(width=WIDTH, height=HEIGHT, title=title)


def logarithmic(values: list[float], low: float, high: float, shown: str = "~g") -> dict[str, Any]:
    scale = alt.Scale(type="log", domain=[low, high], nice=False)
    return {"scale": scale, "axis": alt.Axis(values=values, format=shown)}


def tens(low: float, high: float) -> list[float]:
    """The powers of ten between two numbers."""
    return [10.0**power for power in range(-9, 10) if low <= 10.0**power <= high]


def draw(results: Path, folder: Path) -> None:
    """Write the SVGs for which there are figures."""
    folder.mkdir(exist_ok=True)
    seen, fast = list(times(results)), list(speeds(results))
    if seen:
        rows, seconds = ([row[name] for row in seen] for name in ("rows", "seconds"))
        across = (min(rows) / 1.5, max(rows) * 1.5)
        up = (min(seconds) / 1.5, max(seconds) * 1.5)
        x = alt.X("rows:Q", title="credits", **logarithmic(tens(*across), *across, "~s"))
        y = alt.Y("seconds:Q", title="seconds", **logarithmic(tens(*up), *up))
        panels = [
            lines([row for row in seen if row["where"] == where], x, y, where)
            for where in (IN_MEMORY, IN_FILES)
            if any(row["where"] == where for row in seen)
        ]
        save(alt.hconcat(*panels).properties(title="Time against rows, on two cores"), folder / "frames-rows.svg")
    if fast:
        speed = [row["speed"] for row in fast]
        up = (min(speed) / 1.5, max(speed) * 1.5)
        x = alt.X("tiers:Q", title="tiers", **logarithmic(sorted({row["tiers"] for row in fast}), 4, 650))
        y = alt.Y("speed:Q", title="million rows a second", **logarithmic(tens(*up), *up))
        save(lines(fast, x, y, "The tier step by how many tiers there are"), folder / "frames-tiers.svg")


def save(chart: alt.Chart | alt.HConcatChart, path: Path) -> None:
    plain = chart.configure_view(stroke=None).configure_axis(gridColor="#e6e6e6", titleFontWeight="normal")
    svg = vl_convert.vegalite_to_svg(plain.configure_title(anchor="middle").to_json())
    path.write_text(svg.replace("<defs", '<rect width="100%" height="100%" fill="white"/><defs', 1) + "\n", "utf-8")
