"""The runner says which cell failed, and writes nothing of this machine into the notebook."""

from __future__ import annotations

from pathlib import Path

import pytest

from labs.authoring.execute import ExecutionFailed, execute
from labs.authoring.normalise import normalise
from labs.authoring.page import Page
from labs.authoring.rules.outputs import executed, no_machine_traces, plain_metadata
from tests.notebooks.exemplar import notebook

SOURCE = """
%% md title
# Small
%% code first
import os
print(os.environ["LABS_HOME"], sorted(os.listdir()))
%% code second
{"a": 1}
%% code last
print("end")
"""


def test_a_run_has_the_environment_and_the_folder_that_it_is_given(tmp_path: Path) -> None:
    """What the kernel sees is said by the caller; the file that comes of it keeps the rules of outputs."""
    (tmp_path / "beside.txt").touch()
    page = Page(path=tmp_path / "small.ipynb", notebook=notebook(SOURCE))
    execute(page.notebook, folder=tmp_path, environment={"LABS_HOME": "mine"})
    normalise(page.notebook)
    assert page.code[0].outputs[0].text == "mine ['beside.txt']\n"
    assert [rule.check(page) for rule in (executed, plain_metadata, no_machine_traces)] == [[], [], []]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import time\ntime.sleep(30)", "timed out"),
        ("import os\nos._exit(1)", "died"),
    ],
    ids=["raises", "hangs", "dies"],
)
def test_a_failing_cell_is_named(tmp_path: Path, source: str, said: str) -> None:
    """An error, a cell that does not end, a kernel that is gone: each names its cell, without colours."""
    made = notebook(SOURCE.replace('{"a": 1}', source))
    with pytest.raises(ExecutionFailed, match=r"^cell second failed:") as failure:
        execute(made, folder=tmp_path, environment={}, timeout_s=3)
    assert said in str(failure.value)
    assert "\x1b" not in str(failure.value)
