"""What a figure is, how it is judged and how figures are summed up and printed."""

import os
import statistics

COLUMNS = ("name", "value", "unit", "target", "holds", "load")


def scale() -> float:
    """BENCH_SCALE: 1 measures in full, 0.001 only shows that everything runs."""
    return float(os.environ.get("BENCH_SCALE", "1"))


def scaled(count: int, least: int) -> int:
    """`count` at full scale, never below `least`."""
    return max(least, round(count * scale()))


def load() -> float:
    """The machine's load average of the last minute."""
    return round(os.getloadavg()[0], 2)


def told(name: str, value: float, unit: str) -> dict:
    """A figure that is reported and has no target."""
    return {"name": name, "value": round(value, 3), "unit": unit, "target": None, "holds": True}


def at_most(name: str, value: float, unit: str, most: float) -> dict:
    return {**told(name, value, unit), "target": f"<= {most}", "holds": value <= most}


def at_least(name: str, value: float, unit: str, least: float) -> dict:
    return {**told(name, value, unit), "target": f">= {least}", "holds": value >= least}


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie, 0.95 for p95."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def quiet(values: list[float]) -> float:
    """The lower quartile: what a piece of work takes when others do not push in, without trusting one luck."""
    return percentile(values, 0.25)


def ratio(pairs: list[tuple[float, float]]) -> float:
    """The median of first/second over pairs that were measured side by side."""
    return statistics.median(first / second for first, second in pairs)


def table(rows: list[dict]) -> str:
    """All figures under each other, as text."""
    cells = [COLUMNS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(COLUMNS))]
    return "\n".join(_line(line, widths) for line in cells)


def _cells(row: dict) -> tuple[str, ...]:
    target = row["target"]
    holds = "yes" if row["holds"] else "NO"
    value = f"{row['value']:,.3f}".rstrip("0").rstrip(".")
    return (
        row["name"],
        value,
        row["unit"],
        target or "-",
        holds if target else "-",
        f"{row['load_average']:.2f}",
    )


def _line(line: tuple[str, ...], widths: list[int]) -> str:
    name, value, *others = (
        cell.rjust(width) if column == 1 else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(line, widths, strict=True))
    )
    return "  ".join((name, value, *others)).rstrip()
