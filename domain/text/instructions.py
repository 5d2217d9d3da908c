"""Changes of a roadmap that need no model: five operations in an explicit grammar, in English or Chinese.

    add [stage|module|concept] X [to Y]      添加[阶段|模块|知识点]X，在Y中添加X
    remove X                                 删除X
    rename X to Y                            把X改名为Y
    move X to Y                              把X移到Y
    set X to 3 hours                         把X改为3小时

Parts are identified by name, by id, by words that occur in only one name, or by their place, as in “the first stage”.
Instructions that cannot be applied are refused as a whole.
"""

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, cast

from domain.editing.review import Action, Operation, Position, TargetType
from domain.errors import InvalidInput
from domain.framework import Concept, Framework
from domain.text.goals import plain

BY_RULES: Final = "Changes in words need a model. By rules you can: add, remove, rename, move, hours"
MAX_CHANGES: Final = 20
MIN_HOURS, MAX_HOURS = 0.5, 20.0  # of a concept
NEW_CONCEPTS: Final[dict[TargetType, int]] = {"concept": 1, "module": 2, "stage": 2}
"""Number of concepts in a new part."""
_EXAMPLES: Final = "(“add concept X to Y”, “remove X”, “rename X to Y”, “move X to Y”, “set X to 3 hours”)"
_PARENTS: Final[dict[TargetType, TargetType | None]] = {"stage": None, "module": "stage", "concept": "module"}
_KINDS: Final[dict[str, TargetType]] = {"阶段": "stage", "模块": "module", "知识点": "concept"}
_KIND: Final = (
    r"(?:(?:an? |the |new |一个)*(?P<kind>stage|module|concept|阶段|模块|知识点)(?: (?:about|on|called|named))?[ :：]*)"
)
_QUOTES: Final = " \t\"'“”‘’「」《》.,;:!。，；：！"
_GRAMMAR: Final = (
    ("rename", r"rename (?P<what>.+?) (?:to|into|as) (?P<new>.+)"),
    ("move", r"move (?P<what>.+?) (?:to|into|under) (?P<where>.+)"),
    ("hours", r"(?:set|change) (?:the )?(?:hours of )?(?P<what>.+?) to (?P<hours>\d+(?:\.\d+)?) ?(?:hours?|h)"),
    ("remove", r"(?:remove|delete|drop) (?P<what>.+)"),
    ("add", rf"add {_KIND}?(?P<new>.+?)(?: (?:to|into|under) (?P<where>.+))?"),
    ("hours", r"[把将](?P<what>.+?)(?:的(?:时间|学时))?(?:改为|改成|设为)(?P<hours>\d+(?:\.\d+)?) ?个?小时"),
    ("rename", r"[把将](?P<what>.+?)(?:重命名为|改名为|改成|改为)(?P<new>.+)"),
    ("move", r"[把将](?P<what>.+?)移动?到(?P<where>.+?)[中里下]?"),
    ("remove", r"(?:删除|删掉|去掉|移除)(?P<what>.+)"),
    ("add", rf"(?:在(?P<where>.+?)[中里下]?)?(?:添加|增加|加入){_KIND}?(?P<new>.+)"),
)
_PLACES: Final = {
    word: number
    for number, words in enumerate(
        ("last 最后一", "first 1st 一", "second 2nd 二", "third 3rd 三", "fourth 4th 四"), -1
    )
    for word in words.split()
}
"""Word -> index among the parts of a kind."""
_PLACE: Final = rf"(?:the |第)?(?P<place>{'|'.join(_PLACES)}) ?个?(?P<kind>stage|module|concept|阶段|模块|知识点)"
_VERBS: Final = r"(?:(?:add|remove|delete|drop|rename|move|set|change) |[把将]|删除|删掉|去掉|移除|添加|增加|加入|在)"
_ALSO: Final = r"(?:(?:and|then|also|并且?|然后|再)\s*)"
_NEXT: Final = rf"(?i)[;；。\n]+|[.!](?:\s|$)|(?:\s*[,，]\s*{_ALSO}*|\s+{_ALSO}+|(?:并且?|然后|再))(?={_VERBS})"


