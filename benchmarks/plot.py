"""Draw the latencies of a session: which share of the requests is answered in which time.

.venv/bin/python benchmarks/plot.py FILE.json FILE.svg     (pip install '.[plot]')
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

COLOURS = ("#1f6feb", "#d1242f", "#57606a", "#9a6700")


def main(source: str, target: str) -> None:
    """Draw one panel for each kind of request, with one line for each server and workload."""
    found = json.loads(Path(source).read_text())
    panels: dict[str, dict[str, list[float]]] = {}
    for run in found["runs"]:
        for sample in run["samples"]:
            if sample["error"]:
                continue
            if sample["kind"] == "quick":
                where = "idle" if run["workload"] == "quick" else "beside analyses"
                panels.setdefault("quick: whole answer", {}).setdefault(
                    f"{run['target']}, {where}", []
                ).append(sample["seconds"])
            elif run["workload"] == "growing" and sample["first"]:
                where = "cold" if sample["kind"] == "cold" else "grown"
                panels.setdefault("growing: first character", {}).setdefault(
                    f"{run['target']}, {where}", []
                ).append(sample["first"])
            elif run["workload"] == "analysis":
                panels.setdefault("analysis: whole answer", {}).setdefault(
                    run["target"], []
                ).append(sample["seconds"])
    targets = list(dict.fromkeys(run["target"] for run in found["runs"]))
    figure, axes = plt.subplots(1, len(panels), figsize=(4.2 * len(panels), 4.0), squeeze=False)
    for axis, (title, lines) in zip(axes[0], panels.items(), strict=True):
        for label, values in lines.items():
            ordered = sorted(values)
            share = [(index + 1) / len(ordered) for index in range(len(ordered))]
            name, _, where = label.partition(", ")
            axis.step(
                ordered,
                share,
                where="post",
                label=label,
                color=COLOURS[targets.index(name) % len(COLOURS)],
                linestyle="--" if where in ("beside analyses", "cold") else "-",
            )
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("seconds")
        axis.set_xlim(left=0)
        axis.set_ylim(0, 1.02)
        axis.grid(alpha=0.25)
        axis.legend(fontsize=7, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.18))
    axes[0][0].set_ylabel("share answered")
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None} if target.endswith(".svg") else None)


if __name__ == "__main__":
    main(*sys.argv[1:])
