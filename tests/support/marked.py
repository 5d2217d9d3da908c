"""A lesson and a quiz with all that Markdown of models has: formulas, code, tables, folds, notes, footnotes."""

from typing import Any, Final

from domain.vocabulary import ContentType
from tests.support.authors import QUIZ, RESOURCES, TUTORIAL

LESSON: Final = r"""## Rotations in the plane

A rotation by $\varphi$ moves $v = (v_1, v_2)$ to $R_\varphi v$ and keeps its length: $\|R_\varphi v\| = \|v\|$. Its
matrix is

$$
R_\varphi = \begin{pmatrix} \cos\varphi & -\sin\varphi \\ \sin\varphi & \cos\varphi \end{pmatrix}.
$$

Two turns add up, and nothing is lost on the way:
\[
\begin{aligned}
R_\alpha R_\beta &= R_{\alpha + \beta} \\
R_\varphi^{-1} &= R_{-\varphi} = R_\varphi^\top
\end{aligned}
\]

### What it costs in $O(n)$

A turn costs \(4n\) products. A licence costs $5, two cost $10; the shell knows `$HOME`, and $PATH too. The index is
a_1 * b_2 and not __init__.

| operation | formula | products |
|:----------|:-------:|---------:|
| dot product | $\langle u, v\rangle$ | $n$ |
| norm | $\|v\| = \sqrt{\sum_i v_i^2}$ | $n$ |
| given | $P(A|B)$ | 1 |

> [!NOTE]
> Angles are in *radians*[^1]. Press <kbd>Ctrl</kbd>+<kbd>C</kbd> to stop; H<sub>2</sub>O, x<sup>2</sup>.

```python
import math


def turn(x: float, y: float, angle: float) -> tuple[float, float]:
    c, s = math.cos(angle), math.sin(angle)

    return c * x - s * y, s * x + c * y
```

```mermaid
flowchart LR
    A[vector] --> B{rotate?}
    B -->|yes| C[new vector]
```

<details>
<summary>Solution: <b>turn twice</b></summary>

Use $R_\alpha R_\beta$.

```sql
SELECT  cos(angle)
FROM    turns;
```
</details>

:::solution The other way
Multiply by hand.
:::

- [x] read https://docs.python.org/3/library/math.html, then
- [ ] ~~guess~~ try

![a circle](https://pictures.example/circle.png)

$$ \notacommand{x} $$

[^1]: A full turn is $2\pi$.
"""

QUESTION: Final = """What does this print for $n = 2$?

```python
for i in range(n):
    if i:
        print(i)
```"""
OPTIONS: Final = ["`0`", "$1$, as $0$ is false", "```python\nif x:\n    print(x)\n```\nand more", "<br>"]
EXPLANATION: Final = "`range(2)` gives $0, 1$, and `if 0` is false:\n\n```text\n1\n```"


def marked_payloads() -> dict[ContentType, dict[str, Any]]:
    """Return payloads of a concept with all of it."""
    question = QUIZ.questions[0].model_copy(
        update={"question": QUESTION, "options": OPTIONS, "correct_answer": [1], "explanation": EXPLANATION}
    )
    link = RESOURCES.resources[0].model_copy(update={"title": "The `math` module", "description": "On $\\sqrt{x}$"})
    tutorial = TUTORIAL.model_copy(update={"content": LESSON, "summary": "Turn vectors by $R_\\varphi$."})
    return {
        ContentType.TUTORIAL: tutorial.model_dump(mode="json"),
        ContentType.RESOURCES: RESOURCES.model_copy(update={"resources": [link]}).model_dump(mode="json"),
        ContentType.QUIZ: QUIZ.model_copy(update={"questions": [question]}).model_dump(mode="json"),
    }
