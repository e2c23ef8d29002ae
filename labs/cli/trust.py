"""Trust the course's notebooks, so that their stored tables and drawings show before a cell has run.

JupyterLab hides HTML and SVG of a notebook that it has not seen signed: they could hold a stranger's script.
These came with the checkout that is about to run anyway. The signatures go into the course's own folder.

https://jupyter-server.readthedocs.io/en/latest/operators/security.html#security-in-notebook-documents
"""

from __future__ import annotations

from pathlib import Path


def sign(notebooks: Path, data: Path) -> None:
    """Sign the notebooks of a folder in the Jupyter data folder ``data``, unless none has changed since."""
    data.mkdir(parents=True, exist_ok=True)
    done, pages = data / "signed", sorted(notebooks.glob("*.ipynb"))
    state = "\n".join(f"{page} {page.stat().st_mtime_ns}" for page in pages)
    if done.is_file() and done.read_text(encoding="utf-8") == state:
        return
    import nbformat  # noqa: PLC0415 - it takes two seconds, and most starts need not sign anything
    from nbformat.sign import NotebookNotary  # noqa: PLC0415

    with NotebookNotary(data_dir=str(data)) as notary:
        for page in pages:
            notary.sign(nbformat.read(page, as_version=4))
    done.write_text(state, encoding="utf-8")
