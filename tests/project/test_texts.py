"""No text of a page or an export is outside the catalogues of messages."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest
from jinja2 import Environment, nodes

from tests.support.texts import ROOT

TEMPLATES: Final = [
    path
    for folder in ("backend/pages/templates", "rendering/templates")
    for path in sorted((ROOT / folder).rglob("*.html"))
]
FORMS: Final = {"_": 1, "ngettext": 2}
"""Function of templates -> how many forms of a message it is given."""
SHOWN_ATTRIBUTES: Final = {"title", "aria-label", "placeholder", "alt"}
NAMES: Final = {"UTC", "×"}


class _Texts(HTMLParser):
    """Text and shown attributes of a template without its expressions."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.texts += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value]

    def handle_data(self, data: str) -> None:
        if self._inside not in {"style", "script"}:
            self.texts.append(re.sub(r'\b[a-z]+-[a-z]+="[^"]*"', "", data))  # attributes that a macro adds


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_text_of_its_own(template: Path) -> None:
    source = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", template.read_text(), flags=re.DOTALL)
    reader = _Texts()
    reader.feed(source)
    reader.close()
    words = [word for text in reader.texts for word in re.findall(r"[^\W\d_]{2,}", text)]
    assert [word for word in words if word not in NAMES] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_an_expression_of_a_template_has_no_sentence_that_is_no_message(template: Path) -> None:
    """What begins with a capital is shown to readers; it belongs into `_(...)`."""
    tree = Environment().parse(template.read_text())
    calls = [call for call in tree.find_all(nodes.Call) if getattr(call.node, "name", "") in FORMS]
    messages = {id(argument) for call in calls for argument in call.args}
    texts = [const.value for const in tree.find_all(nodes.Const) if id(const) not in messages]
    assert [text for text in texts if isinstance(text, str) and re.match("[A-Z][a-z]", text)] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_data_is_never_a_message_since_messages_may_hold_tags(template: Path) -> None:
    tree = Environment().parse(template.read_text())
    messages = [
        argument
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name)
        for argument in call.args[: FORMS.get(call.node.name, 0)]
    ]
    assert [f"line {message.lineno}" for message in messages if not _is_literal(message)] == []


def _is_literal(expression: nodes.Node) -> bool:
    if isinstance(expression, nodes.CondExpr):
        return all(isinstance(branch, nodes.Const) for branch in (expression.expr1, expression.expr2))
    return isinstance(expression, nodes.Const)
