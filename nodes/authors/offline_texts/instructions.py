"""Reads simple instructions, in English or Chinese: "add a stage about testing, drop the history module"."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from domain.editing.review import TargetType
from nodes.authors.offline_texts.words import plain

Deed = Literal["add", "remove", "rename", "hours", "unknown"]


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that a person asks for, in their words. Which part `what` and `where` mean is found later."""

    text: str
    deed: Deed
    what: str = ""
    kind: TargetType | None = None
    new: str = ""
    where: str = ""
    hours: float | None = None
    factor: float = 1.0
    """What hours are multiplied by, where no number of hours is given."""


_VERBS = (
    r"(?:please |also |then |could you )*(?:add|include|insert|append|create|drop|remove|delete|cut|skip|omit|leave out"
    r"|get rid of"
    r"|take out|rename|call|change|set|give|make|more|fewer|less|increase|reduce|spend|shorten|extend"
    r"|lengthen|raise|lower"
    r"|plan|move|swap|merge|split|rewrite|translate|\d+(?:\.\d+)? ?h)"
)
_BOUNDARY = re.compile(
    rf"(?:[,;.!\n]\s*(?:(?:and|then|but|also|plus)\s+)*|\s(?:and|then|but)\s+)(?={_VERBS}\b)", re.IGNORECASE
)
_VERBS_ZH = (
    "把|将|添加|增加|新增|加入|加上|加|删除|删掉|删去|去掉|移除|去除|不要|取消|减少"
    "|缩短|延长|加长|给|为|在|重命名|移动|合并|拆分|翻译"
)
_BOUNDARY_ZH = re.compile(
    rf"[，；。！]|[,;!\n]\s*(?:并且?|然后|再|也|还|同时|请)*(?={_VERBS_ZH})|(?:然后|并且|同时|并)(?={_VERBS_ZH})"
)
_POLITE = re.compile(
    r"^(?:please|also|then|and|could you|can you|i(?:'d| would) like (?:you )?to|i want (?:you )?to"
    r"|let's|we should|请|麻烦|帮我|然后|并且?|同时|再|也|还)\s*",
    re.IGNORECASE,
)

_KINDS: Final[dict[str, TargetType]] = {
    "stage": "stage", "phase": "stage", "阶段": "stage",
    "module": "module", "模块": "module", "单元": "module",
    "concept": "concept", "topic": "concept", "lesson": "concept", "知识点": "concept", "概念": "concept",
}  # fmt: skip
_KIND = r"stages?|phases?|modules?|concepts?|topics?|lessons?"
_KIND_ZH = "阶段|模块|单元|知识点|概念"
_TIME = r"(?:hours|time|study time|hrs)"
_TIME_ZH = "(?:学习时间|时间|学时|课时|小时数)"
_NUMBER = r"(?P<hours>\d+(?:[.,]\d+)?)\s*(?:hours?|hrs?|h)\b"
_NUMBER_ZH = r"(?P<hours>\d+(?:\.\d+)?)\s*个?(?:小时|学时|课时)"

