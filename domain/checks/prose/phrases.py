"""Phrases of chats, refusals and drafts, which no content has. A language that is not listed is passed."""

import re
from typing import Final

from domain.checks.prose.needles import Needled


def _any_of(*patterns: str, multiline: bool = False) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE | (re.MULTILINE if multiline else re.NOFLAG))


_WORK: Final = r"(?:tutorial|lesson|quiz|questions|list of resources|guide|course|json|answer)"

GREETING: Final = _any_of(
    # At the very beginning.
    r"(?:sure|certainly|of course|absolutely|great(?: question)?|okay|ok|no problem|gladly|with pleasure"
    r"|perfect|got it|understood|alright|sounds good)\s*[!,.—:-]+\s*(?=here(?:['’]s| is| are)|below (?:is"
    r"|are)|i['’](?:ll|d|ve)|i (?:will|have|can|would)|let me\b|let['’]s (?:get started|dive"
    r"|begin)[^.!\n]{0,20} (?:your|in\b)|(?:this|the following) is)",
    r"(?:sure|certainly|of course|absolutely|great question|gladly|got it|understood)\s*!",
    rf"here(?:['’]s| is| are) (?:the|your|a|an) (?:[\w-]+ ){{0,5}}{_WORK}\b(?:[^.\n]{{0,60}}(?:you (?:asked"
    rf"|requested|wanted)|as requested|for you|below)|[^.\n]{{0,60}}:\s*(?:\n|$))",
    r"as (?:you )?requested[,:]",
    rf"below is (?:the|your|a) (?:[\w-]+ ){{0,4}}{_WORK}\b",
    r"here you go\b",
    r"i(?:['’]d| would) be (?:happy|glad|delighted) to",
    r"i['’]?m (?:happy|glad) to help",
    rf"i (?:will|have|['’]ve) (?:now )?(?:create|written|write|prepare)d? (?:the|your|a"
    rf"|this) (?:[\w-]+ ){{0,4}}{_WORK}",
    r"thank(?:s| you) for (?:your|asking)",
    r"(?:hello|hi|welcome)[!,.][^.\n]{0,30}\bi(?:['’]m| am) your",
    r"(?:das|hier) (?:ist|folgt) (?:das|die|dein|ihr)e?r? [^.\n]{0,60}(?:gewünscht|angefordert)",
    r"(?:gerne?|natürlich|selbstverständlich|klar)\s*[!,][^.\n]{0,20}(?:hier|ich|!|$)",
    r"gerne!",
    r"natürlich!",
    r"hier ist [^.\n]{0,60}(?:gewünscht|angefordert)",
    r"¡(?:claro|por supuesto|perfecto|hola)!",
    r"por supuesto[,!]",
    r"claro que sí",
    r"aquí (?:tienes|está) (?:el|la|tu|su) ",
    r"(?:bien sûr|avec plaisir|certainement)\s*[!,] ?(?=!|voici|je|$|\n)",
    r"bien sûr\s*!",
    r"avec plaisir\s*!",
    r"voici (?:le|la|votre|ton) (?:tutoriel|leçon|cours|quiz)[^.\n]{0,40}demandé",
    r"claro!",
    r"com certeza!",
    r"aqui está (?:o|a) ",
    r"certo!",
    r"ecco (?:il|la) (?:tutorial|lezione|quiz) ",
    r"конечно[!,]",
    r"вот (?:ваш|твой) урок",
    r"当然(?:可以)?[!！,，]",
    r"好的[!！,，]",
    r"没问题[!！,，]",
    r"(?:以下|下面|这)是(?:您|你|为您|为你)",
    r"もちろんです?[!！。、]",
    r"承知しました",
    r"かしこまりました",
    r"以下が(?:ご依頼|レッスン)",
    r"물론(?:이죠|입니다)[!,.]",
    r"알겠습니다",
    r"بالتأكيد[!،]",
    r"بالطبع[!،]",
    r"ज़रूर[!,]",
)
FAREWELL: Final = _any_of(
    # In the last lines.
    r"let me know (?:if|whether|when|how|what)",
    r"\b(?:i )?hope (?:you (?:found|find|enjoy\w*) )?(?:this|that|it)\b[^.\n]{0,30}(?:help|useful|enjoy|clear)",
    r"feel free to (?:ask|reach|contact|let|message)",
    r"(?:would|do) you (?:like|want) me to",
    r"do you want (?:more|another|a (?:shorter|longer))[^.\n]{0,40}\?",
    r"shall i (?:go on|continue|also|write|create|prepare|explain|expand|add)\b",
    r"should i (?:go on|continue|also)",
    r"if you(?:['’]d| would) (?:like|prefer)[^.\n]{0,60}\bi (?:can|could|will)\b",
    r"happy to (?:help|expand|go|explain)",
    r"i can (?:also|now) (?:provide|create|write|give|add|make|prepare|expand)\b",
    r"i can (?:provide|create|write|expand|prepare) (?:more|another|additional|further)\b",
    r"if you have (?:any )?(?:more |other |further )?questions[^.\n]{0,20}(?:just ask|ask (?:me|away)|ask[.!]"
    r"|let me|i['’ ]|(?:don['’]t|do not) hesitate|feel free)",
    r"if you need [^.\n]{0,40}just ask",
    r"just (?:say so|ask(?: me)?[.!])",
    r"please (?:let|tell) me (?:if|whether)\b",
    r"(?:don['’]t|do not) hesitate to (?:ask|contact|reach|message)",
    r"note: i (?:have |['’]ve )?(?:shortened|omitted|kept|left|cut)",
    r"continued? in (?:the|my) next (?:message|response|answer|reply)",
    r"(?:generated|written) by an? (?:AI|language model)\b",
    r"lass(?:en sie|t)? (?:es )?mich wissen",
    r"ich hoffe, (?:das|dies|diese|die) [^.\n]{0,30}(?:hilft|hilfreich|geholfen)",
    r"soll ich (?:noch|weiter|auch)",
    r"frag(?:en sie)? mich (?:gerne?|einfach|jederzeit)",
    r"zöger\w* nicht",
    r"sag mir bescheid",
    r"espero que (?:esto |te |le |este |esta |haya |tutorial |lección |sea )*(?:ayude|sirva|útil|sido)",
    r"avísame si",
    r"házmelo saber",
    r"¿quieres que",
    r"no dud[ea]s? en (?:pregunt|consult|contact|escrib)\w+",
    r"j['’]espère que (?:cela|ça|ce|cette) ",
    r"n['’]hésite[zs]? pas à (?:me|poser|demander|nous)",
    r"dis-moi si",
    r"dites-moi si",
    r"souhaite[zs]-(?:vous|tu) que je",
    r"espero que (?:isso |este |esta )*(?:ajude|tenha|seja)",
    r"me avise se",
    r"não hesite em",
    r"fammi sapere",
    r"spero che (?:questo |questa )?(?:\w+ )?(?:ti |sia )?(?:utile|aiuti|stata|stato)",
    r"non esitare a",
    r"надеюсь, (?:это |этот |урок )*(?:помо|был)",
    r"дайте (?:мне )?знать",
    r"не стесняйтесь",
    r"希望(?:这|本|以上)[^。\n]{0,20}(?:有所?帮助|帮到|有用)",
    r"(?:如果|如)(?:你|您)?(?:还)?(?:有|需要)[^。\n]{0,20}(?:告诉我|问我|随时|提问)",
    r"随时(?:告诉|问|联系|向)我",
    r"(?:お役に立て|役に立てば)",
    r"お知らせください",
    r"ご質問(?:が|は)",
    r"お気軽に",
    r"도움이 되(?:었|길|면)",
    r"궁금한 (?:점|것)이",
    r"آمل أن ي?ت?كون هذ",
    r"أخبرني إذا",
    r"لا تتردد في",
)
MACHINE: Final = (
    Needled.of(
        "as an ai|as a ai|artificial intelligence|as a large|as an large",
        r"\bas an? (?:AI|artificial intelligence|large language)(?: language)?(?: model| assistant|,)",
    ),
    Needled.of("作为", r"作为(?:一个|一名)?(?:AI|人工智能)(?:语言)?(?:模型|助手)"),
    Needled.of("als ki|als eine ki", r"als (?:eine )?KI(?:-|\s)(?:Sprachmodell|Assistent)"),
    Needled.of("en tant qu", r"en tant qu['’](?:IA|intelligence artificielle|assistant)"),
    Needled.of("como ", r"como (?:una? )?(?:IA|modelo de lenguaje)"),
    Needled.of("my training data|my knowledge cutoff", r"my (?:training data|knowledge cutoff)"),
    Needled.of("ai言語モデル|aiアシスタント", r"AI(?:言語モデル|アシスタント)として"),
)
_UNABLE: Final = (
    r"(?:can(?:not|['’]t)|am unable to|['’]m unable to|am not able to|['’]m not able to|won['’]t(?: be able to)?)"
)
REFUSAL: Final = _any_of(
    # At the very beginning.
    rf"\W*(?:i['’]m (?:sorry|afraid)|i am (?:sorry|afraid)|sorry|unfortunately)[^.\n]{{0,20}}\b(?:{_UNABLE}"
    rf"|unable to|not able to) (?:assist|fulfil\w*|help|provide|create|write|comply|do (?:that|this)|answer"
    rf"|generate|give|continue|discuss)\b",
    rf"\W*i ?{_UNABLE} (?:assist|fulfil\w*|help (?:you|with)|provide|create|write|comply|generate|discuss)",
    r"\W*i (?:must|have to) (?:decline|refuse)",
    r"\W*i (?:decline|refuse) to (?:write|provide|help|answer)",
    r"\W*(?:很)?(?:抱歉|对不起)[，,。][^。\n]{0,20}(?:无法|不能)",
    r"\W*我(?:无法|不能)(?:提供|协助|帮助|回答|编写|生成|完成)",
    r"\W*(?:es )?tut mir (?:sehr )?leid[^.\n]{0,30}kann",
    r"\W*leider kann ich",
    r"\W*ich kann (?:dir |ihnen )?(?:dabei |damit )?nicht",
    r"\W*lo siento[^.\n]{0,20}no pued",
    r"\W*(?:je suis )?désolée?[^.\n]{0,20}je ne p",
    r"\W*desculpe[^.\n]{0,20}não posso",
    r"\W*mi dispiace[^.\n]{0,20}non posso",
    r"\W*(?:извините|к сожалению)[^.\n]{0,20}не могу",
    r"\W*申し訳(?:あり|ござい)ません[^。\n]{0,30}(?:でき|いたしかね)",
    r"\W*죄송(?:합니다|하지만)[^.\n]{0,40}(?:없습니다|어렵)",
    r"\W*(?:عذرًا|عذراً|آسف)[^.\n]{0,20}لا (?:أستطيع|يمكنني)",
)
_THING: Final = (
    r"(?:content|text|examples?|sections?|explanations?|exercises?|details?|images?|diagrams?|pictures?"
    r"|figures?|code|solution"
    r"|quote|table|chart|screenshot|link|url|name|title)"
)
PLACEHOLDER: Final = (
    Needled.of("todo|tbd|fixme|xxx", r"(?-i:\b(?:TODO|TBD|FIXME)\b\s*[:：]|^\W*\b(?:TODO|TBD|FIXME|XXX)\W*$)"),
    Needled.of(
        "goes here|to be added|to be written|to be completed|will be added|coming",
        rf"\b{_THING} (?:goes here|to be (?:added|written|completed)|will be added (?:here|soon|later)"
        rf"|coming (?:soon|later|here))\b",
        r"[:(\[]\s*coming soon\b",
    ),
    Needled.of("will follow|to follow", rf"^\W*(?:\w+ ){{0,2}}{_THING} (?:will follow|to follow)\W*$"),
    Needled.of("left as a placeholder", r"\bleft as a placeholder"),
    Needled.of("to be continued", r"^\W*to be continued\W*$"),
    Needled.of(
        "rest of|remainder of",
        r"(?:[\[({（]|\.\.\.|…)\s*(?:the )?(?:rest|remainder) of (?:the|this) (?:lesson|content|section|tutorial"
        r"|code|text|quiz)\b",
    ),
    Needled.of(
        "",
        rf"[\[{{(<（【]\s*(?:placeholder\b[^\])}}>\n]{{0,40}}|to be (?:added|written|completed|continued)|(?:your"
        rf"|add|insert|put|write) (?:[\w-]+ ){{1,6}}here|(?:insert|add|include) (?:your|an?|the|{_THING} (?:to|of"
        rf"|for|showing|about|that|with)) [^\]}})>\n]{{1,60}}|{_THING} (?:goes )?here|(?:hier"
        rf"|bitte) [^\]\n]{{1,40}} (?:einfügen|ergänzen|einsetzen)|platzhalter[^\]\n]{{0,30}}|(?:insertar?|añadir"
        rf"|agregar|escrib[ae]) [^\]\n]{{1,40}} aquí|aquí (?:va|insertar?) [^\]\n]{{1,40}}|(?:insérer"
        rf"|ajouter) [^\]\n]{{1,40}} ici|inserir [^\]\n]{{1,40}} aqui|inserire [^\]\n]{{1,40}} qui"
        rf"|вставьте [^\]\n]{{1,40}}|待补充[^\]】）\n]{{0,20}}|此处(?:插入|填写|省略|添加|补充"
        rf"|放)[^\]】）\n]{{0,30}}|ここに[^\]】）\n]{{1,30}}(?:挿入|入れる|追加|記入)"
        rf"|여기에 [^\]\n]{{1,30}}(?:삽입|추가|입력))\s*[\]}})>）】](?![(\[:])",
    ),
    Needled.of(
        "[",
        r"^\s*\[(?:image|diagram|figure|picture|screenshot|chart|illustration|video)(?: of|:)[^\]\n]{2,120}\]\s*$",
        r"^\s*\[(?:describe|explain|provide|write|list|discuss|mention|summari[sz]e) [^\]\n]{4,120}\]\s*$",
    ),
    Needled.of("{{", r"^\s*\{\{\s*\w+\s*\}\}\s*$"),
    Needled.of("内容待|此处省略|后续|稍后", r"内容待(?:补充|添加)", r"此处省略", r"(?:后续|稍后)(?:补充|添加)"),
    Needled.of(
        "folgt |wird noch ergänzt|próximamente|à compléter",
        r"folgt (?:noch|in kürze)\W*$",
        r"wird noch ergänzt",
        r"próximamente\W*$",
        r"à compléter\W*$",
    ),
)
"""Names of menus and buttons, such as [Insert Chart], are none."""
FILLER: Final = re.compile(r"lorem ipsum", re.IGNORECASE)

