"""A notebook as a person has it before them in JupyterLab: run it, read it, click in it.

Cells are run through JupyterLab's own commands and read from the screen.
Whether a cell is done is asked of JupyterLab, never of the clock.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from labs.cli.jupyter import JupyterLab

#: The longest a whole notebook may take in the browser, in seconds.
RUN_WITHIN_S = 120
#: The longest that JupyterLab may take to open a notebook, in seconds; some 5 s on a quiet machine.
OPEN_WITHIN_S = 60

_READY = "() => window.jupyterapp?.shell?.currentWidget?.context?.isReady"
_KERNEL = """async () => {
    const panel = jupyterapp.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
}"""
_RUN = """async ([command, within]) => {
    const late = new Error(`${command} took longer than ${within} s`);
    const timer = new Promise((_, reject) => setTimeout(() => reject(late), within * 1000));
    await Promise.race([jupyterapp.commands.execute(command), timer]);
}"""
_CELLS = """() => jupyterapp.shell.currentWidget.content.model.sharedModel.cells.map(cell => ({
    id: cell.id, kind: cell.cell_type, count: cell.execution_count ?? null,
    failed: cell.cell_type === 'code' && cell.getOutputs().some(output => output.output_type === 'error'),
}))"""
_CHOOSE = "place => { jupyterapp.shell.currentWidget.content.activeCellIndex = place; }"
_RESTART = """async () => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    await kernel.restart(); await kernel.info;
}"""


_SHUT_DOWN = "async () => { await jupyterapp.shell.currentWidget.sessionContext.shutdown(); }"


class TestLab(JupyterLab):
    """The JupyterLab of `make learn`, but scripts may ask it, and every cell is drawn."""

    __test__ = False

    def _write_settings(self) -> None:
        super()._write_settings()
        config = self.home / "config"
        for name, section, settings in (
            ("jupyter_lab_config.json", "LabApp", {"expose_app_in_browser": True}),
            (
                "labconfig/default_setting_overrides.json",
                "@jupyterlab/notebook-extension:tracker",
                {"windowingMode": "none"},
            ),
        ):
            path = config / name
            content = json.loads(path.read_text(encoding="utf-8"))
            content.setdefault(section, {}).update(settings)
            path.write_text(json.dumps(content), encoding="utf-8")


class NotebookPage:
    """One notebook, open in a page; cells go by their names."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        page.goto(address, timeout=OPEN_WITHIN_S * 1000)
        page.wait_for_function(_READY, timeout=OPEN_WITHIN_S * 1000)
        page.evaluate(_KERNEL)

    def cells(self) -> dict[str, dict[str, Any]]:
        """What JupyterLab holds of each cell: its kind, its execution count, whether it failed."""
        return {cell["id"]: cell for cell in self.page.evaluate(_CELLS)}

    def failed(self) -> list[str]:
        """The names of the cells that show an error."""
        return [name for name, cell in self.cells().items() if cell["failed"]]

    def run_all(self) -> None:
        """Run > Run All Cells, until the last cell is done or one has failed."""
        self.page.evaluate(_RUN, ["notebook:run-all-cells", RUN_WITHIN_S])

    def run(self, name: str, *, within_s: float = 30) -> str:
        """Run one cell and return the text that it then shows."""
        self.page.evaluate(_CHOOSE, list(self.cells()).index(name))
        self.page.evaluate(_RUN, ["notebook:run-cell", within_s])
        return self.output(name).inner_text()

    def shut_down(self) -> None:
        """Kernel > Shut Down Kernel, so that the next page begins with a fresh one."""
        self.page.evaluate(_SHUT_DOWN)

    def restart(self) -> None:
        """Kernel > Restart Kernel."""
        self.page.evaluate(_RESTART)

    def cell(self, name: str) -> Locator:
        """A cell on the screen, scrolled to."""
        cell = self.page.locator(".jp-Notebook .jp-Cell").nth(list(self.cells()).index(name))
        cell.scroll_into_view_if_needed()
        return cell

    def output(self, name: str) -> Locator:
        """What a cell shows below its code."""
        return self.cell(name).locator(".jp-Cell-outputWrapper")

    def choose(self, name: str, answer: str) -> None:
        """Click an answer to the prediction in a cell, and wait until it is noted."""
        self.output(name).get_by_role("button", name=answer, exact=True).click()
        expect(self.output(name)).to_contain_text(f"Noted: {answer}")


def address(lab_url: str, notebook: Path) -> str:
    """The address of one notebook alone, from the address that the server gave."""
    base, _, token = lab_url.partition("?")
    return f"{base.partition('/lab/')[0]}/doc/tree/notebooks/{notebook.name}?reset&{token}"
