"""Follows a person's wishes: one operation each, none where it is not clear what is meant."""

import re
from collections.abc import Iterable
from typing import Final

from domain.editing.review import TargetType
from nodes.authors.offline_texts.instructions import Wish, bare
from nodes.authors.offline_texts.parts import Part, find_parts
from nodes.authors.offline_texts.plan_draft import LONGEST_NAME, NEW_CONCEPTS, Draft
from nodes.authors.offline_texts.understanding import number
from nodes.authors.offline_texts.words import capital, has_letters, plain

_EVERYTHING: Final = frozenset(
    {"", "everything", "all", "all of it", "the roadmap", "it", "the whole roadmap", "全部", "整个路线图", "所有内容"}
)
_INTO = re.compile(r"\s(?:to|into|in|under|within)\s", re.IGNORECASE)
_KIND = re.compile(r"\b(?:stage|phase|module)\b", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:about|on|called|named|covering|for)\s+", re.IGNORECASE)
_LIST = re.compile(r"\s*(?:,\s*and\s|,|\band\b|、|和|与|以及)\s*")


def follow(draft: Draft, wish: Wish) -> None:
    match wish.deed:
        case "add":
            _follow_add(draft, wish)
        case "remove":
            _follow_remove(draft, wish)
        case "rename":
            _follow_rename(draft, wish)
        case "hours":
            _follow_hours(draft, wish)
        case "unknown":
            _decline(draft, draft.words.unknown, wish)


def _follow_add(draft: Draft, wish: Wish) -> None:
    kind, name, parent = wish.kind, wish.what, None
    if wish.where:
        parent = _one(draft, wish, wish.where)
        if parent is None:
            return
    elif kind != "stage":
        name, parent = _place(draft, name, kind)
    kind = kind or ("concept" if parent and parent.kind != "stage" else "module")
    parent = _parent(draft, kind, parent)
    name = plain(capital(bare(_ABOUT.sub("", bare(name)))), LONGEST_NAME)
    if not has_letters(name) or (kind != "stage" and parent is None):
        _decline(draft, draft.words.unknown, wish)
    elif draft.has_name(kind, name):
        _decline(draft, draft.words.already, wish)
    elif len(draft.concepts()) + draft.added + NEW_CONCEPTS[kind] > draft.brief.max_concepts:
        _decline(draft, draft.words.full, wish)
    else:
        draft.add(kind, name, parent, draft.words.reasons["asked"])


def _place(draft: Draft, text: str, kind: TargetType | None) -> tuple[str, Part | None]:
    """The name, and the part that it goes into where the words end in one ("testing to the stage Basics")."""
    for preposition in reversed(list(_INTO.finditer(text))):
        place = bare(text[preposition.end() :])
        parents = [
            part for part in draft.parts if part.kind != "concept" and (kind != "module" or part.kind == "stage")
        ]
        found = find_parts(place, parents)
        said = place.casefold().startswith("the ") or _KIND.search(place) or any(part.name == place for part in found)
        if len(found) == 1 and said:
            return text[: preposition.start()], found[0]
    return text, None


def _parent(draft: Draft, kind: TargetType, near: Part | None) -> Part | None:
    """Where a new part goes: the part that was named, else the last one of its kind there."""
    wanted: TargetType | None = {"stage": None, "module": "stage", "concept": "module"}[kind]
    if wanted is None or (near and near.kind == wanted):
        return near if wanted else None
    if near and near.kind == "concept":
        near = draft.part(near.parent_id or "")
        return _parent(draft, kind, near)
    if near and near.kind == "module":
        return draft.part(near.parent_id or "")
    inside = [part for part in draft.parts if part.kind == wanted and (near is None or part.parent_id == near.id)]
    return inside[-1] if inside else None


def _follow_remove(draft: Draft, wish: Wish) -> None:
    found = find_parts(wish.what, draft.parts)
    pieces = [wish.what] if found else [piece for piece in _LIST.split(wish.what) if bare(piece)]
    parts = [_one(draft, wish, piece) for piece in pieces] if len(pieces) > 1 or found else []
    named = [part for part in parts if part is not None]
    if not parts:
        _decline(draft, draft.words.no_such, wish)
    if not named or len(named) < len(parts):
        return
    going = {concept.concept_id for part in named for concept in part.concepts}
    if not draft.added and all(concept.id in going for concept in draft.concepts()):
        _decline(draft, draft.words.last_one, wish)
        return
    for part in named:
        if draft.part(part.id):
            draft.remove(part, draft.words.reasons["asked"])


def _follow_rename(draft: Draft, wish: Wish) -> None:
    part = _one(draft, wish, wish.what)
    new = plain(bare(wish.new), LONGEST_NAME)
    if part is None:
        return
    if not has_letters(new):
        _decline(draft, draft.words.unknown, wish)
    elif draft.has_name(part.kind, new) and new.casefold() != part.name.casefold():
        _decline(draft, draft.words.already, wish)
    else:
        draft.rename(part, new, draft.words.reasons["asked"])


def _follow_hours(draft: Draft, wish: Wish) -> None:
    everything = bare(wish.what).casefold() in _EVERYTHING
    part = None if everything else _one(draft, wish, wish.what)
    if part is None and not everything:
        return
    inside = {concept.concept_id for concept in part.concepts} if part else {c.id for c in draft.concepts()}
    concepts = [concept for concept in draft.concepts() if concept.id in inside]
    before = sum(concept.concepts[0].estimated_hours for concept in concepts)
    factor = wish.factor if wish.hours is None else wish.hours / before if before else 1.0
    for concept in concepts:
        draft.set_hours(concept, concept.concepts[0].estimated_hours * factor, draft.words.reasons["asked"])
    after = sum(c.concepts[0].estimated_hours for c in draft.concepts() if c.id in inside)
    if after == before:
        _decline(draft, draft.words.unchanged, wish)
    else:
        name = part.name if part else draft.brief.framework.title
        draft.done.append(draft.words.hours.format(name=name, hours=number(after)))


def _one(draft: Draft, wish: Wish, words: str) -> Part | None:
    """The one part that is meant; where there is none or more than one, that is said."""
    found = find_parts(words, draft.parts)
    if len(found) == 1:
        return found[0]
    _decline(draft, draft.words.several if found else draft.words.no_such, wish, [part.name for part in found[:3]])
    return None


def _decline(draft: Draft, template: str, wish: Wish, items: Iterable[str] = ()) -> None:
    named = draft.wording.join([f"“{item}”" for item in items])
    draft.not_done.append(template.format(text=plain(wish.text, 120), items=named))
