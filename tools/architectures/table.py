"""The page that the measurements come to."""

import re
from importlib.metadata import version

#: Packages whose versions the page names.
PACKAGES = ("torch", "torchvision", "timm", "onnxruntime")
#: Outputs of float32 models agree where they are no further apart than this share of the largest.
TOLERANCE = 1e-4
#: The share of the multiply-adds that the second cut leaves.
HALF = 0.5
#: Reasons are told that hold at least this share of the multiply-adds.
TOLD = 0.005
SOURCES = {"torchvision": "torchvision", "timm": "timm", "own": "[`networks.py`](../tools/architectures/networks.py)"}

INTRODUCTION = """# Architectures

This page shows what happens when networks of torchvision and timm are exported, opened, and cut. `npm run architectures` writes it: the
script makes each network with random weights (from a fixed seed), exports it with PyTorch to ONNX (opset 17, small inputs), and cuts it
with the core that the page and the command use. It keeps no model. Versions: {versions}.

{summary}
- **loads, runs**: the model opens, and our engine runs it.
- **agrees**: the largest difference between our outputs and ONNX Runtime's, as a share of the largest output. Up to {tolerance:.0e} counts as
  agreement.
- **least**: the share of the multiply-adds that is left after every layer has been cut as far as a recipe allows by default (95 % of its
  channels). It is close to 0 where nothing is frozen.
- **cut**: each network is cut twice, to the least and to half of its multiply-adds. Each time, ONNX Runtime runs the small model and the
  dense model with the same channels masked; this is the larger difference between their outputs, as a share of the largest output. Our
  own check of both cuts has passed as well, unless the cell says otherwise.
- **what stays, and why**: the channels that can't be cut, as the share of the multiply-adds that make them, and the reason. The model's
  outputs always stay, so they are left out, and so is what makes less than {told:.1%} of the multiply-adds.

“Batch of 1” means that the network was exported with a fixed batch, as exporters do by default. The others have an open batch and ran
with two samples.
"""

HEADER = """
| network | from | loads | runs | agrees | least | cut | what stays, and why |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def page(rows):
    """The whole document, for (architecture, what `make.measured` found) of each row."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    start = INTRODUCTION.format(versions=versions, summary=summary(rows), tolerance=TOLERANCE, told=TOLD)
    lines = (" | ".join(cells(architecture, found)) for architecture, found in rows)
    return start + HEADER + "".join(f"| {line} |\n" for line in lines)


def summary(rows):
    """How many do what, in a sentence."""
    found = [found for _, found in rows]
    runs = sum("rel" in one.get("runs", {}) for one in found)
    agree = sum(one.get("runs", {}).get("rel", 1) <= TOLERANCE for one in found)
    half = sum(passed(one.get("half", {})) for one in found)
    loads = sum("loads" in one for one in found)
    total = len(rows)
    return (
        f"Of {total} networks, {loads} load, {runs} run, {agree} agree with ONNX Runtime, and {half} can be cut to half of their "
        "multiply-adds.\n"
    )


def passed(cut):
    return cut.get("agrees", False) and cut.get("runtime", {}).get("rel", 1) <= TOLERANCE


def cells(architecture, found):
    head = [f"`{architecture.name}`" + (", batch of 1" if architecture.fixed else ""), SOURCES[architecture.package]]
    if "export" in found:
        return [*head, f"not exported: {plain(found['export'])}", "", "", "", "", ""]
    if "loads" not in found:
        return [*head, f"no: {plain(found['failed'])}", "", "", "", "", ""]
    uncounted = found["loads"]["uncounted"]
    loads = f"yes, but {uncounted} operators are not counted" if uncounted else "yes"
    runs = found.get("runs", {"error": found.get("failed", "nothing")})
    ran = "yes" if "rel" in runs else f"no: {plain(runs['error'])}"
    return [*head, loads, ran, agreement(runs), least(found), cut(found), reasons(found)]


def agreement(runs):
    if "rel" not in runs:
        return ""
    return f"{runs['rel']:.0e}" if runs["rel"] <= TOLERANCE else f"**no**: {runs['rel']:.0e}"


def least(found):
    made = found.get("least", {})
    return f"{made['share']:.1%}" if "share" in made else ""


def cut(found):
    """The larger difference of both cuts in ONNX Runtime, or what went wrong."""
    faults, apart = [], []
    for name in ("least", "half"):
        made = found.get(name)
        if name == "half" and found.get("least", {}).get("share", 0) > HALF:
            faults.append("half is out of reach")
            continue
        if made is None:
            faults.append(f"{name}: {plain(found.get('failed', 'nothing'))}")
        elif "error" in made:
            faults.append(f"{name}: {plain(made['error'])}")
        elif not made["agrees"]:
            faults.append(f"{name}: the check found a difference of {made['rel']:.0e}")
        elif "error" in made["runtime"]:
            faults.append(f"{name}: ONNX Runtime says “{plain(made['runtime']['error'])}”")
        elif made["runtime"]["rel"] > TOLERANCE:
            faults.append(f"{name}: differs by {made['runtime']['rel']:.0e} in ONNX Runtime")
        else:
            apart.append(made["runtime"]["rel"])
    return "; ".join([*(f"{max(apart):.0e}" for _ in apart[:1]), *faults])


def reasons(found):
    """Reasons with their shares, the largest first; those that differ only in names and numbers are one."""
    merged = {}
    for row in found.get("kept", []):
        if row["key"] == "reason-frozen-model-output":
            continue
        share, reason = merged.get(row["key"], (0, row["reason"]))
        merged[row["key"]] = (share + row["share"], reason)
    told = [(share, reason) for share, reason in merged.values() if share >= TOLD]
    return "; ".join(f"{share:.1%}: {plain(reason)}" for share, reason in sorted(told, reverse=True)) or "–"


def plain(text):
    """Text for a cell of a table: one line, no bars, no isolation marks around names."""
    return re.sub(r"\s+", " ", re.sub("[\u2068\u2069]", "", text)).replace("|", "\\|").strip()
