"""Rules about phrases: chat with the reader, refusals, placeholders, lessons that do not exist, control characters.

Phrases are listed by language; a language that is not listed is not checked.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from domain.checks.expected import Expected
from domain.checks.findings import Finding, broken, doubt, hint
from domain.checks.prose.markdown import plain_prose

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

_ENDS: Final = 400
"""Characters at each end of a text in which an author may talk to the person who asked."""
_GREETING: Final = re.compile(
    r"(?:sure|certainly|of course|absolutely|great question|okay|ok|no problem|gladly|with pleasure)\s*[!,.—:-]+\s*"
    r"(?=here(?:['’]s| is| are)|below (?:is|are)|i['’](?:ll|d|ve)"
    r"|i (?:will|have|can|would)|let me\b|(?:this|the following) is)"
    r"|(?:sure|certainly|of course|absolutely|great question|gladly)\s*!"
    r"|here(?:['’]s| is| are) (?:the|your|a|an) (?:[\w-]+ ){0,4}(?:tutorial|lesson|quiz|questions|list|answer|json)"
    r"\b[^.\n]{0,40}(?:you (?:asked|requested|wanted)|as requested|for you|below)"
    r"|as (?:you )?requested[,:]|below is (?:the|your) (?:[\w-]+ ){0,3}(?:tutorial|lesson|quiz)\b"
    r"|gerne!|natürlich!|selbstverständlich!|hier ist (?:das|die|dein|ihr)e? [^.\n]{0,60}(?:gewünscht|angefordert)"
    r"|¡claro!|¡por supuesto!|por supuesto[,!]|claro que sí|aquí (?:tienes|está) (?:el|la|tu|su) "
    r"|bien sûr\s*!|avec plaisir\s*!|voici (?:le|la|votre|ton) (?:tutoriel|leçon|cours|quiz)[^.\n]{0,40}demandé"
    r"|claro!|com certeza!|aqui está (?:o|a) |certo!|ecco (?:il|la) (?:tutorial|lezione|quiz) "
    r"|конечно!|вот (?:ваш|урок)|当然[!！,，]|好的[!！,，]|没问题[!！,，]|以下是(?:您|你|为您|为你)"
    r"|もちろんです?[!！。、]|承知しました|물론(?:이죠|입니다)[!,.]|بالتأكيد[!،]|بالطبع[!،]|ज़रूर[!,]",
    re.IGNORECASE,
)
_FAREWELL: Final = re.compile(
    r"let me know (?:if|whether|when|how|what)|\b(?:i )?hope (?:this|that|it) (?:helps|was helpful|is helpful)"
    r"|feel free to (?:ask|reach|contact|let)|would you like me to|do you want me to|shall i (?:go on|continue|also)"
    r"|if you(?:['’]d| would) like(?: me)?[^.\n]{0,60}\bi (?:can|could|will)\b|happy to (?:help|expand|go|explain)"
    r"|if you have any (?:more |other |further )?questions[^.\n]{0,40}(?:ask me|let me|i['’ ])"
    r"|lass(?:en sie|t)? (?:es )?mich wissen|ich hoffe, (?:das|dies) hilft|soll ich (?:noch|weiter)"
    r"|espero que (?:esto |te |le )*(?:ayude|sirva)|avísame si|házmelo saber|¿quieres que"
    r"|j['’]espère que (?:cela|ça) |n['’]hésitez pas à me|dis-moi si|dites-moi si|souhaitez-vous que je"
    r"|espero que (?:isso )?ajude|me avise se|fammi sapere|spero che (?:questo )?(?:ti )?(?:sia utile|aiuti)"
    r"|надеюсь, (?:это )?помо|дайте (?:мне )?знать|希望(?:这|本|以上)[^。\n]{0,20}(?:有所?帮助|帮到)"
    r"|如果(?:你|您)(?:还)?(?:有|需要)[^。\n]{0,20}(?:告诉我|问我|随时)|随时(?:告诉|问|联系)我"
    r"|お役に立てれば|お知らせください|도움이 되(?:었|길|면)|آمل أن يكون هذا|أخبرني إذا",
    re.IGNORECASE,
)
_MACHINE: Final = re.compile(
    r"\bas an? (?:AI|artificial intelligence|large language)(?: language)?(?: model| assistant|,)"
    r"|作为(?:一个|一名)?(?:AI|人工智能)(?:语言)?(?:模型|助手)|als (?:eine )?KI(?:-|\s)(?:Sprachmodell|Assistent)"
    r"|en tant qu['’](?:IA|intelligence artificielle|assistant)|como (?:una? )?(?:IA|modelo de lenguaje)",
    re.IGNORECASE,
)
_REFUSAL: Final = re.compile(
    r"\W*(?:i['’]m (?:sorry|afraid)|i am (?:sorry|afraid)|sorry)[^.\n]{0,40}"
    r"\b(?:can(?:not|['’]t)|unable to|won['’]t|not able to) (?:be able to )?"
    r"(?:assist|fulfil|help|provide|create|write|comply|do (?:that|this)|answer|generate|give|continue)\b"
    r"|\W*i (?:cannot|can['’]t|am unable to|['’]m unable to) "
    r"(?:assist|fulfil|help (?:you|with)|provide|create|write|comply|generate)"
    r"|\W*(?:抱歉|对不起)[，,][^。\n]{0,20}(?:无法|不能)|\W*es tut mir leid[^.\n]{0,30}kann",
    re.IGNORECASE,
)
_PLACEHOLDER: Final = re.compile(
    r"(?-i:\b(?:TODO|TBD|FIXME)\b\s*[:：]|^\W*\b(?:TODO|TBD|FIXME)\W*$)"
    r"|\b(?:content|text|example|section|explanation|exercise) (?:goes|to be added|will be added|coming) "
    r"(?:here|soon|later)\b"
    r"|[\[{(<（【]\s*(?:"
    r"placeholder|to be (?:added|written|completed)|(?:your|add|insert) (?:[\w-]+ ){1,6}here"
    r"|insert (?:your|an?|the|(?:link|image|example|text|code|url) (?:to|of|for)) [^\]})>\n]{1,60}"
    r"|(?:example|explanation|content|text|exercise|image|diagram) (?:goes )?here"
    r"|待补充|此处(?:插入|填写|省略)[^\]】）]{0,30}"
    r")\s*[\]})>）】](?![(\[:])"
    r"|内容待(?:补充|添加)|此处省略",
    re.IGNORECASE | re.MULTILINE,
)
"""Names of menus and buttons, such as [Insert Chart], are none."""
_TEMPLATE: Final = re.compile(r"^[ \t]{0,3}>.*$", re.MULTILINE)
"""A letter or contract in a quote has places to fill in."""
_FILLER: Final = re.compile(r"lorem ipsum", re.IGNORECASE)
_QUOTED: Final = re.compile(
    r"^[ \t]{0,3}>.*$|“[^”\n]{0,300}”|„[^“\n]{0,300}“|«[^»\n]{0,300}»|「[^」\n]{0,300}」|\"[^\"\n]{0,300}\""
    r"|‘[^’\n]{0,300}’"
    r"|\*[^*\n]{1,300}\*|\b_[^_\n]{1,300}_\b|^[ \t]*\|.*$",
    re.MULTILINE,
)
"""Examples of what somebody says: lines of quotes and tables, words in quotation marks or emphasized."""
_LESSON: Final = re.compile(
    r"\b(?:lessons?|lektion(?:en)?|leçons?|lecci(?:ón|ones)|lezion[ei]|liç(?:ão|ões)|урок[а-я]{0,2})\s+(\d{1,4})\b"
    r"(?!\s*(?:of|in|from|von|aus|im|de|del|du|des|di|da|из)\s+"
    r"(?!(?:this|our|the (?:course|roadmap)|die(?:ser|sem)|unser|est[ea]|ce|nuestr|questo)\b))"
    r"|第\s*(\d{1,4})\s*[课課]|レッスン\s*(\d{1,4})|(\d{1,4})\s*과(?:에서|를)",
    re.IGNORECASE,
)


def check_characters(text: str) -> Iterator[Finding]:
    """Yield a finding for control characters, which are the rest of a formula or of an escape."""
    if match := _CONTROL.search(text):
        around = plain_sample(text, match.start())
        yield broken(
            "text.control_characters",
            f"There is a control character (U+{ord(match[0]):04X}) near “{around}”. "
            "In JSON a backslash of a formula is written twice.",
        )


def check_phrases(text: str, expected: Expected) -> Iterator[Finding]:
    """Yield findings about the phrases in a text, without its code blocks."""
    prose = plain_prose(text).strip()
    if _REFUSAL.match(prose):
        yield broken("text.refusal", f"It begins with a refusal: “{prose[:60]}”. Write what was asked for.")
    own = _QUOTED.sub(" ", prose)
    for phrase in (_GREETING.match(prose.lstrip("#*_> \n")), _FAREWELL.search(own[-_ENDS:]), _MACHINE.search(own)):
        if phrase and not _given(phrase[0], expected.given):
            yield doubt(
                "text.chat", f"It talks to whoever asked for it: “{_line(phrase[0])}”. Write for the learner only."
            )
            break
    if (placeholder := _PLACEHOLDER.search(_TEMPLATE.sub("", prose))) and not _given(placeholder[0], expected.given):
        yield doubt(
            "text.placeholder", f"There is placeholder text: “{_line(placeholder[0])}”. Write what belongs there."
        )
    if _FILLER.search(prose):
        yield hint("text.filler", "There is “lorem ipsum”, which may be filler text.")


def check_lessons(text: str, expected: Expected) -> Iterator[Finding]:
    """Yield a finding for a numbered lesson that the roadmap does not have."""
    if not expected.others:
        return
    count = len(expected.others) + 1
    for match in _LESSON.finditer(plain_prose(text)):
        number = int(next(group for group in match.groups() if group))
        if not 1 <= number <= count and not _given(match[0], expected.given):
            yield doubt("text.lessons", f"It names “{_line(match[0])}”; the roadmap has no lesson of that number.")
            return


def plain_sample(text: str, position: int) -> str:
    """Return the visible characters around a position."""
    around = text[max(0, position - 20) : position + 20]
    return " ".join("".join(char if char.isprintable() else " " for char in around).split())


def _line(phrase: str) -> str:
    return " ".join(phrase.split())[:80]


def _given(phrase: str, given: str) -> bool:
    return bool(given) and _folded(phrase) in _folded(given)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("\\", "").split())