_GIVE = r"(?:(?:spend|plan|give|add|allow|i want|i need|take)\s+)?(?:(?:some|much|a little|a bit)\s+)?"
_ON = r"(?:\s+(?:for|on|in|to|with|at)\s+(?P<what>.+))?"
_AT_ZH = rf"(?:给|为|在|把|将)?(?P<what>.*?)(?:上|的{_TIME_ZH})?"
_SOME_ZH = rf"(?:一些|一点|点|些|更多)?的?{_TIME_ZH}?"
_MORE, _FEWER = 1.5, 0.6
_GRAMMAR: Final[tuple[tuple[Deed, float, str], ...]] = (
    ("hours", 1.0, r"(?:(?:set|change|make|give|put|reduce|increase|raise|lower|extend|shorten|cut)\s+)?"
     rf"(?:the )?(?:{_TIME} (?:of|for|on|in) )?(?P<what>.+?)(?:'s {_TIME})?"
     rf"\s+(?:to|at|get|gets|=|down to|up to)?\s*{_NUMBER}"),
    ("hours", 1.0, rf"(?:plan|spend|give|allow|set)?\s*{_NUMBER}\s+(?:for|on|in|to)\s+(?P<what>.+)"),
    ("hours", _MORE, rf"{_GIVE}(?:more|extra|additional)\s+{_TIME}{_ON}"),
    ("hours", _MORE, rf"give (?P<what>.+?) (?:more|extra) {_TIME}"),
    ("hours", _MORE, rf"(?:increase|raise|extend)\s+(?:the )?{_TIME}\s+(?:of|for|on|in)\s+(?P<what>.+)"),
    ("hours", _MORE, r"(?:extend|lengthen|expand)\s+(?P<what>.+)"),
    ("hours", _FEWER, rf"{_GIVE}(?:fewer|less)\s+{_TIME}{_ON}"),
    ("hours", _FEWER, rf"give (?P<what>.+?) (?:fewer|less) {_TIME}"),
    ("hours", _FEWER, rf"(?:reduce|lower|shorten|cut)\s+(?:the )?{_TIME}\s+(?:of|for|on|in)\s+(?P<what>.+)"),
    ("hours", _FEWER, r"(?:shorten)\s+(?P<what>.+)"),
    ("rename", 1.0, r"(?:rename|change the name of|call)\s+(?P<what>.+?)\s+(?:to|into|as|→|->)\s+(?P<new>.+)"),
    ("remove", 1.0, r"(?:drop|remove|delete|cut|skip|omit|leave out|get rid of|take out)\s+(?P<what>.+)"),
    ("add", 1.0, r"(?:add|include|insert|append|create)\s+(?P<what>.+)"),
    ("hours", 1.0, rf"(?:把|将|给|为)?(?P<what>.+?)(?:的?{_TIME_ZH})?"
     rf"(?:改为|改成|设为|调整为|增加到|减少到|安排|用){_NUMBER_ZH}"),
    ("hours", _MORE, rf"(?:增加|延长|加长)(?P<what>.+?)的{_TIME_ZH}"),
    ("hours", _MORE, rf"{_AT_ZH}(?:多花|多安排|安排更多|多|增加|延长){_SOME_ZH}"),
    ("hours", _FEWER, rf"(?:减少|缩短)(?P<what>.+?)的{_TIME_ZH}"),
    ("hours", _FEWER, rf"{_AT_ZH}(?:少花|少安排|少|减少|缩短){_SOME_ZH}"),
    ("rename", 1.0, r"(?:把|将)?(?P<what>.+?)"
     r"(?:重命名为|重命名成|改名为|改名叫|更名为|改成|改为|改叫|命名为)(?P<new>.+)"),
    ("rename", 1.0, r"重命名(?P<what>.+?)(?:为|成)(?P<new>.+)"),
    ("remove", 1.0, r"(?:删除|删掉|删去|去掉|移除|去除|不要|取消)(?P<what>.+)"),
    ("remove", 1.0, r"(?:把|将)(?P<what>.+?)(?:删除|删掉|删去|去掉|移除|去除)"),
    ("add", 1.0, r"(?:在(?P<where>.+?)(?:中|里面|里|下)?)?(?:添加|增加|新增|加入|加上|加)(?P<what>.+)"),
)  # fmt: skip
_PATTERNS: Final = [(deed, factor, re.compile(text, re.IGNORECASE | re.DOTALL)) for deed, factor, text in _GRAMMAR]
_ADD_KIND = re.compile(
    rf"^(?:an?|one|another|one more|the|some|new)?\s*(?:new |short |more )?(?P<kind>{_KIND})\b\s*"
    r"(?:about|on|for|called|named|covering|with|of|:)?\s*(?P<name>.+)$",
    re.IGNORECASE,
)
_ADD_KIND_LAST = re.compile(
    rf"^(?:an?|one|another|one more|the|new|some)?\s*(?P<name>.+?)\s+(?P<kind>{_KIND})"
    r"(?P<rest>\s+(?:to|in|into|under)\s.+)?$",
    re.IGNORECASE,
)
_ADD_ZH = (
    re.compile(rf"^(?:一个|一|个|新的?)*(?P<kind>{_KIND_ZH})(?:[：:,，]|叫做?|名为|关于)*(?P<name>.+)$"),
    re.compile(rf"^(?:一个|一|个|新的?)*(?:关于|有关|名为|叫做?)?(?P<name>.+?)的?(?P<kind>{_KIND_ZH})$"),
    re.compile(r"^(?:一个|个|一些)*(?:关于|有关)?(?P<name>.+)$"),
)
_SEVERAL = re.compile(rf"(?:\s*,\s*(?:and\s+)?|\s+and\s+)(?=(?:an?|another)\s+(?:{_KIND})\b)", re.IGNORECASE)
_HAN = re.compile(r"[\u3400-\u9fff]")
_VAGUE = re.compile(
    rf"^(?:more\b|(?:an?|another|one|new|\s)+(?:{_KIND})$|(?:一个?|个|更多|一些|新的?)*(?:{_KIND_ZH})?$)",
    re.IGNORECASE,
)
_MARKS: Final = " \t\"'“”‘’「」《》.,;:!。，；：！"


def read_instructions(text: str) -> list[Wish]:
    """The wishes in a text, in its order; what is not understood is a wish of the deed `unknown`."""
    clauses = [part for piece in _BOUNDARY.split(text) for part in _BOUNDARY_ZH.split(piece)]
    wishes: list[Wish] = []
    for clause in (plain(clause).strip(" \t.,;!。，；！") for clause in clauses):
        if clause:
            wishes += _read_clause(clause)
    return wishes


def bare(text: str) -> str:
    """A name as it was meant: without quotes and full stops around it."""
    return text.strip(_MARKS)


def _read_clause(clause: str) -> list[Wish]:
    rest = clause
    while polite := _POLITE.match(rest):
        rest = rest[polite.end() :]
    for deed, factor, pattern in _PATTERNS:
        if found := pattern.fullmatch(rest):
            parts = {key: (value or "").strip() for key, value in found.groupdict().items()}
            if deed == "add":
                return [_addition(clause, item, parts.get("where", "")) for item in _SEVERAL.split(parts["what"])]
            hours = float(parts["hours"].replace(",", ".")) if parts.get("hours") else None
            return [Wish(clause, deed, what=parts["what"], new=bare(parts.get("new", "")), hours=hours, factor=factor)]
    return [Wish(clause, "unknown")]


def _addition(clause: str, what: str, where: str) -> Wish:
    """What is added may still end in its place ("testing to the stage Basics"): the framework decides that."""
    if _VAGUE.match(what):
        return Wish(clause, "unknown")
    patterns = _ADD_ZH if _HAN.search(clause) and not clause.lower().startswith("add") else (_ADD_KIND, _ADD_KIND_LAST)
    for pattern in patterns:
        if found := pattern.match(what):
            parts = found.groupdict()
            name = (parts["name"] or "") + (parts.get("rest") or "")
            return Wish(clause, "add", what=name.strip(), kind=kind_of(parts.get("kind") or ""), where=where)
    return Wish(
        clause,
        "add",
        what=re.sub(r"^(?:an?|some|something (?:about|on)|more)\s+", "", what, flags=re.IGNORECASE),
        where=where,
    )


def kind_of(word: str) -> TargetType | None:
    return _KINDS.get(word.casefold()) or _KINDS.get(word.casefold().rstrip("s"))
