"""The words of time, language after language; one table for each kind of word.

`a|b` are forms of one word, regular expressions without groups. Everything is casefolded.
"""

from typing import Final

MONTHS: Final[tuple[str, ...]] = (
    "january|jan|januar|jänner|enero|ene|janvier|janv|gennaio|janeiro|январь|января|январю|январе",
    "february|feb|februar|febrero|février|fevrier|févr|febbraio|fevereiro|февраль|февраля|февралю|феврале",
    "march|mar|märz|maerz|mär|marzo|mars|março|март|марта|марту|марте",
    "april|apr|abril|abr|avril|avr|aprile|апрель|апреля|апрелю|апреле",
    "may|mai|mayo|maggio|maio|май|мая|маю|мае",
    "june|jun|juni|junio|juin|giugno|junho|июнь|июня|июню|июне",
    "july|jul|juli|julio|juillet|juil|luglio|julho|июль|июля|июлю|июле",
    "august|aug|agosto|ago|août|aout|август|августа|августу|августе",
    "september|sept|sep|septiembre|setiembre|septembre|settembre|setembro|сентябрь|сентября|сентябрю|сентябре",
    "october|oct|oktober|okt|octubre|octobre|ottobre|outubro|октябрь|октября|октябрю|октябре",
    "november|nov|noviembre|novembre|novembro|ноябрь|ноября|ноябрю|ноябре",
    "december|dec|dezember|dez|diciembre|dic|décembre|decembre|déc|dicembre|dezembro|декабрь|декабря|декабрю|декабре",
)

UNITS: Final[dict[str, str]] = {
    "day": "days?|tage?n?|d[ií]as?|jours?|giorn[oi]|день|дня|дней|天",
    "week": "weeks?|wks?|wochen?|semanas?|semaines?|settiman[ae]|недел[яюиье]|недель"
    "|周|週|个?星期|個?星期|个?礼拜|個?禮拜|週間|주일?|주간",
    "fortnight": "fortnights?",
    "month": "months?|mths?|mos?|monat(?:en|es|e|s)?|mes(?:es)?|m[eê]s|mois|mes[ei]|месяц(?:а|ев|е)?"
    "|[个個箇]月|[かヶヵカケ]月間?|(?<=半)月|개월|달",
    "year": "years?|yrs?|jahr(?:en|es|e|s)?|años?|anos?|ans?|années?|ann[oi]|год[ау]?|лет|年間?|년",
}
ONLY_IN_SPANS: Final[dict[str, str]] = {"day": "日間|日|일간?"}
"""Usually days of a month; a span only together with a word for it ("30日以内")."""

_TENS_EN = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ONES_EN = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_ONES_DE = ["ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"]
_TENS_DE = ["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"]
_TENS_FR = ["vingt", "trente", "quarante", "cinquante", "soixante"]
_ONES_FR = ["un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"]
_TENS_RU = ["двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"]
_ONES_RU = ["один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"]
_ONES_ES = ["uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"]
_TENS_ES = ["treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]
_TO_TWENTY: Final = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty",
    "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn zwanzig",
    "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte",
    "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf vingt",
    "uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
    "diciassette diciotto diciannove venti",
    "um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete dezoito "
    "dezenove vinte",
    "один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать "
    "пятнадцать шестнадцать семнадцать восемнадцать девятнадцать двадцать",
    "одного двух трёх четырёх пяти шести семи восьми девяти десяти одиннадцати двенадцати",
    "одну две трех четырех",
    "하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열 열하나 열둘 열셋 열넷 열다섯 열여섯 열일곱 열여덟 열아홉 스물",
    "한 두 세 네",
)
_TENS: Final = (_TENS_EN, ["zwanzig", *_TENS_DE[1:]], ["vingt", *_TENS_FR[1:]], _TENS_RU, ["veinte", *_TENS_ES])


def _numbers() -> dict[str, float]:
    numbers: dict[str, float] = {}
    for line in _TO_TWENTY:
        numbers |= {word: float(number) for number, word in enumerate(line.split(), 1)}
    numbers |= {"석": 3, "넉": 4, "열한": 11, "열두": 12, "열세": 13, "열네": 14, "스무": 20, "duas": 2}
    numbers |= {"a hundred": 100, "one hundred": 100, "hundert": 100, "cien": 100, "cent": 100, "сто": 100}
    numbers["quatre-vingt-dix"] = 90
    for tens in _TENS:
        numbers |= {word: 10.0 * number for number, word in enumerate(tens, 2)}
    for tens_number, tens_en in enumerate(_TENS_EN, 2):
        for one, (en, de, ru) in enumerate(zip(_ONES_EN, _ONES_DE, _ONES_RU, strict=True), 1):
            value = 10.0 * tens_number + one
            numbers |= {f"{tens_en}-{en}": value, f"{tens_en} {en}": value}
            numbers |= {f"{de}und{_TENS_DE[tens_number - 2]}": value, f"{_TENS_RU[tens_number - 2]} {ru}": value}
    for tens_number, tens_fr in enumerate(_TENS_FR, 2):
        numbers |= {f"{tens_fr}-{fr}": 10.0 * tens_number + one for one, fr in enumerate(_ONES_FR, 1)}
    for one, es in enumerate(_ONES_ES, 1):
        numbers[f"veinti{es}"] = 20.0 + one
        numbers |= {f"{tens} y {es}": 10.0 * number + one for number, tens in enumerate(_TENS_ES, 3)}
    for german, value in {"zwei": 2, "drei": 3, "vier": 4, "fünf": 5}.items():
        numbers[f"{german}einhalb"] = value + 0.5
    articles = "a an one ein eine einem einer einen eines un una une um uma uno een один одну одного одной"
    numbers |= dict.fromkeys(articles.split(), 1.0)
    numbers |= {"eineinhalb": 1.5, "anderthalb": 1.5, "полтора": 1.5, "полторы": 1.5, "полутора": 1.5}
    return {word.casefold(): value for word, value in numbers.items()}


