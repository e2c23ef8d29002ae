"""Bring a freshly executed notebook into the one form that is committed.

Two runs of the same notebook must give the same bytes, and the file must show the truth to a reader
who has no kernel: on GitHub, in a mail, in a screen reader.
So widgets give way to their written twin, and everything that only this run knew is dropped.
What cannot be mended is refused: an error, text on stderr, a cell that did not run.
"""

from __future__ import annotations

import re

from nbformat import NotebookNode

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
#: Any of these shows the same thing without a kernel, so the widget may go.
TWINS = ("text/html", "image/png", "image/svg+xml")
#: One kernelspec for all: display names differ between machines, the name `python3` does not.
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
#: Cell metadata that a human wrote. Everything else was left by a tool.
KEPT_CELL_METADATA = ("tags", "reason", "alt", "test_values", "jupyter")
KEPT_NOTEBOOK_METADATA = ("exempt",)
#: IPython names an error's cell after a temporary file and a hash; both change with every run.
TRANSIENT = re.compile(r"ipykernel_\d+/\d+\.py|<ipython-input-\d+-[0-9a-f]+>")


class Refused(Exception):
    """This notebook cannot be committed as it is; ``reasons`` says why, one sentence each."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def normalise(notebook: NotebookNode, *, replace: dict[str, str] | None = None) -> None:
    """Mend ``notebook`` in place.

    ``replace`` maps a piece of text of this run (its virtual-host prefix) to what a learner sees.
    Raises `Refused` when an output is wrong and not only untidy.
    """
    reasons: list[str] = []
    count = 0
    for cell in notebook.cells:
        cell.metadata = _kept(cell.metadata, KEPT_CELL_METADATA)
        if cell.cell_type != "code":
            cell.pop("attachments", None)
            continue
        count += 1
        if cell.execution_count is None:
            reasons.append(f"cell {cell.id} did not run")
        cell.execution_count = count
        cell.outputs = _joined(cell.outputs)
        for output in cell.outputs:
            reasons += [f"cell {cell.id} {fault}" for fault in _mend(output, count, replace or {})]
            if "image/png" in output.get("data", {}) and "alt" in cell.metadata:
                output.data["text/plain"] = str(cell.metadata.alt)
    notebook.metadata = _kept(notebook.metadata, KEPT_NOTEBOOK_METADATA)
    notebook.metadata["kernelspec"] = dict(KERNELSPEC)
    notebook.metadata["language_info"] = {"name": "python"}
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    if reasons:
        raise Refused(reasons)


def _mend(output: NotebookNode, count: int, replace: dict[str, str]) -> list[str]:
    """Mend one output; return what is wrong with it."""
    if output.output_type == "error":
        return [f"raised {output.ename}: {output.evalue}"]
    if output.output_type == "stream":
        output.text = _replaced(str(output.text), replace)
        if output.name == "stderr":
            return [f"wrote to stderr: {str(output.text).strip()[:200]}"]
        return []
    output.pop("transient", None)
    if output.output_type == "execute_result":
        output.execution_count = count
    if WIDGET_VIEW in output.data:
        if not any(twin in output.data for twin in TWINS):
            return ["shows a widget that has no text/html or image twin; nobody without a kernel can see it"]
        del output.data[WIDGET_VIEW]
    for kind, value in output.data.items():
        if isinstance(value, str) and not kind.startswith("image/png"):
            output.data[kind] = _replaced(value, replace)
    return []


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join neighbouring pieces of one stream: where the kernel cut them depends on timing."""
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else None
        streams = last is not None and output.output_type == last.output_type == "stream"
        if last is not None and streams and output.name == last.name:
            last.text = str(last.text) + str(output.text)
        else:
            joined.append(output)
    return joined


def _replaced(text: str, replace: dict[str, str]) -> str:
    for found, wanted in replace.items():
        text = text.replace(found, wanted)
    return TRANSIENT.sub("<cell>", text)


def _kept(metadata: NotebookNode, names: tuple[str, ...]) -> NotebookNode:
    return NotebookNode({name: metadata[name] for name in names if name in metadata})
