"""A small notebook that keeps every rule: what the tests of the rules break, one rule at a time."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from labs.authoring.normalise import KERNELSPEC
from labs.authoring.page import Page

NAME = "98_example"
#: The cells: `%% md name` or `%% code name tag`, then their text.
TEXT = """
%% md title
# 98 · Example

A promise in one sentence.

30 minutes.
%% md goals
## What you will be able to do

- Declare a queue.
- Count messages.
- Read a refusal.
%% code parameters parameters
STRICT_CHECKS: bool = False  # fail when an exercise is not solved
N: int = 3  # how many
%% code setup
import pika
lesson = open_lesson("98_example", strict=STRICT_CHECKS)
%% md s1-story
## 1 · A queue

A queue keeps messages.
%% code s1-predict
question = "How many messages wait?"
choices = [0, 1]
lesson.predict("1.1", question, choices=choices)
%% code s1-run
lesson.channel().queue_declare("inbox", durable=True)
value = 1
lesson.measured("1.1", value)
%% md s1-read
One message waits.
%% md s2-story
## 2 · A refusal

The broker says no.
%% code s2-run
with expect(ChannelClosedByBroker, code=406) as seen:
    declare()
print(seen.text)
%% md s2-read
It said 406.
%% code s2-show
lesson.show("queues")
lesson.show("bindings")
lesson.show("exchanges")
%% md s2-more
See [the contents](00_start_here.ipynb) and [the docs](https://www.rabbitmq.com/docs).
EXERCISE 1
EXERCISE 2
%% md recap
## What you did

- You declared a queue.
- You counted messages.
- You read a refusal.

| Use it when | It costs you |
|---|---|
| the reader may be away | a server |
%% md questions
## Questions

- Where is the message?
- Who counts it?
- What is 406?
%% code score check
lesson.score()
%% code teardown
lesson.close()
%% md next
[Contents](00_start_here.ipynb)
"""
EXERCISE = '''%% md exN-prompt
### Exercise 98.N · Leave a message

Leave one message in the queue.

<details>
<summary>A hint</summary>

Look at the queue.

</details>

<details>
<summary>A plainer hint</summary>

Publish to it.

</details>
%% code exN-starter starter
def answer_N(channel):
    """Leave one message in the queue inbox."""
    ...
%% code exN-check check
lesson.check("98.N", answer_N)
%% md exN-solution
<details>

[One good answer](../labs/course/solutions/nb98_exN.py)

</details>
'''


def exemplar(folder: Path) -> Page:
    """Write the exemplar into ``folder`` as a project of its own, with the files that it links."""
    notebooks, solutions = folder / "notebooks", folder / "labs" / "course" / "solutions"
    notebooks.mkdir(parents=True)
    solutions.mkdir(parents=True)
    for number in (1, 2):
        (solutions / f"nb98_ex{number}.py").touch()
    nbformat.write(notebook("%% md title\n# 00 · Start here\n"), notebooks / "00_start_here.ipynb")
    text = re.sub(r"EXERCISE (\d)\n", lambda match: EXERCISE.replace("N", match[1]), TEXT)
    page = Page(path=notebooks / f"{NAME}.ipynb", notebook=notebook(text))
    page.write()
    return page


def notebook(text: str) -> NotebookNode:
    """An executed notebook of the cells in ``text``; each code cell has printed its own name."""
    made = nbformat.v4.new_notebook(metadata={"kernelspec": KERNELSPEC, "language_info": {"name": "python"}})
    cells = re.findall(r"^%% (md|code) (\S+) ?(\S*)\n(.*?)(?=^%% |\Z)", text, re.MULTILINE | re.DOTALL)
    count = 0
    for kind, name, tag, body in cells:
        if kind == "md":
            made.cells.append(nbformat.v4.new_markdown_cell(body.rstrip(), id=name))
            continue
        count += 1
        output = nbformat.v4.new_output("stream", name="stdout", text=f"{name}\n")
        cell = nbformat.v4.new_code_cell(body.rstrip(), id=name, execution_count=count, outputs=[output])
        cell.metadata.update({"tags": [tag]} if tag else {})
        cell.metadata.update({"test_values": {"N": 4}} if name == "parameters" else {})
        made.cells.append(cell)
    return made
