"""Phrases of chats, refusals and drafts, which no content has. A language that is not listed is passed."""

import re
from typing import Final

_WORK: Final = r"(?:tutorial|lesson|quiz|questions|list of resources|guide|course|json|answer)"

GREETING: Final = re.compile(
    # At the very beginning.
    r"(?:sure|certainly|of course|absolutely|great(?: question)?|okay|ok|no problem|gladly|with pleasure|perfect"
    r"|got it|understood|alright|sounds good)\s*[!,.—:-]+\s*"
    r"(?=here(?:['’]s| is| are)|below (?:is|are)|i['’](?:ll|d|ve)|i (?:will|have|can|would)|let me\b"
    r"|let['’]s (?:get started|dive|begin)[^.!\n]{0,20} (?:your|in\b)|(?:this|the following) is)"
    r"|(?:sure|certainly|of course|absolutely|great question|gladly|got it|understood)\s*!"
    rf"|here(?:['’]s| is| are) (?:the|your|a|an) (?:[\w-]+ ){{0,5}}{_WORK}\b"
    r"(?:[^.\n]{0,60}(?:you (?:asked|requested|wanted)|as requested|for you|below)|[^.\n]{0,60}:\s*(?:\n|$))"
    rf"|as (?:you )?requested[,:]|below is (?:the|your|a) (?:[\w-]+ ){{0,4}}{_WORK}\b|here you go\b"
    r"|i(?:['’]d| would) be (?:happy|glad|delighted) to|i['’]?m (?:happy|glad) to help|i (?:will|have"
    r"|['’]ve) (?:now )?"
    rf"(?:create|written|write|prepare)d? (?:the|your|a|this) (?:[\w-]+ ){{0,4}}{_WORK}|thank(?:s"
    rf"| you) for (?:your|asking)"
    rf"|(?:hello|hi|welcome)[!,.][^.\n]{{0,30}}\bi(?:['’]m| am) your|(?:das|hier) (?:ist|folgt) (?:das|die|dein"
    rf"|ihr)e?r? "
    r"[^.\n]{0,60}(?:gewünscht|angefordert)"
    r"|(?:gerne?|natürlich|selbstverständlich|klar)\s*[!,][^.\n]{0,20}(?:hier|ich|!|$)|gerne!|natürlich!"
    r"|hier ist [^.\n]{0,60}"
    r"(?:gewünscht|angefordert)"
    r"|¡(?:claro|por supuesto|perfecto|hola)!|por supuesto[,!]|claro que sí|aquí (?:tienes|está) (?:el|la|tu|su) "
    r"|(?:bien sûr|avec plaisir|certainement)\s*[!,] ?(?=!|voici|je|$|\n)|bien sûr\s*!|avec plaisir\s*!"
    r"|voici (?:le|la|votre|ton) (?:tutoriel|leçon|cours|quiz)[^.\n]{0,40}demandé"
    r"|claro!|com certeza!|aqui está (?:o|a) |certo!|ecco (?:il|la) (?:tutorial|lezione|quiz) "
    r"|конечно[!,]|вот (?:ваш|твой) урок|当然(?:可以)?[!！,，]|好的[!！,，]|没问题[!！,，]|(?:以下|下面"
    r"|这)是(?:您|你|为您|为你)"
    r"|もちろんです?[!！。、]|承知しました|かしこまりました|以下が(?:ご依頼|レッスン)|물론(?:이죠|입니다)[!,.]"
    r"|알겠습니다"
    r"|بالتأكيد[!،]|بالطبع[!،]|ज़रूर[!,]",
    re.IGNORECASE,
)
FAREWELL: Final = re.compile(
    # In the last lines.
    r"let me know (?:if|whether|when|how|what)|\b(?:i )?hope (?:you (?:found|find|enjoy\w*) )?(?:this|that"
    r"|it)\b[^.\n]{0,30}"
    r"(?:help|useful|enjoy|clear)|feel free to (?:ask|reach|contact|let|message)|(?:would|do) you (?:like|want) me to"
    r"|do you want (?:more|another|a (?:shorter|longer))[^.\n]{0,40}\?|shall i (?:go on|continue|also|write"
    r"|create|prepare|explain|expand|add)\b|should i (?:go on|continue|also)"
    r"|if you(?:['’]d| would) (?:like|prefer)[^.\n]{0,60}\bi (?:can|could|will)\b|happy to (?:help|expand|go|explain)"
    r"|i can (?:also|now) (?:provide|create|write|give|add|make|prepare|expand)\b"
    r"|i can (?:provide|create|write|expand|prepare) (?:more|another|additional|further)\b"
    r"|if you have (?:any )?(?:more |other |further )?questions[^.\n]{0,20}"
    r"(?:just ask|ask (?:me|away)|ask[.!]|let me|i['’ ]|(?:don['’]t"
    r"|do not) hesitate"
    r"|feel free)|if you need [^.\n]{0,40}just ask|just (?:say so|ask(?: me)?[.!])|please (?:let|tell) me (?:if"
    r"|whether)\b"
    r"|(?:don['’]t|do not) hesitate to (?:ask|contact|reach|message)|note: i (?:have |['’]ve )?(?:shortened"
    r"|omitted|kept|left|cut)"
    r"|continued? in (?:the|my) next (?:message|response|answer|reply)|(?:generated|written) by an? (?:AI"
    r"|language model)\b"
    r"|lass(?:en sie|t)? (?:es )?mich wissen|ich hoffe, (?:das|dies|diese|die) [^.\n]{0,30}(?:hilft|hilfreich"
    r"|geholfen)"
    r"|soll ich (?:noch|weiter|auch)|frag(?:en sie)? mich (?:gerne?|einfach|jederzeit)|zöger\w* nicht"
    r"|sag mir bescheid"
    r"|espero que (?:esto |te |le |este |esta |haya |tutorial |lección |sea )*(?:ayude|sirva|útil|sido)"
    r"|avísame si|házmelo saber"
    r"|¿quieres que|no dud[ea]s? en (?:pregunt|consult|contact|escrib)\w+"
    r"|j['’]espère que (?:cela|ça|ce|cette) |n['’]hésite[zs]? pas à (?:me|poser|demander|nous)|dis-moi si"
    r"|dites-moi si"
    r"|souhaite[zs]-(?:vous|tu) que je|espero que (?:isso |este |esta )*(?:ajude|tenha|seja)|me avise se"
    r"|não hesite em"
    r"|fammi sapere|spero che (?:questo |questa )?(?:\w+ )?(?:ti |sia )?(?:utile|aiuti|stata|stato)|non esitare a"
    r"|надеюсь, (?:это |этот |урок )*(?:помо|был)|дайте (?:мне )?знать|не стесняйтесь"
    r"|希望(?:这|本|以上)[^。\n]{0,20}(?:有所?帮助|帮到|有用)|(?:如果|如)(?:你|您)?(?:还)?(?:有"
    r"|需要)[^。\n]{0,20}(?:告诉我|问我|随时|提问)"
    r"|随时(?:告诉|问|联系|向)我|(?:お役に立て|役に立てば)|お知らせください|ご質問(?:が|は)|お気軽に"
    r"|도움이 되(?:었|길|면)|궁금한 (?:점|것)이|آمل أن ي?ت?كون هذ|أخبرني إذا|لا تتردد في",
    re.IGNORECASE,
)
MACHINE: Final = re.compile(
    r"\bas an? (?:AI|artificial intelligence|large language)(?: language)?(?: model| assistant|,)"
    r"|作为(?:一个|一名)?(?:AI|人工智能)(?:语言)?(?:模型|助手)|als (?:eine )?KI(?:-|\s)(?:Sprachmodell|Assistent)"
    r"|en tant qu['’](?:IA|intelligence artificielle|assistant)|como (?:una? )?(?:IA|modelo de lenguaje)"
    r"|my (?:training data|knowledge cutoff)|AI(?:言語モデル|アシスタント)として",
    re.IGNORECASE,
)
_UNABLE: Final = (
    r"(?:can(?:not|['’]t)|am unable to|['’]m unable to|am not able to|['’]m not able to|won['’]t(?: be able to)?)"
)
REFUSAL: Final = re.compile(
    # At the very beginning.
    rf"\W*(?:i['’]m (?:sorry|afraid)|i am (?:sorry|afraid)|sorry|unfortunately)[^.\n]{{0,20}}\b(?:{_UNABLE}"
    rf"|unable to|not able to)"
    r" (?:assist|fulfil\w*|help|provide|create|write|comply|do (?:that|this)|answer|generate|give|continue|discuss)\b"
    rf"|\W*i ?{_UNABLE} (?:assist|fulfil\w*|help (?:you|with)|provide|create|write|comply|generate|discuss)"
    r"|\W*i (?:must|have to) (?:decline|refuse)|\W*i (?:decline|refuse) to (?:write|provide|help|answer)"
    r"|\W*(?:很)?(?:抱歉|对不起)[，,。][^。\n]{0,20}(?:无法|不能)|\W*我(?:无法|不能)(?:提供|协助|帮助|回答|编写"
    r"|生成|完成)"
    r"|\W*(?:es )?tut mir (?:sehr )?leid[^.\n]{0,30}kann|\W*leider kann ich|\W*ich kann (?:dir "
    r"|ihnen )?(?:dabei |damit )?nicht"
    r"|\W*lo siento[^.\n]{0,20}no pued|\W*(?:je suis )?désolée?[^.\n]{0,20}je ne p|\W*desculpe[^.\n]{0,20}não posso"
    r"|\W*mi dispiace[^.\n]{0,20}non posso|\W*(?:извините|к сожалению)[^.\n]{0,20}не могу"
    r"|\W*申し訳(?:あり|ござい)ません[^。\n]{0,30}(?:でき|いたしかね)|\W*죄송(?:합니다"
    r"|하지만)[^.\n]{0,40}(?:없습니다|어렵)"
    r"|\W*(?:عذرًا|عذراً|آسف)[^.\n]{0,20}لا (?:أستطيع|يمكنني)",
    re.IGNORECASE,
)
_THING: Final = (
    r"(?:content|text|examples?|sections?|explanations?|exercises?|details?|images?|diagrams?|pictures?"
    r"|figures?|code|solution"
    r"|quote|table|chart|screenshot|link|url|name|title)"
)
PLACEHOLDER: Final = re.compile(
    r"(?-i:\b(?:TODO|TBD|FIXME)\b\s*[:：]|^\W*\b(?:TODO|TBD|FIXME|XXX)\W*$)"
    rf"|\b{_THING} (?:goes here|to be (?:added|written|completed)|will be added (?:here|soon|later)"
    rf"|coming (?:soon|later|here))\b"
    rf"|^\W*(?:\w+ ){{0,2}}{_THING} (?:will follow|to follow)\W*$|[:(\[]\s*coming soon\b|\bleft as a placeholder"
    r"|^\W*to be continued\W*$|(?:[\[({（]|\.\.\.|…)\s*(?:the )?(?:rest|remainder) of (?:the|this) "
    r"(?:lesson|content|section|tutorial|code|text|quiz)\b"
    rf"|[\[{{(<（【]\s*(?:placeholder\b[^\])}}>\n]{{0,40}}|to be (?:added|written|completed|continued)"
    r"|(?:your|add|insert|put|write) (?:[\w-]+ ){1,6}here"
    rf"|(?:insert|add|include) (?:your|an?|the|{_THING} (?:to|of|for|showing|about|that|with)) [^\]}})>\n]{{1,60}}"
    rf"|{_THING} (?:goes )?here|(?:hier|bitte) [^\]\n]{{1,40}} (?:einfügen|ergänzen|einsetzen)"
    rf"|platzhalter[^\]\n]{{0,30}}"
    r"|(?:insertar?|añadir|agregar|escrib[ae]) [^\]\n]{1,40} aquí|aquí (?:va|insertar?) [^\]\n]{1,40}"
    r"|(?:insérer|ajouter) [^\]\n]{1,40} ici|inserir [^\]\n]{1,40} aqui|inserire [^\]\n]{1,40} qui"
    r"|вставьте [^\]\n]{1,40}"
    r"|待补充[^\]】）\n]{0,20}|此处(?:插入|填写|省略|添加|补充|放)[^\]】）\n]{0,30}"
    r"|ここに[^\]】）\n]{1,30}(?:挿入|入れる|追加|記入)"
    r"|여기에 [^\]\n]{1,30}(?:삽입|추가|입력)"
    r")\s*[\]})>）】](?![(\[:])"
    rf"|^\s*\[(?:image|diagram|figure|picture|screenshot|chart|illustration|video)(?: of|:)[^\]\n]{{2,120}}\]\s*$"
    r"|^\s*\[(?:describe|explain|provide|write|list|discuss|mention|summari[sz]e) [^\]\n]{4,120}\]\s*$"
    r"|^\s*\{\{\s*\w+\s*\}\}\s*$|内容待(?:补充|添加)|此处省略|(?:后续|稍后)(?:补充|添加)|folgt (?:noch|in kürze)\W*$"
    r"|wird noch ergänzt|próximamente\W*$|à compléter\W*$",
    re.IGNORECASE | re.MULTILINE,
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
LESSON: Final = re.compile(
    r"\b(?:lessons?|lektion(?:en)?|leçons?|lecci(?:ón|ones)|lezion[ei]|liç(?:ão|ões)|урок[а-я]{0,2})\s+"
    rf"{_NUMBER}{_OTHER_BOOK}"
    rf"|\b(?:chapter|module|unit|part|section)\s+{_NUMBER} of (?:this|our|the) (?:course|roadmap|series)"
    r"|第\s*(\d{1,4}|[一二三四五六七八九十]{1,3})\s*[课課]|レッスン\s*(\d{1,4})|(\d{1,4})\s*과(?:에서|를)",
    re.IGNORECASE,
)
"""A lesson by its number. That of a book or of another course is none of the roadmap."""
QUOTED: Final = re.compile(
    r"^[ \t]{0,3}>.*$|“[^”\n]{0,300}”|„[^“\n]{0,300}“|«[^»\n]{0,300}»|「[^」\n]{0,300}」|\"[^\"\n]{0,300}\""
    r"|‘[^’\n]{0,300}’|\*[^*\n]{1,300}\*|\b_[^_\n]{1,300}_\b|^[ \t]*\|.*$",
    re.MULTILINE,
)
"""Examples of what somebody says: lines of quotes and tables, words in quotation marks or emphasized."""
TEMPLATE: Final = re.compile(r"^[ \t]{0,3}>.*$", re.MULTILINE)
"""A letter or contract in a quote has places to fill in."""