class Part(NamedTuple):
    """A stage, module or concept, and the concepts in it."""

    kind: TargetType
    id: str
    name: str
    parent: str | None
    concepts: Sequence[Concept]


Wish = tuple[str, dict[str, str]]
"""One requested change: add, remove, rename, move or hours, and the parts as the user named them."""


def parts_of(framework: Framework) -> list[Part]:
    """Return every stage, module and concept, parents first."""
    parts: list[Part] = []
    for stage in framework.stages:
        inside = [concept for module in stage.modules for concept in module.concepts]
        parts.append(Part("stage", stage.stage_id, stage.name, None, inside))
        for module in stage.modules:
            parts.append(Part("module", module.module_id, module.name, stage.stage_id, module.concepts))
            parts += [Part("concept", one.concept_id, one.name, module.module_id, [one]) for one in module.concepts]
    return parts


def read_wishes(text: str) -> list[Wish]:
    """Return the changes that a text requests. Raises InvalidInput if one is not among the five."""
    clauses = [clause for part in re.split(_NEXT, text) if (clause := plain(part).strip(" ,.;!，。；！"))]
    if not clauses or len(clauses) > MAX_CHANGES:
        raise InvalidInput(f"{BY_RULES} {_EXAMPLES}; between one and {MAX_CHANGES} of them at once.")
    wishes = []
    for clause in clauses:
        polite = re.sub(r"^(?:please|and|then|also|请)\s*", "", clause, flags=re.IGNORECASE)
        hits = ((action, re.fullmatch(pattern, polite, re.IGNORECASE)) for action, pattern in _GRAMMAR)
        action, hit = next(((action, hit) for action, hit in hits if hit), ("", None))
        named = {key: value.strip(_QUOTES) for key, value in hit.groupdict().items() if value} if hit else {}
        if not named or not all(any(map(str.isalnum, value)) for value in named.values()):
            raise InvalidInput(f"{BY_RULES} {_EXAMPLES}. Not understood: “{plain(clause, 80)}”.")
        wishes.append((action, named))
    return wishes


def read_instructions(text: str, framework: Framework, max_concepts: int) -> list[Operation]:
    """Return the operations that a text requests. Raises InvalidInput for changes that cannot be applied."""
    parts = parts_of(framework)
    operations: list[Operation] = []
    count = len(framework.concepts())
    for action, named in read_wishes(text):
        part = _one(named["what"], parts) if "what" in named else None
        where = _one(named["where"], parts) if "where" in named else None
        name = plain(named.get("new", "")[:1].upper() + named.get("new", "")[1:], 80)
        if part is None:
            word = named.get("kind", "").lower()
            kind = _KINDS.get(word, cast(TargetType, word)) or (
                "module" if where and where.kind == "stage" else "concept"
            )
            operations.append(_add(kind, name, where, parts))
            count += NEW_CONCEPTS[kind]
        elif action == "remove":
            part = _highest_left_empty(part, parts)
            operations.append(Operation(action="remove", target_type=part.kind, target_id=part.id))
            gone = {part.id, *(concept.concept_id for concept in part.concepts)}
            parts = [one for one in parts if one.id not in gone and one.parent != part.id]
            count -= len(part.concepts)
        elif action == "hours":
            operations += _hours(part, float(named["hours"]))
        elif action == "rename":
            operations.append(_operation("rename", part, {"name": name}))
        elif where is not None and where.kind == _PARENTS[part.kind]:
            operations.append(_operation("move", part, {}, where.id))
        else:
            raise InvalidInput("A concept moves to a module, and a module moves to a stage.")
    if not 1 <= count <= max_concepts:
        raise InvalidInput(f"That would leave {count} concepts; a roadmap has between 1 and {max_concepts}.")
    return operations