NUMBERS: Final = _numbers()

HALF: Final = (
    "half an?|an? half|half|ein(?:em|es|e)? halb(?:es|en|er|e)|halb(?:es|en|e)|medi[oa]|une? demi-?|demi-?"
    "|mezz[oa]|mei[oa]|半个?|半個?|半か?|반|пол"
)
AND_A_HALF: Final = "and an? half|y medi[oa]|et demie?|e mezz[oa]|e mei[oa]|und ein halb(?:es|er)|с половиной|半|반"

WITHIN: Final = (
    "in|within|inside|inside of|in less than|in under|en menos de|en moins de|in weniger als"
    "|en un plazo de|(?:in|within|over|for) the next|over|for|after|innerhalb|innerhalb von|binnen|nach"
    "|in den nächsten|innerhalb der nächsten|en|dentro de|en (?:los próximos|las próximas)|dans|sous|d'ici"
    "|dans les(?: prochaine?s)?|через|за|в течение|в ближайшие|на|entro|tra|fra|em|daqui a|在|于|未来|앞으로|あと"
)
ALONE: Final = "через|за|в течение|(?:in|within|over) the next"
"""Words before a unit without a number, meaning one."""
AFTERWARDS: Final = (
    "from now|from today|from now on|(?:'s?|s')? ?time|ab (?:heute|jetzt)|à partir d'aujourd'hui|a partir de hoy"
    "|a partir de hoje|desde hoy|(?:之|以)?[内內]|(?:之|以)?[后後]|里|的?时间|の?(?:以内|うち)に?|後に?|で"
    "|안에?|이?내에?|후에?|뒤에?|동안에?"
)
CLEARLY_A_SPAN: Final = "(?:之|以)?[内內]に?|(?:之|以)?[后後]に?|동안에?|안에|이내에?|후에?|뒤에?"

BY: Final = (
    "by|until|till|til|up to|on or before|no later than|not later than|latest|on|in|due|at"
    "|bis|zum|zu|spätestens|am|im"
    "|para|hasta|a más tardar|en|el|la|los|a|até|o|em"
    "|d'ici|jusqu'à|jusqu'au|jusqu'en|pour|le|l'|au plus tard|au|à"
    "|entro|il|fino a|к|ко|до|не позднее|в|截止到?|截至|到|至|在|于|不晚于|最晚|最迟|不迟于"
)
"""Words before a day, one to three of them: "bis zum", "au plus tard le"."""
BY_AFTER: Final = "まで(?:に(?:は)?)?|に|까지|[为為]止|at the latest|spätestens|au plus tard|内|中に|份|[안중내]에"
BEFORE: Final = (
    "before|prior to|ahead of|vor dem|vor der|vor|antes de la|antes del|antes de|antes do|avant le|avant la|avant l'"
    "|avant|перед|prima di|prima del"
)
BEFORE_AFTER: Final = "之前|以前|前|の?前(?:に|まで(?:に)?)?|以前に|이?전에?|전까지"

END: Final = (
    "(?:the )?(?:very )?end of(?: the)?|end|zum ende des|ende des|ende der|ende"
    "|(?:el |al )?(?:final|fin)(?:ales|es)?(?: del| de la| de)?"
    "|(?:la |à la )?fin(?: de l'| de la| du| de| d')?|(?:il |la )?fine(?: di| del| dell')?|(?:o )?(?:fim|final) d[eo]"
    "|конца?|концу|конце|конец"
)
END_AFTER: Final = "の?末|底|末尾|말|内に?|(?:'?s)?[ -]end|ende"

