"""``python -m engine.bpmn.lint`` writes docs/lint.md: every rule, its severity and its sentence."""

from __future__ import annotations

import sys
from pathlib import Path

from engine.bpmn.lint.rules import RULES, Rule
from engine.i18n import CHINESE, ENGLISH, translator

PAGE = Path(__file__).resolve().parents[3] / "docs" / "lint.md"

_HEAD = """# What definitions are checked for

`run.py lint PATH… [--json]` checks `.bpmn` and `.dmn` files, or all of them in folders; publishing
a definition runs the same checks. An **error** keeps a definition from being published, a
**warning** does not. Every finding names the rule, the file, the line and the element, and says in
one sentence what is wrong. Files of one folder may call each other. Whatever the file, the answer
comes within seconds.

`tests/processes` holds, for each rule, a file that obeys it (`valid-…`) and one that breaks it
(`invalid-…`). In the sentences `{name}` is the name of the element.

This page is written by `python -m engine.bpmn.lint`.
"""

_GROUPS = {
    "xml": "Files",
    "limits": "How large a diagram may be",
    "structure": "Elements and flows",
    "calls": "Calls of processes and decisions",
    "roles": "Who acts",
    "names": "Names of values",
    "forms": "Forms",
    "duties": "Separation of duties",
    "timers": "Deadlines and other timers",
    "expressions": "Conditions, scripts, parameters, cells",
    "operations": "Operations",
    "dmn": "Decision tables",
    "drawing": "The drawing",
}


def page() -> str:
    """The page as it should be."""
    parts = [_HEAD]
    for group, title in _GROUPS.items():
        rules = [rule for rule in RULES.values() if rule.name.split(".")[0] == group]
        parts.append(f"\n## {title}\n\n| rule | | sentence |\n|---|---|---|\n")
        parts += [_row(rule) for rule in rules]
    return "".join(parts)


def _row(rule: Rule) -> str:
    said = [translator(locale).sentence(rule.code) for locale in (CHINESE, ENGLISH)]
    words = "<br>".join(sentence.strip().replace("|", "\\|") for sentence in said)
    return f"| `{rule.name}` | {rule.severity.value} | {words} |\n"


def main() -> int:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
