"""The stored outputs: complete, true for every machine, and readable without a kernel."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbformat import NotebookNode

from labs.authoring.normalise import KEPT_CELL_METADATA, KERNELSPEC, WIDGET_VIEW
from labs.authoring.page import BROKER_DEPENDENT, Page, tags
from labs.authoring.rule import Finding, rule

IGNORED_AT_MOST = 0.15
#: Cells of one notebook that may print something else on another version of the broker.
DEPENDENT_AT_MOST = 4
#: What differs on the next run or the next machine, and so must not be shown.
UNSTABLE = {
    r"\bat 0x[0-9a-f]{6,}": "an object's address",
    r"<(?:Blocking|pika\.|aio_pika\.|Basic\.|Queue\.|METHOD|Deliver|BasicProperties)": "a raw pika object",
    r"\bamq\.gen-[\w-]{10,}|\bctag\d+\.[0-9a-f]{8,}": "a name that the broker made up",
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b": "a random id",
    r"\b(?:127\.0\.0\.1|localhost):(?!5672\b|15672\b)\d{2,5}\b": "a port of this machine",
    r"\bdtype: ": "a dtype, which depends on what is installed",
    r"\b20\d\d-[01]\d-[0-3]\d[T ][0-2]\d:[0-5]\d": "a time of day",
    r"\bamqps?://[^@\s]+:[^@\s]+@": "an address with its password",
    r"\brabbit@\w|\bnode '?\w+@\w": "a node's name",
}
#: The shortest reason, in characters, and the fewest words for a picture.
REASON, ALT_WORDS = 10, 5
TRACES = r"/(?:home|root|Users|tmp|work|private|var/folders)/|[A-Z]:\\Users|file://|ipykernel_\d+"


@rule
def executed(page: Page) -> Iterator[Finding]:
    """Every code cell ran, from the first to the last: the counts are 1…n."""
    if all(cell.execution_count is None for cell in page.code):
        yield "", "nothing has run; regenerate it"
        return
    for wanted, cell in enumerate(page.code, 1):
        if cell.execution_count != wanted:
            yield cell.id, f"has the execution count {cell.execution_count}, not {wanted}; regenerate it"


@rule
def no_errors(page: Page) -> Iterator[Finding]:
    """No cell shows an error or writes to stderr."""
    for cell in page.code:
        for output in cell.outputs:
            if output.output_type == "error":
                yield cell.id, f"shows the error {output.ename}"
            if output.get("name") == "stderr":
                yield cell.id, "wrote to stderr"


@rule
def no_widgets(page: Page) -> Iterator[Finding]:
    """No widget is stored: without its kernel it shows nothing."""
    if "widgets" in page.notebook.metadata:
        yield "", "holds the state of widgets"
    for cell in page.code:
        if any(WIDGET_VIEW in output.get("data", {}) for output in cell.outputs):
            yield cell.id, "shows a widget and not its written twin"


@rule
def ignored_outputs(page: Page) -> Iterator[Finding]:
    """Under 15 % of the code cells are not compared everywhere, and each says why in its metadata."""
    ignored = [cell for cell in page.code if {"nbval-ignore-output", BROKER_DEPENDENT} & set(tags(cell))]
    for cell in ignored:
        if len(str(cell.metadata.get("reason", ""))) < REASON:
            yield cell.id, "is not compared everywhere and gives no `reason` in its metadata"
    if len(ignored) >= IGNORED_AT_MOST * max(1, len(page.code)):
        yield "", f"{len(ignored)} of {len(page.code)} code cells are not compared everywhere; under 15 %"


@rule
def broker_dependent(page: Page) -> Iterator[Finding]:
    """At most four cells depend on the broker's version; each prints something and is compared on the reference."""
    found = [cell for cell in page.code if BROKER_DEPENDENT in tags(cell)]
    if len(found) > DEPENDENT_AT_MOST:
        yield (
            "",
            f"{len(found)} cells depend on the broker, {DEPENDENT_AT_MOST} at most; print what all brokers do",
        )
    for cell in found:
        if not cell.outputs:
            yield cell.id, "depends on the broker and prints nothing; drop the tag"
        if "nbval-ignore-output" in tags(cell):
            yield cell.id, "is compared on no broker; keep one of the two tags"


@rule
def stable_outputs(page: Page) -> Iterator[Finding]:
    """An output shows nothing that the next run would show differently."""
    for cell in page.code:
        for text in written(cell):
            for pattern, what in UNSTABLE.items():
                if match := re.search(pattern, text, re.MULTILINE):
                    yield cell.id, f"shows {what}: {match[0]}"


@rule
def no_machine_traces(page: Page) -> Iterator[Finding]:
    """Nothing in the file tells on which machine it was made."""
    for cell in page.cells:
        for text in [cell.source, *written(cell)]:
            if match := re.search(TRACES, text):
                yield cell.id, f"names a place on a machine: {match[0]}"


@rule
def plain_metadata(page: Page) -> Iterator[Finding]:
    """The metadata is what people wrote: no times, no paths, no tool's notes, one kernelspec."""
    metadata = page.notebook.metadata
    if dict(metadata.get("kernelspec", {})) != KERNELSPEC:
        yield "", "has another kernelspec; regenerate the outputs"
    for name in sorted(set(metadata) - {"kernelspec", "language_info", "exempt"}):
        yield "", f"holds the metadata {name!r}"
    if dict(metadata.get("language_info", {})) != {"name": "python"}:
        yield "", "names the version of Python that ran it"
    for cell in page.cells:
        for name in sorted(set(cell.metadata) - set(KEPT_CELL_METADATA)):
            yield cell.id, f"holds the metadata {name!r}"


@rule
def pictures_in_words(page: Page) -> Iterator[Finding]:
    """A stored picture carries a sentence (metadata `alt`) that says what it shows."""
    for cell in page.code:
        for output in cell.outputs:
            data = output.get("data", {})
            words = str(data.get("text/plain", "")).removeprefix("<Figure size").split()
            if any(kind.startswith("image/") for kind in data) and len(words) < ALT_WORDS:
                yield cell.id, "shows a picture without words; say what it shows in the cell's metadata `alt`"


def written(cell: NotebookNode) -> list[str]:
    """Everything in a cell's outputs that is text."""
    found: list[str] = []
    for output in cell.get("outputs", []):
        found.append(str(output.get("text", "")))
        found += [
            str(v) for kind, v in output.get("data", {}).items() if kind not in ("image/png", "image/jpeg")
        ]
    return [text for text in found if text]