PERIODS: Final[dict[str, str]] = {
    "week": "week|woche|semana|semaine|settimana|недел[иеяю]|周|週|星期|주",
    "month": "month|monat(?:es|s)?|mes|mois|mese|mês|месяц[ауе]?|个?月|個?月|달",
    "year": "year|jahr(?:es|s|e)?|año|ano|année|an|anno|год[ауе]?|年|해|연",
}
ARTICLES: Final = "the|this|des|der|dieses|del|de la|de|du|l'|la|le|el|il|этого|этой|本|今"
"""Words before a period whose end is meant: "end of the year"."""
THIS: Final = "this|the current|diese[nrs]?|est[ea]|cette|ce|quest[ao]|эт(?:ого|ой|от|у)|本|这个?|這個?|今|이번|올"
NEXT: Final = (
    "next|nächste[nrs]?|kommende[nrs]?|próxim[oa]|prossim[oa]|следующ(?:его|ей|ему|ий|ем|ую|ая)"
    "|下个?|下個?|来|來|다음|내"
)

CLEARLY_WITHIN: Final = (
    "in|within|in the next|within the next|innerhalb von|innerhalb|binnen|in den nächsten|en|dentro de|dans|d'ici"
    "|через|за|в течение|entro|tra|fra|em"
)
"""Words before a span at the end of a goal."""
CLEARLY_BY: Final = (
    "by|until|before|no later than|bis|bis zum|spätestens|vor|para|hasta|antes de|d'ici|avant|jusqu'(?:à|en|au)"
    "|до|к|entro|até"
)
"""Words before a date at the end of a goal."""

HOURS: Final = (
    "hours?|hrs?|h|(?:wochen)?stunden?|std\\.?|horas?|heures?|or[ae]|час(?:ов|а)?|ч"
    "|[个個]?小[时時]|[个個]?钟头|時間|시간씩?"
)
MINUTES: Final = "minutes?|mins?|minuten?|minutos?|minut[oi]|минут[аыу]?|мин|分[钟鐘]?間?|분"
A_WEEK: Final = (
    "(?:an?|per|each|every|/|in a) ?(?:week|wk)|weekly|/ ?w|(?:pro|die|in der|je|jede|/) ?woche|wöchentlich"
    "|(?:por|a la|a|à|à la|cada|/) ?semana|semana(?:les|is)|(?:par|/|chaque) ?semaine|hebdomadaires?"
    "|(?:alla|a|la|per|ogni) settimana|settimanali|в неделю|каждую неделю|еженедельно|/ ?[周週주]|每周|毎週"
)
WEEKLY: Final = (
    "每[周週]|每个?星期|每礼拜|一[周週]|一个?星期|毎週に?|1?週間に|週に?|매주|주당?|(?:일주일|1주일?)에"
    "|wöchentlich|jede woche|pro woche|weekly|every week|each week|cada semana|chaque semaine|ogni settimana"
    "|еженедельно|каждую неделю"
)
A_DAY: Final = (
    "(?:an?|per|each|every|/) ?day|daily|(?:pro|am|jeden|je|/) ?tag|täglich|(?:por|al|cada|ao|/) ?d[ií]a"
    "|diari[ao]s|(?:par|chaque|/) ?jour|(?:al|ogni) giorno|в день|каждый день|ежедневно"
)
DAILY: Final = (
    "每[天日]|一天|毎日|1?日に|매일|하루에?|täglich|jeden tag|daily|every day|each day|cada d[ií]a|chaque jour"
    "|ogni giorno|каждый день|ежедневно"
)
LEARNING: Final = (
    "learn(?:ing)?|study|master|become|understand|know|pass|want to|i want|i'd like to|improve|prepare"
    "|lernen?|(?:lerne|werde|kann) ich|beherrschen|bestehen|verstehen|werden|können|will ich|möchte(?: ich)?"
    "|ich (?:will|möchte)"
    "|aprender|estudiar|dominar|aprobar|quiero|quisiera|me gustaría|estudar|passar|quero|gostaria de"
    "|apprendre|étudier|maîtriser|réussir|devenir|je (?:veux|voudrais|souhaite)|j'aimerais"
    "|imparare|studiare|diventare|superare|voglio|vorrei|выучить|научиться|изучить|освоить|сдать|стать|хочу|понять"
)
"""Words of learning or wishing, beside which a span of a goal is its deadline."""
OTHER_CLAUSE: Final = (
    "while|because|so|with|without|for (?:my|work|a|fun)|from (?:scratch|zero)|as a|mit|ohne|weil|damit"
    "|für meine?n?|von (?:null|grund)|con|sin|porque|desde cero|para mi|avec|sans|pour mon|parce|com|sem|do zero"
    "|senza|da zero|с|без|для|чтобы"
)
"""Words after a span that begin another clause; "of" is not among them ("in 3 months of war")."""

WORKING: Final = (
    "work(?:s|ing)?|job|arbeite[nt]?|trabaj\\w*|travaill\\w*|lavor\\w*|trabalh\\w*|работ\\w*|工作|上班|仕事|働\\w*|일"
)
"""Other activities that take hours a week, such as a job."""
OR: Final = r"(?:\d|\s)(?:[-–—~～〜/]|(?<!up )to|or|bis|oder|до|или|至|到|或|から|か|에서|또는)|\d ?(?:à|ou|a|o|y|e)"
"""Words before the second number of a range."""
PAST: Final = "last|past|letzten|últim[oa]s|derniers|dernières|последние|过去|最近|近|過去|지난"
