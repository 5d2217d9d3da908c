"""A content type is declared once in each layer; no other code names the types."""

import re
from pathlib import Path
from typing import Final

from backend.pages.content_sections import CONTENT_SECTIONS
from backend.pages.views.concepts.content_labels import CONTENT_LABELS_OF
from domain.content_types import CONTENT_SPECS
from domain.vocabulary import ContentType
from nodes.contents.generators import GENERATORS
from rendering.documents.content_forms import CONTENT_FORMS

ROOT: Final = Path(__file__).parents[2]
PRODUCT: Final = ("domain", "repository", "rendering", "nodes", "orchestrator", "backend", "cli")
NAMES_A_TYPE: Final = re.compile(r"\b(?:ContentType|TaskType\.RETRY|Step)[._](?:TUTORIAL|RESOURCES?|QUIZ)")
DECLARATIONS: Final = {
    "domain/content_types.py",
    "nodes/authors/briefs.py",
    "nodes/contents/generators.py",
    "backend/pages/content_sections.py",
    "backend/pages/views/concepts/content_labels.py",
}
ABOUT_ONE_TYPE: Final = {
    "backend/pages/views/concepts/concept.py": "the parts of the sections",
    "backend/pages/views/roadmaps/map.py": "the quizzes that a test is made of",
    "orchestrator/learners/learning.py": "attempts at a quiz",
    "domain/course/lesson_use.py": "which of them is the lesson",
    "orchestrator/learners/practice.py": "tests made of quizzes",
    "nodes/contents/lesson_chain.py": "the lessons of a tutorial",
    "domain/course/estimate.py": "what a call of each step takes",
}


def test_every_layer_declares_every_content_type_in_the_same_order() -> None:
    for declarations in (CONTENT_SPECS, GENERATORS, CONTENT_FORMS, CONTENT_SECTIONS, CONTENT_LABELS_OF):
        assert list(declarations) == list(ContentType)


def test_every_content_type_has_its_templates() -> None:
    for content_type, form in CONTENT_FORMS.items():
        assert (ROOT / "rendering" / "templates" / (form.template or "")).is_file()
        assert (ROOT / "backend" / "pages" / "templates" / "contents" / f"{content_type}.html").is_file()


def test_no_code_outside_the_declarations_names_the_content_types() -> None:
    files = {
        str(path.relative_to(ROOT))
        for package in PRODUCT
        for path in (ROOT / package).rglob("*.py")
        if NAMES_A_TYPE.search(path.read_text())
    }
    assert files == DECLARATIONS | ABOUT_ONE_TYPE.keys()
