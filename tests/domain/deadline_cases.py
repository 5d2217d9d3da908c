"""Deadlines in words, and the day that each names when it is said on Monday, 30 November 2026."""

from typing import Final

_READ: Final = """
    2026-12-20 2026-12-20
    2026-12-31 12月31日
    2027-06-30 2027年6月
    2027-06-30 6月底
    2027-02-22 十二周
    2028-02-29 十五个月
    2027-02-28 90 days
    2026-12-30 30天
    2028-05-30 1.5 years
    2027-02-14 2.5 months
    2026-12-21 three weeks
    2027-11-30 a year
    2027-02-28 in 3 months
    2027-03-31 by March
    2027-06-30 end of June
    2027-02-28 3 Monate
    2027-02-28 3 meses
    2027-02-28 3 mois
    2027-02-28 3か月
    2027-02-28 3개월
    2027-05-30 6 месяцев
    2026-12-20 2026年12月20日
    2027-06-30 6月30日
    2027-06-15 2027年6月15日
    2027-03-31 明年三月
    2027-05-30 半年
    2027-05-30 half a year
    2027-02-14 two and a half months
    2027-03-15 15.3.2027
    2027-03-03 March 3rd, 2027
    2027-12-25 25/12/2027
    2026-12-31 next month
    2026-12-31 end of the year
    2027-02-28 before March
    2027-06-15 until June 15
    2027-12-31 by the end of next year
    2027-02-28 ３か月
    2027-02-28 ٣ months
    2027-02-28 in drei Monaten
    2027-06-30 bis Ende Juni
    2027-03-15 bis zum 15.3.2027
    2027-03-15 bis zum 15.3.
    2027-03-03 bis zum 3. März 2027
    2027-01-11 innerhalb von 6 Wochen
    2028-05-30 anderthalb Jahre
    2027-05-30 in einem halben Jahr
    2026-12-31 nächsten Monat
    2026-12-31 bis Jahresende
    2027-02-28 vor März
    2027-02-28 dentro de 3 meses
    2027-06-30 para finales de junio
    2028-05-30 un año y medio
    2027-02-28 antes de marzo
    2027-03-15 15 de marzo de 2027
    2027-03-15 para el 15 de marzo
    2027-05-30 medio año
    2026-12-31 fin de año
    2026-12-31 el próximo mes
    2026-12-31 el mes que viene
    2027-03-31 marzo de 2027
    2027-02-28 dans 3 mois
    2027-06-30 d'ici fin juin
    2027-02-28 d’ici 3 mois
    2028-05-30 un an et demi
    2027-02-28 avant mars
    2027-03-01 le 1er mars 2027
    2027-06-30 fin juin
    2026-12-31 le mois prochain
    2026-12-31 d'ici la fin de l'année
    2026-12-21 trois semaines
    2027-03-31 mars 2027
    2027-02-28 через 3 месяца
    2027-05-30 за полгода
    2028-05-30 полтора года
    2027-03-31 к марту
    2027-06-30 до конца июня
    2026-12-31 до конца года
    2027-03-15 15 марта 2027 года
    2027-11-30 через год
    2026-12-07 через неделю
    2027-02-28 в течение трёх месяцев
    2026-12-14 две недели
    2027-02-28 3か月以内
    2027-02-28 3ヶ月後
    2027-02-22 12週間
    2027-06-30 6月末まで
    2027-03-31 来年3月
    2027-06-15 2027年6月15日まで
    2026-12-31 年末
    2026-12-31 来月
    2028-05-30 1年半
    2026-12-30 30日間
    2026-12-30 30日以内
    2027-02-22 12주
    2027-02-28 3개월 안에
    2027-06-30 6월 말까지
    2027-03-31 내년 3월
    2027-06-15 2027년 6월 15일까지
    2027-05-30 반년
    2027-02-28 세 달
    2026-12-31 다음 달
    2028-05-30 1년 반
    2026-12-31 연말
    2027-05-30 육 개월
    2026-12-30 30일 안에
    2027-02-14 두 달 반
    2027-02-28 三个月内
    2027-02-14 两个半月
    2028-05-30 一年半
    2026-12-31 年底
    2026-12-31 年底前
    2026-12-31 今年年底
    2027-12-31 2027年底
    2027-12-31 明年底
    2026-12-31 下个月
    2026-11-30 月底
    2026-12-15 半个月
    2027-03-10 一百天
    2027-02-28 3月前
    2027-05-17 二十四周
    2027-06-30 二〇二七年六月
    2026-12-31 十二月三十一日
    2027-06-30 2027年6月底之前
    2027-01-11 六个星期
    2027-11-30 一年内
    2026-12-14 两周后
    2027-03-31 end of March 2027
    2027-03-15 March 15
    2027-03-15 15 March
    2027-03-03 3 March 2027
    2027-03-15 by 15 March 2027
    2027-06-14 before 2027-06-15
    2027-01-11 within the next six weeks
    2027-02-28 3 months from now
    2027-02-28 in 3 months' time
    2027-11-30 in a year's time
    2028-05-30 a year and a half
    2028-05-30 one and a half years
    2028-05-30 1½ years
    2027-05-30 ½ year
    2028-05-30 1 1/2 years
    2028-05-30 1 year and 6 months
    2026-12-14 a fortnight
    2027-05-17 twenty-four weeks
    2027-02-28 90days
    2027-02-22 12 weeks.
    2028-05-30 1,5 Jahre
    2027-06-30 Q2 2027
    2027-12-31 end of 2027
    2027-03-31 in March
    2026-12-01 tomorrow
    2026-12-13 next week
    2026-12-31 year end
    9999-12-31 9999-12-31
    9999-12-31 9999 years
    2027-06-15 2027/06/15
    2027-06-15 2027.6.15
    2027-03-15 15-03-2027
    2028-05-30 eighteen months
    2027-02-22 12 Wochen
    2027-05-30 six mois
    2027-05-30 seis meses
    2027-05-30 6 mesi
    2027-05-30 sei mesi
    2027-06-30 entro giugno
    2027-06-30 até junho
    2027-05-30 6 meses
    2026-12-31 this year
    2026-11-30 end of month
    2027-03-31 March next year
    2026-11-30 today
    2028-02-29 29 February
    2028-02-29 2028-02-29
    2020-01-01 2020-01-01
    2020-03-31 March 2020
    2026-12-30 a month
    2026-12-30 one month
    2027-02-22 zwölf Wochen
    2026-12-15 quinze jours
    2026-12-14 dos semanas
    2027-03-15 до 15 марта
    2027-10-30 once meses
    2027-02-28 in the next 3 months
    2027-06-30 by June 2027
    2027-06-30 June 2027
    2027-06-30 Jun 2027
    2026-12-31 Dec. 31
    2026-12-31 31 Dec 2026
    2026-12-31 el 31 de diciembre
    2026-12-31 31 décembre
    2026-12-31 31. Dezember
    2026-12-31 12월 31일
    2026-12-31 31 декабря
    2027-03-31 Ende März
    2027-03-31 в марте
    2027-12-31 2027年内
    2026-12-21 三周
    2026-12-21 3 周
    2028-11-30 两年
    2030-05-30 三年半
    2028-05-30 1.5年
    2027-01-14 1.5个月
    2027-06-30 六月
    2027-06-30 6月
    2026-11-30 the end of the month
    2027-11-30 in one year
    2026-12-14 in two weeks
    2027-03-31 by the end of March
    2027-12-31 by end of 2027
    2027-03-31 until March
    2026-12-31 by next month
    2026-11-30 this month
    2028-05-30 18 months
    2027-05-30 0.5 years
    2026-12-01 1 day
    2027-03-10 hundert Tage
    2027-03-10 100 días
    2027-03-10 cent jours
    2027-06-14 vor dem 15. Juni 2027
    2027-12-31 2027년 말
    2026-12-31 올해 말
    2027-12-31 내년 말까지
    2027-02-28 3개월 이내
    2027-02-22 12주 후
    2026-12-13 다음 주
    2027-12-31 내년
    2027-12-31 来年
    2027-12-31 明年
    2026-11-30 今月末
    2026-12-31 来月末まで
    2026-12-13 来週
    2027-05-30 半年以内
    2026-12-30 一か月
    2027-02-28 三ヶ月
    2027-05-30 六ヶ月間
    2026-12-31 12月末
    2026-12-31 12月31日まで
    2026-12-30 12月31日前
    2027-06-30 2027-06
    2027-06-30 2027/6
    2027-06-15 June 15th
    2027-06-15 15th of June 2027
    2027-06-15 the 15th of June
    2027-06-15 am 15. Juni
    2027-06-15 15 juin 2027
    2027-06-14 avant le 15 juin 2027
    2027-06-14 antes del 15 de junio
    2027-06-30 hasta junio
    2027-06-30 en junio
    2026-12-31 a finales de año
    2027-02-28 in 3 Monaten
    2026-12-21 drei Wochen
    2027-11-30 ein Jahr
    2027-02-14 2,5 Monate
    2027-02-14 zweieinhalb Monate
    2028-05-30 1,5 años
    2026-12-21 tres semanas
    2027-11-30 un año
    2027-02-28 en 3 meses
    2026-12-07 una semana
    2026-12-30 un mois
    2026-12-07 une semaine
    2028-11-30 deux ans
    2027-02-14 2,5 mois
    2027-11-30 один год
    2026-12-21 три недели
    2027-02-22 12 недель
    2028-05-30 1,5 года
    2026-12-30 30 дней
    2027-02-28 90 Tage
    2027-02-28 90 días
    2027-02-28 90 jours
    2027-02-14 2.5个月
    2027-01-14 1.5か月
    2028-05-30 1.5년
    2026-12-03 in 3 days
    2026-12-03 3 day
    2026-12-31 end of next month
    2026-12-31 end of this year
    2026-12-31 le 31 décembre 2026
    2027-06-15 jusqu'au 15 juin
    2027-03-31 jusqu'à fin mars
    2027-03-31 3月
    2027-03-31 三月
    2027-03-31 三月底
    2027-02-28 三个月
    2027-02-28 3個月
    2030-01-30 3 years and 2 months
    2027-02-13 2 months 2 weeks
    2027-03-14 三个月零两周
    2026-12-31 31.12.2026
    2026-12-31 31.12.
    2026-12-31 12/31/2026
    2026-12-31 December 2026
    2026-11-30 november
    2027-11-29 29 Nov
    2027-03-15 не позднее 15 марта
    2026-12-31 к концу года
    2026-12-31 в следующем месяце
    2027-11-29 in 52 weeks
    2027-11-29 52 weeks
    2027-01-14 45 days
    2027-01-14 forty-five days
    2027-05-30 in six months
    2027-12-31 2027年12月
    2026-12-31 2027年前
    2026-12-31 2027年之前
    2027-08-30 九个月
    2027-09-30 十个月
    2027-04-19 二十周
    2032-08-30 300 weeks
    2027-01-11 六周
    2027-03-30 一百二十天
    2027-11-30 в течение года
    2027-11-30 in the next year
    2026-12-30 in the next month
    2027-12-31 im nächsten Jahr
    2026-12-31 年内
    2026-12-31 年内に
    2026-11-30 今月中に
    2026-12-31 今年内
    2026-11-30 本月底
    2026-12-30 三十天
    2026-12-14 二週間以内
    2027-12-31 来年末
    2027-03-15 15-Mar-2027
    2027-12-31 l'an prochain
    2026-12-31 cette année
    2026-12-31 este año
    2027-06-30 a fines de junio
    2026-12-31 올해 안에
    2026-11-30 이번 달 말까지
    2026-12-31 다음 달 말까지
    2027-03-31 3월까지
    2027-03-31 3월 31일까지
    2027-11-30 일 년
    2026-12-07 일주일
    2028-02-29 십오 개월
    2026-12-31 до 31.12.2026
    2027-03-01 к 1 марта
    2027-03-15 три с половиной месяца
    2026-12-15 полмесяца
    2027-02-28 in less than 3 months
    2027-02-28 en menos de 3 meses
    2027-06-15 on or before June 15
    2027-06-30 avant fin juin
    2026-12-31 antes de fin de año
    2027-06-30 antes de finales de junio
    2027-06-30 vor Ende Juni
    2027-06-30 before the end of June
    2027-05-30 через полгода
    2027-05-30 半年後
    2027-03-30 2027年3月31日之前
    2027-02-28 3 meses a partir de hoy
    2027-05-30 в течение шести месяцев
    2027-01-14 one and a half months
    2028-11-30 2 ans
    2027-12-31 l'année prochaine
    2027-12-31 an prochain
    2027-05-30 six-month
    2027-06-15 el 15 de junio de 2027
    2029-11-30 3 Jahre
    2027-05-30 ein halbes Jahr
    2026-12-28 四个星期
    2027-02-14 2个半月
    2026-12-31 １２月３１日
    2027-02-28 ٩٠ days
    2027-02-22 ١٢ weeks
    2027-06-30 2027年６月
"""

