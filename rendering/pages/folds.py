"""What folds: `<details>` with a `<summary>`, and containers like `:::solution`; and the boxes `:::note`.

`<details>` is the only block of HTML that authors may use. It needs no blank lines around it.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rendering.pages.bounds import INTERRUPTED

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_DETAILS: Final = re.compile(r"<details(?: open)?>[ \t]*", re.IGNORECASE)
_SUMMARY: Final = re.compile(r"\s*<summary>\s*(.{0,500}?)\s*</summary>[ \t]*", re.IGNORECASE | re.DOTALL)
_DETAILS_TAG: Final = re.compile(r"<(/?)details(?: open)?>", re.IGNORECASE)
EMPHASIS_TAG: Final = re.compile(r"</?(?:b|strong|i|em|u|h[1-6])>", re.IGNORECASE)
_CONTAINER: Final = re.compile(r"(:{3,})[ \t]*\{?[.#]?(?:callout-)?([A-Za-z]+)\}?[ \t]*(.*)")
_CONTAINER_MARK: Final = re.compile(r"(:{3,})[ \t]*(\S?)")
_FENCE: Final = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_FOLDED: Final = frozenset({"solution", "solutions", "answer", "answers", "hint", "hints", "details", "spoiler"})
_BOXES: Final = {
    "note": "note", "info": "note", "tip": "tip", "success": "tip", "important": "important", "warning": "warning",
    "caution": "caution", "danger": "caution", "error": "caution",
}  # fmt: skip
"""Container -> the kind of alert that it is shown as; others are notes that are called by their name."""
BOX_CLASSES: Final = frozenset(
    {"markdown-alert", "markdown-alert-title", *(f"markdown-alert-{kind}" for kind in _BOXES.values())}
)


class _End(NamedTuple):
    """The end of a fold: its last line, where its closing mark begins and ends there; both None if it is left open."""

    line: int
    begins: int | None
    ends: int | None


def folds(parser: "MarkdownIt") -> None:
    """Teach `parser` what folds."""
    parser.block.ruler.before("fence", "details", _details, {"alt": [*INTERRUPTED]})
    parser.block.ruler.before("fence", "container", _container, {"alt": [*INTERRUPTED]})
    parser.block.ruler.before("fence", "stray_end", _stray_end, {"alt": [*INTERRUPTED]})
    parser.core.ruler.before("inline", "alert_labels", _label_alerts)
    parser.add_render_rule("summary_close", lambda *_: "</summary>\n")
    parser.add_render_rule("details_open", lambda *_: "<details>")
    parser.add_render_rule("details_close", lambda _, tokens, index, *__: f"</details>{tokens[index].markup}")
    parser.add_render_rule("stray_end", lambda *_: "\n")


def _label(env: Mapping[str, Any], name: str, kind: str = "") -> str:
    """Return the title of what has none of its own: its name in the language of the text, else that of its kind."""
    labels = env.get("labels", {})
    return labels.get(name) or labels.get(kind) or name.capitalize()


def _label_alerts(state: Any) -> None:
    """Give the boxes that begin with `[!NOTE]` their titles."""
    for box, title in zip(state.tokens, state.tokens[2:], strict=False):
        if box.type == "alert_open" and "kind" in box.meta:
            title.content = _label(state.env, box.meta["kind"].lower())


def _details(state: Any, start_line: int, end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    opening = _opening_of_details(state, start_line)
    if opening is None or silent:
        return opening is not None
    while opening is not None:
        _push_details(state, start_line, end_line, opening)
        if state.line > start_line:
            return True
        opening = _opening_of_details(state, start_line)  # the next one on the same line
    for rule in state.md.block.ruler.getRules(""):
        if rule is not _details and rule(state, start_line, end_line, False):
            break
    return True


def _opening_of_details(state: Any, line: int) -> "re.Match[str] | None":
    begin, end = state.bMarks[line] + state.tShift[line], state.eMarks[line]
    opening = _DETAILS.match(state.src, begin, end)
    if opening is None or not (opening.end() == end or state.src[opening.end()] == "<"):
        return None
    return opening


def _push_details(state: Any, start_line: int, end_line: int, opening: "re.Match[str]") -> None:
    """Push what folds. `state.line` is then the line behind it, or its last line if something follows there."""
    source = state.src
    end = _end_of_details(state, start_line, end_line)
    inner_end = state.eMarks[end.line] if end.begins is None else end.begins
    summary = _SUMMARY.match(source, opening.end(), inner_end)
    title = " ".join(EMPHASIS_TAG.sub("", summary[1]).split()) if summary else ""
    body = summary.end() if summary else opening.end()
    _open(state, title or _label(state.env, "details"), start_line)
    _parse(state, body, inner_end, (start_line, end.line))
    _close(state, "details", end, "</details>")
    _go_on(state, end)


def _end_of_details(state: Any, start_line: int, end_line: int) -> _End:
    depth, fence = 0, ""
    for line in range(start_line, end_line):
        begin, end = state.bMarks[line], state.eMarks[line]
        if line > start_line and begin < end and state.sCount[line] < state.blkIndent:
            return _End(line - 1, None, None)
        if mark := _FENCE.match(state.src, begin, end):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        for tag in () if fence else _DETAILS_TAG.finditer(state.src, begin, end):
            depth += -1 if tag[1] else 1
            if depth == 0:
                return _End(line, tag.start(), tag.end())
    return _End(end_line - 1, None, None)


def _container(state: Any, start_line: int, end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    start, line_end = state.bMarks[start_line] + state.tShift[start_line], state.eMarks[start_line]
    opening = _CONTAINER.match(state.src, start, line_end)
    if opening is None:
        return False
    if silent:
        return True
    name, title = opening[2].lower(), opening[3].strip().strip('[]"')
    end = _end_of_container(state, start_line, end_line)
    inner_end = state.eMarks[end.line] if end.begins is None else end.begins
    lines = (start_line, end.line)
    if name in _FOLDED:
        _open(state, title or _label(state.env, name.removesuffix("s") if name != "details" else name), start_line)
        _parse(state, line_end, inner_end, lines)
        _close(state, "details", end, opening[1])
    else:
        box = state.push("alert_open", "div", 1)
        box.attrSet("class", f"markdown-alert markdown-alert-{_BOXES.get(name, 'note')}")
        state.push("alert_title_open", "p", 1).attrSet("class", "markdown-alert-title")
        _push_inline(state, title or _label(state.env, name, _BOXES.get(name, "")), start_line)
        state.push("alert_title_close", "p", -1)
        _parse(state, line_end, inner_end, lines)
        _close(state, "alert", end, opening[1])
    _go_on(state, end)
    return True


def _end_of_container(state: Any, start_line: int, end_line: int) -> _End:
    marks, fence = [], ""
    for line in range(start_line, end_line):
        begin, end = state.bMarks[line] + state.tShift[line], state.eMarks[line]
        if line > start_line and begin < end and state.sCount[line] < state.blkIndent:
            return _End(line - 1, None, None)
        if mark := _FENCE.match(state.src, begin, end):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        elif not fence and (colons := _CONTAINER_MARK.match(state.src, begin, end)):
            if colons[2]:
                marks.append(colons[1])
            elif colons[1].startswith(marks[-1]):
                marks.pop()
                if not marks:
                    return _End(line, begin, end)
    return _End(end_line - 1, None, None)


def _stray_end(state: Any, start_line: int, _end_line: int, silent: bool) -> bool:
    """Drop the end of a fold that was not begun."""
    line = state.src[state.bMarks[start_line] : state.eMarks[start_line]].strip().lower()
    if line != "</details>" or state.is_code_block(start_line):
        return False
    if not silent:
        state.push("stray_end", "", 0)
        state.line = start_line + 1
    return True


def _open(state: Any, title: str, line: int) -> None:
    state.push("details_open", "details", 1).map = [line, line + 1]
    state.push("summary_open", "summary", 1)
    _push_inline(state, title, line)
    state.push("summary_close", "summary", -1)


def _push_inline(state: Any, content: str, line: int) -> None:
    token = state.push("inline", "", 0)
    token.content, token.children, token.map = content, [], [line, line + 1]


def _close(state: Any, name: str, end: _End, mark: str) -> None:
    """Close what was opened. The token has the closing mark as `info`, and no `markup` if it was left open."""
    token = state.push(f"{name}_close", "details" if name == "details" else "div", -1)
    token.info, token.markup = mark, "" if end.begins is None else "\n"


def _parse(state: Any, begin: int, end: int, lines: tuple[int, int]) -> None:
    """Parse what lies between the indexes `begin` and `end` as blocks; `lines` are the first and the last line."""
    first, last = lines
    while first <= last and state.eMarks[first] <= begin:
        first += 1
    if first > last or begin >= end:
        return
    kept = state.parentType, state.lineMax, state.eMarks[last], state.bMarks[first], state.tShift[first]
    if state.bMarks[first] < begin:
        state.bMarks[first], state.tShift[first], state.sCount[first] = begin, 0, state.blkIndent
    state.eMarks[last] = end
    state.parentType, state.lineMax = "container", last + 1
    state.md.block.tokenize(state, first, last + 1)
    state.parentType, state.lineMax, state.eMarks[last], state.bMarks[first], state.tShift[first] = kept


def _go_on(state: Any, end: _End) -> None:
    """Continue behind the end of a fold, which may be within a line."""
    state.line = end.line + 1
    following = "" if end.ends is None else state.src[end.ends : state.eMarks[end.line]].lstrip()
    if following:
        begins = state.eMarks[end.line] - len(following)
        state.line = end.line
        state.bMarks[end.line], state.tShift[end.line], state.sCount[end.line] = begins, 0, state.blkIndent
