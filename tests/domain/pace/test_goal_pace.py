"""Hours and deadlines in goals are taken where nothing else can be meant."""

import pytest

from domain.pace.goal_pace import deadline_in, hours_in, without_times
from tests.support.deadlines import TODAY


def test_what_a_goal_clearly_says_of_time_is_read(subtests: pytest.Subtests) -> None:
    for goal, hours, deadline in [
        ("learn Go, 4 hours a week", 4, None),
        ("learn Go in 3 months, 4 hours a week", 4, "in 3 months"),
        ("learn Go, 4 hours a week, in 3 months.", 4, "in 3 months"),
        ("10h/week piano", 10, None),
        ("piano 10 h / wk", 10, None),
        ("up to 6 hours per week of Go", 6, None),
        ("1.5 hours a week of Go", 1.5, None),
        ("learn Spanish by March 2027", None, "by March 2027"),
        ("每周6小时学习Go", 6, None),
        ("学Go，每周６小时，三个月内", 6, "三个月内"),
        ("3个月内学会西班牙语", None, "3个月内"),
        ("Klavier, 2 Stunden pro Woche", 2, None),
        ("Klavier lernen in 3 Monaten", None, "in 3 Monaten"),
        ("aprender Go en 3 meses, 5 horas por semana", 5, "en 3 meses"),
        ("apprendre Go en 3 mois, 5 heures par semaine", 5, "en 3 mois"),
        ("выучить Go за 3 месяца, 6 часов в неделю", 6, "за 3 месяца"),
        ("in 3 months I want to know Go", None, "in 3 months"),
        ("I have 3 months to learn Spanish, about 5 hours a week", 5, "3 months"),
        ("I want to learn, in 3 months, how to bake sourdough", None, "in 3 months"),
        ("learn Spanish within 6 months while working 40 hours a week", None, "within 6 months"),
        ("Master Excel by 2027-06-30 with 3 hours per week for my job", 3, "by 2027-06-30"),
        ("take 30 minutes a day to learn Arabic", 3.5, None),
        ("Ich möchte in 2 Monaten Gitarre lernen, 3 Stunden pro Woche", 3, "in 2 Monaten"),
        ("In 3 Monaten will ich Python können", None, "In 3 Monaten"),
        ("Wie werde ich bis März 2027 Yogalehrerin?", None, "bis März 2027"),
        ("quiero aprender alemán en 3 meses con 5 horas a la semana", 5, "en 3 meses"),
        ("en 6 meses quiero tocar el piano", None, "en 6 meses"),
        ("tengo dos meses para aprender a nadar", None, "dos meses"),
        ("apprendre le piano en six mois, 2 heures par semaine, débutant", 2, "en six mois"),
        ("Ho 3 mesi per imparare il francese, 4 ore alla settimana", 4, "3 mesi"),
        ("aprender em 2 meses a cozinhar", None, "em 2 meses"),
        ("за 3 месяца выучить английский с нуля", None, "за 3 месяца"),
        ("Хочу за полгода научиться играть на гитаре, 4 часа в неделю", 4, "за полгода"),
        ("毎日1時間、3ヶ月でPythonを学びたい", 7, "3ヶ月で"),
        ("三个月学会弹吉他，每周4小时", 4, "三个月"),
        ("一周学五个小时的日语", 5, None),
        ("6개월 동안 파이썬을 배우고 싶어요", None, "6개월 동안"),
        ("일주일에 3시간씩 피아노를 배우고 싶어요", 3, None),
        ("Goを3か月以内に学ぶ、週6時間", 6, "3か月以内"),
        ("Go 3개월 안에 배우기, 주 6시간", 6, "3개월 안에"),
    ]:
        with subtests.test(goal=goal, hours=hours, deadline=deadline):
            assert (hours_in(goal), deadline_in(goal, TODAY)) == (hours, deadline)


def test_what_may_mean_something_else_is_left_in_the_goal(subtests: pytest.Subtests) -> None:
    for goal in [
        "win the 24 hours of Le Mans",
        "read Around the World in 80 Days",
        "I work 40 hours a week and want to learn the piano",
        "ich arbeite 40 Stunden pro Woche und will Klavier lernen",
        "4-6 hours a week of Go",
        "4 to 6 hours a week of Go",
        "learn Go, 4 hours a week or 6 hours a week",
        "500 hours a week",
        "history of Rome by 1500",
        "the revolutions of March 1848",
        "what happened in the last 3 months",
        "过去3个月内的新闻",
        "数据分析，3-6个月内",
        "I want to read Around the World in 80 Days",
        "I want to understand why babies walk in a year and talk in two",
        "study what happens in 2 weeks without sleep",
        "trained in 3 years as a baker, now I want to learn French",
        "learn how to live in 3 months of lockdown",
        "I've been learning German for 6 months and want B2",
        "I am 3 months pregnant and want to learn yoga",
        "我学日语三个月了，想通过N3",
        "3ヶ月前からギターを習っている",
        "learn to sleep 8 hours a day",
        "I work 8 hours a day and want to learn piano",
        "매일 4시간 일하는데 기타를 배우고 싶어요",
        "learn Spanish 1-2 hours a day",
        "2 hours every weekend: woodworking",
        "learn statistics in R",
        "the World Cup in June 2030",
        "become fluent before summer",
        "x" * 2000,
        "in " * 600,
        "每周" * 900,
        "4 hours " * 250,
    ]:
        with subtests.test(goal=goal):
            assert (hours_in(goal), deadline_in(goal, TODAY)) == (None, None)


def test_a_past_date_in_a_goal_is_no_deadline() -> None:
    assert deadline_in("understand what was known by March 2020", TODAY) is None


@pytest.mark.parametrize(
    ("goal", "rest"),
    [
        ("ab März 2027 Gitarre", "Gitarre"),
        ("Ab 1. März 2027 Gitarre lernen", "Gitarre lernen"),
        ("From March 2027, learn guitar", "learn guitar"),
        ("à partir de mars 2027 apprendre la guitare", "apprendre la guitare"),
        ("desde enero de 2027 aprender guitarra", "aprender guitarra"),
        ("from March 1933 Germany", "from March 1933 Germany"),
        ("from zero to hero 2027 edition", "from zero to hero 2027 edition"),
        ("From March 2027", "From March 2027"),
    ],
)
def test_the_day_on_which_a_learner_begins_is_no_part_of_the_title_and_no_deadline(goal: str, rest: str) -> None:
    assert without_times(goal) == rest
    assert deadline_in(goal, TODAY) is None