READ: Final = tuple(tuple(line.strip().split(" ", 1)) for line in _READ.splitlines() if line.strip())
"""(day, words)"""

NOT_READ: Final = (
    "2027年中",
    "年中",
    "6月中",
    "bis in 3 Monaten",
    "the next month",
    "Mitte Juni",
    "le weekend",
    "03/04/2027",
    "3 months ago",
    "-3 months",
    "0 weeks",
    "3-4 months",
    "三四个月",
    "soon",
    "when I am old",
    "1,500 days",
    "3² months",
    "30日",
    "3个月前",
    "Q2",
    "2027",
    "by 2027",
    "mid June",
    "early June",
    "June 31",
    "2027-02-30",
    "2027-13-01",
    "12345-01-01",
    "99999 months",
    "24 hours of Le Mans",
    "a few weeks",
    "3 months or 6 months",
    "in 3 months maybe",
    "month",
    "year",
    "3",
    "<b>3 months</b>",
    "",
    "   ",
    "bis Weihnachten",
    "sometime next year",
    "in about 3 months",
    "0 months",
    "2027年度",
    "für 3 Monate",
    "90일",
    "90日",
    "a decade",
    "2 weeks and 2 months",
    "mid-June",
    "6月中旬",
    "6月初",
    "summer 2027",
    "32.12.2026",
    "5.6",
    "2026-12-20T10:00:00",
    "20261220",
    "с 15 марта",
    "month 3",
    "week 3",
    "3 months please",
    "两三个月",
    "几个月",
    "俩月",
    "百日",
)
"""Nothing that is surely a day: ranges, what is past without a date, what may be two days, what is only nearly one."""
