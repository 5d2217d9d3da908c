"""A package with a content type of its own, `exercise`. Tests put its folder on the path of real commands."""

from domain.content_plugins import ContentDeclaration

DECLARATION = ContentDeclaration(
    domain="roadmap_exercise.shape:EXERCISE",
    nodes="roadmap_exercise.writing:EXERCISE",
    rendering="roadmap_exercise.reading:EXERCISE",
)
