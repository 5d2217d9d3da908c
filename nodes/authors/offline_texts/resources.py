"""Names places for a concept: addresses that stay, each found by topic, none of them opened."""

from typing import Final
from urllib.parse import quote_plus

from domain.contents import Resource, Resources
from nodes.authors.offline_texts.subject_matter import Matter, matter_of
from nodes.authors.offline_texts.words import has_letters, plain
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
    subject = reading.main.name.of(reading.language)
    subject = subject if "{" not in subject else reading.subject
    found = [*_official(matter, subject), _encyclopedia(matter, query)]
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
    reading = matter.reading
    term = matter.terms[0]
    main = reading.matches[0].name.of(reading.language)
    if "{" in main or main.casefold() in matter.concept.casefold():
        return plain(matter.concept, 80)
    return plain(f"{main} {term}", 80) if has_letters(term) else plain(matter.concept, 80)


def _official(matter: Matter, subject: str) -> list[Resource]:
    reading = matter.reading
    found = []
    for match in reading.matches:
        places = match.topic.places
        first = matter.seed % max(1, len(places))
        for place in (*places[first:], *places[:first])[: 2 if len(reading.matches) == 1 else 1]:
            chinese = reading.language == "zh" and place.zh
            found.append(
                Resource(
                    title=place.title.of(reading.language),
                    url=place.zh if chinese else place.url,
                    type=place.kind,
                    description=reading.wording.resources.official.format(
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
