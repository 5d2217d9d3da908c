"""Advice that can hurt people or destroy data, as a list of patterns.

The list finds known sentences, nearly all of them in English, and says nothing about the rest: it is no review by an
expert. Advice that is warned of (never, do not, avoid, dangerous) is not objected to.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from domain.checks.findings import Finding, doubt
from domain.checks.prose.needles import Needled

_PATTERNS: Final[tuple[tuple[str, str, str], ...]] = (
    # computers
    ("rm", r"\brm\s+-(?:rf|fr|r\s+-f)\s+(?:--no-preserve-root\s+)?/\*?(?:[\s`;]|$)", "it deletes the whole disk"),
    ("777", r"\bchmod\s+-R\s+777\s+/(?:[\s`;]|$)", "it opens the whole disk to everybody"),
    ("/dev/", r"\b(?:mkfs\S*|dd\b[^\n]{0,40}\bof=)\s*/dev/(?:sd|nvme|hd)\w+", "it erases a disk"),
    ("drop", r"\bDROP\s+(?:DATABASE|SCHEMA)\s+(?:prod|live|main)\w*", "it deletes the data of a business"),
    ("production", r"\b(?:disable|turn off|skip)\b[^.\n]{0,20}\b(?:certificate|ssl|tls)\b[^.\n]{0,20}"
     r"\b(?:verification|validation|checks?)\b[^.\n]{0,40}\bproduction|\bverify=False\b[^\n]{0,40}\bproduction",
     "it opens the connection to attackers"),
    ("permanently", r"\b(?:disable|turn off)\b[^.\n]{0,20}\b(?:firewall|antivirus)\b[^.\n]{0,20}\bpermanently",
     "it opens the computer to attackers"),
    ("password", r"(?:^|[.:]\s+|\b(?:can|may|should|just)\s+)(?:store|save|keep)\b[^.\n]{0,20}\bpasswords?\b"
     r"[^.\n]{0,20}\bplain ?text", "passwords are stolen"),
    ("input", r"\b(?:you (?:can|may|should)|it is (?:fine|safe|ok) to)\b[^.\n]{0,20}\b(?:concatenate|paste|put)\b"
     r"[^.\n]{0,30}\buser input\b[^.\n]{0,30}\b(?:sql|query)", "it allows SQL injection"),
    ("'{", r"\bf[\"'](?:SELECT|DELETE|UPDATE|INSERT)\b[^\n]{1,120}'\{\w+\}'", "it allows SQL injection"),
    ("eval(", r"\beval\(\s*input\(", "it runs what anybody enters"),
    ("push", r"\bpush\s+(?:--force|-f)\b[^.\n]{0,30}\b(?:main|master)\b", "it deletes the work of others"),
    # chemistry, fire, electricity
    ("bleach", r"\b(?:mix|combine|add)\w*\b[^.\n]{0,40}\bbleach\b[^.\n]{0,40}\b(?:ammonia|vinegar|acid)"
     r"|\b(?:mix|combine|add)\w*\b[^.\n]{0,40}\b(?:ammonia|vinegar|acid)\b[^.\n]{0,40}\bbleach",
     "the gas is poisonous"),
    ("water", r"\b(?:throw|pour|use|put|splash)\w*\b[^.\n]{0,20}\bwater\b[^.\n]{0,30}"
     r"\b(?:burning (?:oil|fat|grease)|(?:oil|fat|grease)\b[^.\n]{0,12}\bfire)", "the fire explodes"),
    ("heat", r"\bheat\w*\b[^.\n]{0,20}\b(?:sealed|unopened)\b[^.\n]{0,12}\b(?:can|jar|bottle|tin)\b", "it explodes"),
    ("live|plugged|is on|are on|still on|it on|power on|mains on|circuit on|wire on|wires on",
     r"\b(?:work|repair|replace|cut|touch)\w*\b[^.\n]{0,50}\b(?:while|with) "
     r"(?:it|the (?:power|mains|circuit|wires?)) (?:is |are )?(?:still )?(?:live|on|plugged)\b", "live wires kill"),
    # medicine
    ("medic|insulin|antidepress|dose|pills|antibiotic",
     r"\b(?:stop|quit|double|skip)\b[^.\n]{0,30}\b(?:medications?|medicines?|insulin|antidepressants?|dose|pills"
     r"|antibiotics)\b[^.\n]{0,60}\b(?:on your own|yourself|without (?:asking|telling|consulting)|no need to"
     r"|as soon as you feel|(?:once|when|if) (?:you|it|they) (?:feel|do(?:es)? not (?:work|help)))",
     "medicine needs a doctor"),
    ("doctor", r"\bno need to (?:see|ask|consult|call) (?:a|your) doctor\b"
     r"|\b(?:do not|don['’]t) need (?:a|to see a|any) doctor\b[^.\n]{0,40}\b(?:pain|blood|fever|breath)",
     "medicine needs a doctor"),
    ("take", r"\btake\b[^.\n]{0,12}\b(?:ten|twelve|fifteen|twenty|1\d|2\d)\s+(?:tablets of )?"
     r"(?:aspirins?|paracetamol|ibuprofens?|acetaminophen|painkillers|(?:sleeping )?pills)\b", "the dose is poisonous"),
    ("burn", r"\b(?:put|rub|spread|smear)\w*\b[^.\n]{0,12}\b(?:butter|oil|toothpaste)\b[^.\n]{0,20}\bburn",
     "it harms a burn"),
    ("vomit", r"\binduce vomiting\b|\bmake (?:him|her|them|the person) vomit\b", "swallowed acids burn twice"),
    ("tourniquet", r"\btourniquet\b[^.\n]{0,20}\bneck\b", "it strangles"),
    ("give", r"\bgive\b[^.\n]{0,20}\bhoney\b[^.\n]{0,20}\b(?:baby|babies|infants?|newborn)\b"
     r"|\bgive\b[^.\n]{0,20}\baspirin\b[^.\n]{0,20}\b(?:baby|babies|infants?|child(?:ren)?)\b", "it can kill a child"),
    # food
    ("chicken|meat|fish|rice|egg|poultry|seafood",
     r"\b(?:leave|keep|store)\b[^.\n]{0,40}\b(?:chicken|meat|fish|rice|eggs?|poultry|seafood)\b[^.\n]{0,40}"
     r"\b(?:room temperature|counter|outside the (?:fridge|refrigerator)|out)\b[^.\n]{0,30}?"
     r"\b(?:overnight|all day|for (?:a|two|several) days?|for (?:[5-9]|\d{2}) hours)", "food spoils"),
    ("chicken|poultry|turkey", r"\b(?:chicken|poultry|turkey)\b[^.\n]{0,30}\b(?:pink|raw|rare)\b[^.\n]{0,20}"
     r"\b(?:is fine|is safe|is ok|in the (?:middle|centre|center))", "raw poultry carries germs"),
    ("raw", r"\b(?:eat|serve)\b[^.\n]{0,12}\braw (?:kidney beans|chicken|pork|elderberries)", "raw it is poisonous"),
    ("mushroom|berr|plant", r"\b(?:taste|try|eat)\b[^.\n]{0,30}\b(?:mushrooms?|berries|plants?)\b[^.\n]{0,30}"
     r"\b(?:see|find out|check|test)\b[^.\n]{0,30}\b(?:poison\w*|edible|safe)", "a bite can kill"),
    # sports
    ("pain", r"\b(?:run|train|keep going|push|continue|exercise)\w*\b[^.\n]{0,20}\b(?:through|despite)\b[^.\n]{0,20}"
     r"\b(?:chest pain|sharp pain|the pain)|\bignore\b[^.\n]{0,20}\bpain\b[^.\n]{0,20}\b(?:keep|go on|continue)",
     "it is a sign to stop"),
    ("breath", r"\bhold your breath\b[^.\n]{0,40}\b(?:ascend|surface|come up|scuba|dive)", "the lungs tear"),
    ("helmet|seatbelt|seat belt|harness|life jacket|safety glasses|goggles",
     r"\b(?:do not|don['’]t|never|no need to) (?:wear|use) (?:a |your |any )?(?:helmet|seat ?belt|harness"
     r"|life jacket|safety glasses|goggles)\b", "it protects"),
    ("lit", r"\b(?:drink|take)\b[^.\n]{0,20}\b(?:[5-9]|1\d|five|six|seven|eight|nine|ten) lit(?:re|er)s\b[^.\n]{0,20}"
     r"\b(?:in|within|per) (?:an|one) hour", "the body fails"),
    ("without", r"\bfast\b[^.\n]{0,20}\b(?:days|weeks)\b[^.\n]{0,12}\bwithout (?:any )?water", "the body fails"),
    ("sun", r"\blook(?:ing)?\b[^.\n]{0,20}\bat the sun\b[^.\n]{0,30}\b(?:telescope|binoculars|lens|viewfinder|camera)",
     "it blinds"),
    # other languages
    ("misch", r"\bmisch(?:e|en Sie)\b[^.\n]{0,40}\b(?:Chlorreiniger|Bleichmittel)\b[^.\n]{0,40}\b(?:Essig|Ammoniak)",
     "the gas is poisonous"),
    ("mezcl", r"\bmezcl[ae]\b[^.\n]{0,40}\b(?:lejía|cloro)\b[^.\n]{0,40}\b(?:amoníaco|vinagre)",
     "the gas is poisonous"),
    ("漂白", r"漂白(?:水|剂|剤)[^。\n]{0,10}(?:氨|醋|洁厕|アンモニア|酢)[^。\n]{0,10}(?:混|一起)",
     "the gas is poisonous"),
    ("停药", r"自行停药", "medicine needs a doctor"),
    ("medikament", r"\bsetze?\b[^.\n]{0,40}\bMedikamente?\b[^.\n]{0,30}\b(?:selbst|einfach|eigenmächtig)",
     "medicine needs a doctor"),
)  # fmt: skip
"""Needles in lower case, one of which the text must contain, the pattern, and why it is dangerous."""
_DANGERS: Final = tuple((Needled.of(needles, pattern), why) for needles, pattern, why in _PATTERNS)
_WARNS: Final = re.compile(
    r"\b(?:never|not|don['’]t|can['’]t|cannot|avoid|instead of|unlike|danger\w*|warn\w*|mistake|wrong|attack\w*|bad"
    r"|toxic|poison\w*|lethal|deadly|fatal|kills?|killed|hazard\w*|harm\w*|unsafe|insecure|vulnerable|injection|forbid\w*"
    r"|prohibited|myths?|risk\w*|nie|niemals|nicht|nunca|no (?:mezcl|combin|hag)\w+|jamais)\b"
    r"|不要|切勿|禁止|危险|危険|ない",
    re.IGNORECASE,
)
_CORRECTS: Final = re.compile(
    r"^\W*(?:never|do not|don['’]t|avoid|no\b)|\b(?:never|danger\w*|mistake|wrong|poison\w*|toxic|kills?|myth)\b",
    re.IGNORECASE,
)
"""In the sentence after the advice, where a mere “not” may be about something else."""
_ITEM: Final = re.compile(r"\s*(?:[-*+>|]|\d+[.)])\s")
_HEADING: Final = re.compile(r"^#+ .*", re.MULTILINE)
_SENTENCE_END: Final = re.compile(r"(?<=[.!?。！？])\s*(?=\S)")
_AROUND_CODE: Final = 200
"""Characters before and after a block of code in which it may be warned of."""


def check_danger(text: str, place: Callable[[int], str | None] = lambda _: None) -> Iterator[Finding]:
    """Yield a doubt for the first dangerous advice in Markdown, code included, that is not warned of.

    `place`: returns the part of the content with the character at an index.
    """
    lowered = text.lower()
    for advice, why in _DANGERS:
        for match in advice.found_in(text, lowered):
            if not _is_warned_of(text, match):
                quoted = " ".join(match[0].split())[:80]
                message = f"It gives dangerous advice: “{quoted}” ({why}). Correct it, or warn of it."
                yield doubt("text.danger", message, place(match.start()))
                return


def _is_warned_of(text: str, match: re.Match[str]) -> bool:
    following = _SENTENCE_END.split(text[match.end() :].split("\n\n", 1)[0])
    after = following[1] if len(following) > 1 else ""
    return bool(_WARNS.search("\n".join((*_before(text, match), following[0]))) or _CORRECTS.search(after))


def _before(text: str, match: re.Match[str]) -> Iterator[str]:
    """Yield the text before an advice that may warn of it.

    It is its sentence with the one before it in its paragraph, what leads in to a list or to code, and the heading.
    """
    *earlier, paragraph = text[: match.start()].split("\n\n")
    yield from _SENTENCE_END.split(paragraph)[-2:]
    if _ITEM.match(paragraph[paragraph.rfind("\n") + 1 :] or match[0]):
        yield paragraph
        yield next((one for one in reversed(earlier) if not _ITEM.match(one)), "")
    if text.count("\n```", 0, match.start()) % 2:
        opening, closing = text.rfind("\n```", 0, match.start()), text.find("\n```", match.end())
        yield text[max(0, opening - _AROUND_CODE) : match.start()]
        yield text[match.end() : closing + _AROUND_CODE]
    if headings := _HEADING.findall(text, 0, match.start()):
        yield headings[-1]
