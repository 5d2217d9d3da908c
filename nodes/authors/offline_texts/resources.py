"""Names places for a concept: addresses that stay, each found by topic, none of them opened."""

from typing import Final
from urllib.parse import quote_plus

from domain.contents import Resource, Resources
from nodes.authors.offline_texts.subject_matter import Matter, matter_of
from nodes.authors.offline_texts.words import plain
from nodes.authors.port import ResourcesBrief

_WIKIPEDIAS: Final = frozenset(
    [
        "ar",
        "bg",
        "bn",
        "ca",
        "cs",
        "da",
        "de",
        "el",
        "es",
        "et",
        "fa",
        "fi",
        "fr",
        "he",
        "hi",
        "hr",
        "hu",
        "hy",
        "id",
        "it",
        "ja",
        "ka",
        "ko",
        "lt",
        "lv",
        "mr",
        "ms",
        "nl",
        "no",
        "pl",
        "pt",
        "ro",
        "ru",
        "sk",
        "sl",
        "sr",
        "sv",
        "ta",
        "th",
        "tr",
        "uk",
        "ur",
        "vi",
    ]
)
_CATALOGUES: Final = {
    "open_library": "https://openlibrary.org/search?q=",
    "worldcat": "https://search.worldcat.org/search?q=",
}


def write_resources(brief: ResourcesBrief) -> Resources:
    matter = matter_of(brief)
    reading, words = matter.reading, matter.reading.wording.resources
    query = _query(matter)
    subject = _books(matter)
    found = [*_official(matter), _encyclopedia(matter, query)]
    language = brief.preferences.primary_language.split("-", 1)[0]
    if language in _WIKIPEDIAS:
        own = reading.own_words or subject
        found.append(
            _search(f"https://{language}.wikipedia.org/w/index.php?search=", own, words.own_encyclopedia, language)
        )
    catalogue = "worldcat" if matter.seed % 2 else "open_library"
    found.append(
        _search(_CATALOGUES[catalogue], subject, getattr(words, catalogue), reading.language, "library_catalogue")
    )
    if len(found) < 5:
        found.append(_textbooks(matter, subject))
    if len(found) < 5:
        found.append(_search("https://ocw.mit.edu/search/?q=", query, words.courses, "en", "course"))
    scored = [
        resource.model_copy(update={"relevance_score": round(0.9 - 0.08 * place, 2)})
        for place, resource in enumerate(found[:6])
    ]
    return Resources(resources=scored, search_queries_used=[text.format(q=query) for text in words.queries])


def _query(matter: Matter) -> str:
    """What to search for: the subject's name with the concept's first term, or the concept itself."""
    match = matter.reading.matches[0]
    name = match.name.of(matter.reading.language)
    if "{" in name or name.casefold() in matter.concept.casefold().split():
        return plain(matter.concept, 80)
    return plain(f"{name} {matter.terms[0]}", 80)


def _books(matter: Matter) -> str:
    """What a library is asked for."""
    main = matter.reading.main
    name = main.name.of(matter.reading.language)
    if "{" in name:
        return matter.reading.subject
    return main.topic.search.of(matter.reading.language).format(s=name) if main.topic.search else name


def _official(matter: Matter) -> list[Resource]:
    reading = matter.reading
    found = []
    for match in reading.matches:
        places = match.topic.places
        first = matter.seed % max(1, len(places))
        chosen = (*places[first:], *places[:first])[: 2 if len(reading.matches) == 1 else 1]
        for place, words in zip(chosen, reading.wording.resources.official, strict=False):
            chinese = reading.language == "zh" and place.zh
            found.append(
                Resource(
                    title=place.title.of(reading.language),
                    url=place.zh if chinese else place.url,
                    type=place.kind,
                    description=words.format(
                        s=match.name.of(reading.language), q=reading.wording.join(matter.terms[:3])
                    ),
                    relevance_score=0.9,
                    language="zh" if chinese else "en",
                )
            )
    return found


def _encyclopedia(matter: Matter, query: str) -> Resource:
    language = matter.reading.language
    url = f"https://{language}.wikipedia.org/w/index.php?search="
    return _search(url, query, matter.reading.wording.resources.encyclopedia, language)


def _textbooks(matter: Matter, query: str) -> Resource:
    language = matter.reading.language
    url = f"https://{language}.wikibooks.org/w/index.php?search="
    return _search(url, query, matter.reading.wording.resources.textbooks, language, "book")


def _search(url: str, query: str, words: tuple[str, str], language: str, kind: str = "encyclopedia") -> Resource:
    title, description = (text.format(q=query, language=language) for text in words)
    return Resource(
        title=title,
        url=url + quote_plus(query, errors="replace"),
        type=kind,
        description=description,
        relevance_score=0.5,
        language=language,
    )
