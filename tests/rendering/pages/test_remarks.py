"""Whether code was run is said below its block, and a doubt of the checks below the heading that it is about."""

from dataclasses import replace
from typing import Any

import pytest

from domain.parts import placed_doubts
from domain.vocabulary import ContentType
from rendering.documents.html_document import html_document
from rendering.documents.markdown_document import roadmap_document
from rendering.pages.markdown import rendered
from rendering.pages.remarks import Remarks
from tests.support.html import elements, text
from tests.support.manuscripts import manuscript

LESSON = """## One

```python
x = 1
```

```js
1 + 1
```

<details><summary>S</summary>
```sql
SELECT 1
```
</details>

- item

  ```py run
  y = x
  ```

```text output
1
```

## Two & <b>

    indented

```python output
2
```
"""


def run(line: int, state: str, **fields: Any) -> dict[str, Any]:
    return {"number": 1, "line": line, "language": "python", "state": state, **fields}


def marks(html: str) -> list[str]:
    return [
        element.attributes.get("title", "") for element in elements(html) if element.attributes.get("class") == "run"
    ]


def shown(report: Any, doubts: list[dict[str, Any]] | None = None, language: str = "en") -> str:
    placed = placed_doubts(doubts or [], {"content": LESSON})
    return rendered(LESSON, prefix="t-", language=language, remarks=Remarks.of(placed, report)).html


def test_a_block_that_was_not_run_does_not_look_as_if_it_was() -> None:
    html = shown([run(2, "ran"), run(18, "not run", reason='no module named "x<y>"')])
    assert marks(html) == ["", "", 'no module named "x<y>"']
    assert text(html).count("Not run") == 2
    assert html.count("Was run</p>") == 1


@pytest.mark.parametrize("report", [None, [], "nonsense", [{"line": 2}]])
def test_code_that_nobody_ran_says_so_and_other_languages_say_nothing(report: Any) -> None:
    html = shown(report)
    assert text(html).count("Not run") == 3
    assert "1 + 1</code></pre>\n<p class" not in html


def test_a_lesson_in_spanish_says_it_in_spanish() -> None:
    assert text(shown(None, language="es")).count("No ejecutado") == 3


def test_a_doubt_stands_below_its_heading_as_words() -> None:
    doubts: list[dict[str, Any]] = [
        {"rule": "code.run", "message": "fails: <script>x</script>", "part": "s2"},
        {"rule": "tutorial.size", "message": "too long", "part": None},
        {"rule": "code.run", "message": "lost", "part": "s9"},
    ]
    html = shown(None, doubts)
    after = html.index("Two &amp;")
    assert after < html.index("fails: &lt;script&gt;") < html.index("indented")
    assert "too long" not in html
    assert "lost" not in html


def test_exports_say_which_code_ran_and_where_a_doubt_belongs() -> None:
    doubts = [{"rule": "code.run", "message": "It *fails*.", "part": "s2"}]
    report = [run(2, "ran"), run(18, "fails as shown")]
    written = manuscript()
    key = ("c-1-1-1", ContentType.TUTORIAL)
    payload = {**(written.contents[key].payload or {}), "content": LESSON}
    content = replace(
        written.contents[key],
        payload=payload,
        doubts=tuple(placed_doubts(doubts, payload)),
        code_report=report,
    )
    changed = replace(written, contents={**written.contents, key: content})
    markdown = roadmap_document(changed)
    assert "*Code blocks: run 1; run, ending with the error that is shown 4; not run 3.*" in markdown
    assert "In “Two & <b>”: It *fails*." in markdown.replace("\\", "").replace("&amp;", "&")
    html = html_document(changed)
    assert 'class="run"' in html
    assert "It *fails*." in html


@pytest.mark.parametrize("info", ["{python}", "{.python}", "python", "Python run", 'python title="a"'])
def test_a_fence_of_a_notebook_has_its_language_and_its_mark(info: str) -> None:
    html = rendered(f"```{info}\nx\n```", prefix="t-", remarks=Remarks()).html
    assert 'data-language="' in html
    assert "Not run" in html
