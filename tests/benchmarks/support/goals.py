"""Figures of benchmarks beside their goals."""


def goal(name: str, value: float, *, at_least: float | None = None, at_most: float | None = None) -> None:
    """Say how a figure stands to its goal."""
    met = value >= at_least if at_least is not None else value <= (at_most or 0.0)
    bound = f">= {at_least:g}" if at_least is not None else f"<= {at_most or 0.0:g}"
    print(f"    {'met   ' if met else 'MISSED'}  {name}: {value:.4g} (goal {bound})", flush=True)
