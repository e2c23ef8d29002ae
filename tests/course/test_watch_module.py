"""The joined module: real imports while one writes, one text for anywidget, and no surprise in a learner's browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from labs.course.watch.module import STATIC, STYLES, JoinError, joined_module, joined_style


def joined(folder: Path, **files: str) -> str:
    """The text of some small modules, joined from `main`."""
    for name, text in files.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return joined_module(folder=folder)


def test_modules_are_joined_in_the_order_in_which_they_need_each_other(tmp_path: Path) -> None:
    """Imports and exports go, the default stays, each file comes once."""
    text = joined(
        tmp_path,
        main='import { b } from "./b.js";\nimport {\n  a,\n} from "./a.js";\nexport default { render: () => a + b };\n',
        b='import { a } from "./a.js";\nexport const b = a + 1;\n',
        a="export function a() {}\nconst [own, other] = [1, 2];\n",
    )
    assert "import" not in text
    assert [line for line in text.splitlines() if line and not line.startswith("//")] == [
        "function a() {}",
        "const [own, other] = [1, 2];",
        "const b = a + 1;",
        "export default { render: () => a + b };",
    ]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"main": 'import { a } from "./a.js";\nconst x = 1;', "a": "export const a = 1;\nlet x = 2;"},
            "'x' stands",
        ),
        (
            {
                "main": 'import { a } from "./a.js";\nconst [y, x] = z;',
                "a": "export const a = 1, b = 2;\nlet x;",
            },
            "'x'",
        ),
        (
            {"main": 'import { a } from "./a.js";', "a": 'import { b } from "./main.js";\nexport let a;'},
            "in a circle",
        ),
        ({"main": 'import { a } from "./nowhere.js";'}, "no such file"),
        (
            {"main": 'import { b } from "./a.js";', "a": "export const a = 1;\nconst b = 2;"},
            "does not export it",
        ),
        ({"main": 'import * as a from "./a.js";', "a": "export const a = 1;"}, r"import \* as a"),
        ({"main": 'import { a as c } from "./a.js";', "a": "export const a = 1;"}, "a as c"),
        ({"main": 'import { a } from "./a.js";', "a": "const a = 1;\nexport { a };"}, "does not export"),
        (
            {"main": 'import { a } from "./a.js";', "a": "export const a = 1;\nexport default a;"},
            "export default a",
        ),
    ],
)
def test_what_cannot_be_joined_is_refused_with_its_place(
    tmp_path: Path, files: dict[str, str], told: str
) -> None:
    """Here, and not in a browser where nobody looks."""
    with pytest.raises(JoinError, match=told):
        joined(tmp_path, **files)


def test_the_view_is_one_module_with_one_export_and_needs_no_network() -> None:
    """It works offline: nothing is loaded from anywhere."""
    text, style = joined_module(), joined_style()
    assert re.findall(r"^export .*$", text, re.MULTILINE) == ["export default liveView;"]
    assert not re.search(r"^import ", text, re.MULTILINE)
    for address in re.findall(r"https?://[^\s\"'`]+", text + style):
        assert address == "http://www.w3.org/2000/svg" or f"// {address}" in text, address
    assert ".innerHTML" not in text
    assert "@import" not in style
    assert "url(http" not in style


def test_every_file_is_used_and_none_is_long() -> None:
    """What nobody imports is dead; 200 lines fit into a head."""
    text = joined_module()
    for file in STATIC.glob("*.js"):
        assert f"// --- {file.name} ---" in text, f"nobody imports {file.name}"
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 200, file.name
    assert all((STATIC / name).is_file() for name in STYLES)
