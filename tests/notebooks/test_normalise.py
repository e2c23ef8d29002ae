"""What is committed is the same after every run, and shows the truth without a kernel."""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from labs.authoring.normalise import WIDGET_VIEW, Refused, normalise
from tests.notebooks.exemplar import exemplar


@pytest.fixture
def notebook(tmp_path: Path) -> NotebookNode:
    """A notebook as a run leaves it."""
    return exemplar(tmp_path).notebook


def shown(notebook: NotebookNode, cell: int = 0, **data: str) -> NotebookNode:
    """Let a code cell show this bundle, and return the output."""
    code = [c for c in notebook.cells if c.cell_type == "code"]
    code[cell].outputs = [
        nbformat.v4.new_output("display_data", data={k.replace("_", "/"): v for k, v in data.items()})
    ]
    return code[cell].outputs[0]


def test_normalising_twice_changes_nothing(notebook: NotebookNode) -> None:
    """The form that is committed is a fixed point."""
    normalise(notebook)
    once = copy.deepcopy(notebook)
    normalise(notebook)
    assert notebook == once


def test_a_widget_gives_way_to_its_written_twin(notebook: NotebookNode) -> None:
    """A reader without a kernel sees the twin; a widget would be an empty line."""
    output = shown(notebook, text_html="<b>Predict</b>", text_plain="Predict")
    output.data[WIDGET_VIEW] = {"model_id": "abc"}
    notebook.metadata.widgets = {"state": {}}
    normalise(notebook)
    assert set(output.data) == {"text/html", "text/plain"}
    assert "widgets" not in notebook.metadata


def test_a_widget_without_a_twin_is_refused(notebook: NotebookNode) -> None:
    """Nobody could read it, so it cannot be committed."""
    shown(notebook, text_plain="IntSlider()").data[WIDGET_VIEW] = {"model_id": "abc"}
    with pytest.raises(Refused, match="no text/html"):
        normalise(notebook)


def test_what_only_this_run_knew_is_dropped(notebook: NotebookNode) -> None:
    """Times, versions, tools' notes and the display name of this machine's kernel."""
    cell = next(c for c in notebook.cells if c.id == "s1-run")
    cell.metadata.update(execution={"iopub.status.busy": "2026"}, papermill={}, reason="kept")
    notebook.metadata.update(papermill={}, language_info={"name": "python", "version": "3.11.2"})
    notebook.metadata.kernelspec.display_name = "My own Python"
    cell.execution_count = 41
    normalise(notebook)
    assert set(cell.metadata) == {"reason"}
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert dict(notebook.metadata.language_info) == {"name": "python"}
    assert notebook.metadata.kernelspec.display_name == "Python 3 (ipykernel)"
    assert [c.execution_count for c in notebook.cells if c.cell_type == "code"] == list(range(1, 13))


def test_pieces_of_one_stream_are_joined(notebook: NotebookNode) -> None:
    """Where the kernel cuts its output depends on the clock."""
    cell = next(c for c in notebook.cells if c.id == "s1-run")
    cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text) for text in ("a\n", "b\n")]
    normalise(notebook)
    assert [output.text for output in cell.outputs] == ["a\nb\n"]


def test_the_names_of_a_run_become_the_learners(notebook: NotebookNode) -> None:
    """The prefix of the run's virtual hosts is not what a learner sees."""
    output = shown(notebook, text_plain="in vhost 'author-7.03_queues'", text_html="author-7.03_queues")
    normalise(notebook, replace={"author-7.": "learn."})
    assert set(output.data.values()) == {"in vhost 'learn.03_queues'", "learn.03_queues"}


def test_a_picture_gets_its_words(notebook: NotebookNode) -> None:
    """The text beside a picture is the cell's `alt`, and not the picture's size."""
    output = shown(notebook, image_png="AAAA", text_plain="<Figure size 640x480 with 1 Axes>")
    next(c for c in notebook.cells if c.cell_type == "code").metadata.alt = "Curve: it rises."
    normalise(notebook)
    assert output.data["text/plain"] == "Curve: it rises."


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=[]), "ValueError: no"),
        (nbformat.v4.new_output("stream", name="stderr", text="a warning"), "stderr: a warning"),
    ],
    ids=["error", "stderr"],
)
def test_a_wrong_output_is_refused(notebook: NotebookNode, output: NotebookNode, said: str) -> None:
    """An error or a warning is mended in the notebook, and not by tidying its file."""
    next(c for c in notebook.cells if c.id == "s1-run").outputs.append(output)
    with pytest.raises(Refused, match=said):
        normalise(notebook)


def test_a_cell_that_did_not_run_is_refused(notebook: NotebookNode) -> None:
    """Nothing is stored for it, so nothing would be compared."""
    next(c for c in notebook.cells if c.id == "s1-run").execution_count = None
    with pytest.raises(Refused, match="s1-run did not run"):
        normalise(notebook)