_OTHER_BOOK: Final = (
    r"(?!\s*(?:of|in|from|von|aus|im|de|del|du|des|di|da|из)\s+"
    r"(?!(?:this|our|the (?:course|roadmap)|die(?:ser|sem)|unser|est[ea]|ce|nuestr|questo)\b))"
)
_NUMBER: Final = (
    r"(?:#|no\.?|nr\.?|number|nummer|número|numéro)?\s*"
    r"(\d{1,4}|eleven|twelve|thirteen|fourteen|fifteen|twenty|thirty)\b"
)
LESSON: Final = (
    Needled.of(
        "lesson|lektion|leçon|lecci|lezion|liç|урок",
        rf"\b(?:lessons?|lektion(?:en)?|leçons?|lecci(?:ón|ones)|lezion[ei]|liç(?:ão|ões)"
        rf"|урок[а-я]{{0,2}})\s+{_NUMBER}{_OTHER_BOOK}",
    ),
    Needled.of(
        "of this |of our |of the ",
        rf"\b(?:chapter|module|unit|part|section)\s+{_NUMBER} of (?:this|our|the) (?:course|roadmap|series)",
    ),
    Needled.of("第", r"第\s*(\d{1,4}|[一二三四五六七八九十]{1,3})\s*[课課]"),
    Needled.of("レッスン", r"レッスン\s*(\d{1,4})"),
    Needled.of("과에서|과를", r"(\d{1,4})\s*과(?:에서|를)"),
)
"""A lesson by its number. That of a book or of another course is none of the roadmap."""
QUOTED: Final = _any_of(
    r"^[ \t]{0,3}>.*$",
    r"“[^”\n]{0,300}”",
    r"„[^“\n]{0,300}“",
    r"«[^»\n]{0,300}»",
    r"「[^」\n]{0,300}」",
    r"\"[^\"\n]{0,300}\"",
    r"‘[^’\n]{0,300}’",
    r"\*[^*\n]{1,300}\*",
    r"\b_[^_\n]{1,300}_\b",
    r"^[ \t]*\|.*$",
    multiline=True,
)
"""Examples of what somebody says: lines of quotes and tables, words in quotation marks or emphasized."""
TEMPLATE: Final = re.compile(r"^[ \t]{0,3}>.*$", re.MULTILINE)
"""A letter or contract in a quote has places to fill in."""