def _one(named: str, parts: list[Part]) -> Part:
    """Return the part with this name or id, or the only one whose name contains the words. Raises InvalidInput."""
    kind, words = None, named.casefold()
    if hit := re.fullmatch(rf"{_KIND}(?P<name>.+)", named, re.IGNORECASE):
        kind, words = _KINDS.get(hit["kind"], hit["kind"].lower()), hit["name"].strip(_QUOTES).casefold()
    pool = [part for part in parts if kind in {None, part.kind}]
    matches = [part for part in parts if named.casefold() in {part.id.casefold(), part.name.casefold()}]
    matches = matches or [part for part in pool if words in {part.id.casefold(), part.name.casefold()}]
    matches = (
        matches or [part for part in pool if len(words) > 1 and words in part.name.casefold()] or _placed(named, parts)
    )
    if not matches:
        raise InvalidInput(f"This roadmap has no part “{plain(named, 60)}”.")
    if len(matches) > 1:
        several = ", ".join(f"“{part.name}” ({part.id})" for part in matches[:3])
        raise InvalidInput(f"“{plain(named, 60)}” may mean {several}: name one by its id.")
    return matches[0]


def _placed(named: str, parts: list[Part]) -> list[Part]:
    """Return the part that is named by its place, as in `the first stage`; none if it is not named so."""
    hit = re.fullmatch(_PLACE, named, re.IGNORECASE)
    if hit is None:
        return []
    kind = _KINDS.get(hit["kind"], hit["kind"].lower())
    index, pool = _PLACES[hit["place"].lower()], [part for part in parts if part.kind == kind]
    return [pool[index]] if index < len(pool) and pool else []


def _highest_left_empty(part: Part, parts: list[Part]) -> Part:
    """Return the part, or the highest part above it that would be empty without it."""
    above = next((one for one in parts if one.id == part.parent), None)
    is_alone = not any(one.parent == part.parent and one.id != part.id for one in parts)
    return _highest_left_empty(above, parts) if above and is_alone else part


def _add(kind: TargetType, name: str, where: Part | None, parts: list[Part]) -> Operation:
    """Return an operation that adds to the named part, or to the last one that can contain the new one."""
    parent_kind = _PARENTS[kind]
    parents = [one for one in parts if one.kind == parent_kind and (where is None or where.id in {one.id, one.parent})]
    if (parent_kind is not None and not parents) or (parent_kind is None and where is not None):
        raise InvalidInput(f"A {kind} cannot be added there: concepts go to modules, and modules go to stages.")
    if any(one.kind == kind and one.name.casefold() == name.casefold() for one in parts):
        raise InvalidInput(f"There is a {kind} “{name}” already.")
    position = Position(parent_id=parents[-1].id if parents else None)
    return Operation(action="add", target_type=kind, position=position, values={"name": name})


def _hours(part: Part, hours: float) -> list[Operation]:
    """Return operations that set the hours of a concept, or scale those of all concepts of a part."""
    before = sum(concept.estimated_hours for concept in part.concepts) or 1.0
    new = {one.concept_id: round(2 * hours * one.estimated_hours / before) / 2 for one in part.concepts}
    if not all(MIN_HOURS <= value <= MAX_HOURS for value in new.values()):
        raise InvalidInput(
            f"Each concept has between {MIN_HOURS:g} and {MAX_HOURS:g} hours; {hours:g} do not fit “{part.name}”."
        )
    return [
        Operation(action="change", target_type="concept", target_id=one, values={"estimated_hours": value})
        for one, value in new.items()
    ]


def _operation(action: Action, part: Part, values: dict[str, Any], parent: str | None = None) -> Operation:
    position = Position(parent_id=parent) if parent else None
    return Operation(action=action, target_type=part.kind, target_id=part.id, position=position, values=values)
