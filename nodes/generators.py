"""The nodes that write contents, by content type."""

from typing import Final

from domain.vocabulary import ContentType
from nodes.quiz_generation import quiz_generation
from nodes.resource_recommendation import resource_recommendation
from nodes.tutorial_generation import tutorial_generation

GENERATORS: Final = {
    ContentType.TUTORIAL: tutorial_generation,
    ContentType.RESOURCES: resource_recommendation,
    ContentType.QUIZ: quiz_generation,
}
