"""The rules of a notebook, as functions; CONTRIBUTING.md tells the same in prose."""

from __future__ import annotations

from labs.authoring.page import Page
from labs.authoring.rule import Rule
from labs.authoring.rules import code, exercises, links, outputs, prose, rhythm, structure
from labs.authoring.violation import Violation

RULES: tuple[Rule, ...] = tuple(
    found
    for module in (structure, rhythm, code, exercises, outputs, prose, links)
    for found in vars(module).values()
    if isinstance(found, Rule)
)
#: A notebook may ask to be spared this many rules, each with a reason, in its metadata `exempt`.
EXEMPTIONS_AT_MOST = 3
#: A reason is a sentence; it has at least this many words.
REASON_WORDS = 4


def check(page: Page) -> list[Violation]:
    """Every place where ``page`` breaks a rule; the rules it is exempt from are left out.

    An exemption that is unknown, that gives no reason, or that is not needed is itself a violation.
    """
    exempt = {name: str(reason) for name, reason in page.notebook.metadata.get("exempt", {}).items()}
    found = [violation for rule in RULES for violation in rule.check(page)]
    broken = {violation.rule for violation in found}
    faults = [f"{name} is no rule" for name in exempt.keys() - {rule.name for rule in RULES}]
    short = [name for name, reason in exempt.items() if len(reason.split()) < REASON_WORDS]
    faults += [f"{name} gives no reason" for name in short]
    kept = {rule.name for rule in RULES} - broken
    faults += [f"{name} is kept; drop its exemption" for name in exempt.keys() & kept]
    if len(exempt) > EXEMPTIONS_AT_MOST:
        faults.append(f"asks for {len(exempt)} exemptions, {EXEMPTIONS_AT_MOST} at most")
    left = [violation for violation in found if violation.rule not in exempt]
    return left + [Violation(rule="exemptions", cell="", message=fault) for fault in sorted(faults)]
