"""Where articles disagree, where the later one only knows more, and where neither is the case."""

import datetime as dt
import re
from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.conflicts import TAKES_PART, Comparison, Group, compare, dated, settle
from qa.facts import mismatches
from qa.types import Passage, Quote, Value

_THURSDAY = dt.date(2025, 12, 11)
_LATER = dt.date(2025, 12, 23)

Told = tuple[str, dt.date | None] | str


def support(claim: str, quote: str) -> float:
    """Stand for a model that knows whether a sentence has the facts of a value, and no more."""
    value = claim.rsplit("? ", 1)[-1]
    return 0.1 if mismatches(value, quote) else 0.9


def undecided(_claim: str, _quote: str) -> float:
    """Stand for a model that sees no difference between the values."""
    return 0.5


def told(
    sentence: str,
    article: str = "a",
    date: dt.date | None = None,
    *,
    score: float = 0.9,
    around: str = "",
    title: str = "",
) -> Value:
    """Return the value that stands in brackets in `sentence`, as a passage of an article has it."""
    start, end = sentence.index("["), sentence.index("]") - 1
    plain = sentence.replace("[", "").replace("]", "")
    text = f"{plain} {around}".strip()
    passage = Passage(
        id=f"{article}-0",
        article_id=article,
        title=title,
        date=date,
        text=text,
        start=50,
        end=50 + len(text),
    )
    return Value(
        quote=Quote(passage=passage, start=50 + start, end=50 + end),
        sentence=Quote(passage=passage, start=50, end=50 + len(plain)),
        score=score,
    )


def relation(question: str, *articles: Told) -> Comparison:
    """Compare what two or more articles tell; an article is its sentence and its date."""
    values = []
    for n, article in enumerate(articles):
        sentence, date = (article, None) if isinstance(article, str) else article
        values.append(told(sentence, f"{n}.txt", date))
    return compare(question, values, support)


def labels(comparison: Comparison) -> list[str]:
    """Return what the groups are shown as."""
    return [group.label for group in comparison.groups]


def day(text: str) -> dt.date:
    """Read an ISO date."""
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (
            "On which day was the tanker seized?",
            "The tanker was seized in the Eastern Pacific on [Wednesday].",
            "US Navy Seals boarded a tanker under sanctions on [Tuesday] and seized it.",
        ),
        (
            "Where at sea did the US take the tanker?",
            "The tanker was seized by US troops in the [Eastern Pacific].",
            "US Navy Seals boarded a tanker in the [Caribbean] and seized it.",
        ),
        (
            "When was the football club founded?",
            "The football club was founded in [1904] by a group of students.",
            "Founded in [1908], the football club has won the cup ten times.",
        ),
        (
            "When was Ana Reis born?",
            "Ana Reis was born on [3 May 1956] in a village by the river.",
            "Ana Reis, born on [5 May 1956] in a village by the sea, wrote nine novels.",
        ),
        (
            "When did the Aurelia run aground?",
            ("The ferry Aurelia ran aground on [Tuesday], the coastguard said.", _THURSDAY),
            ("The ferry Aurelia ran aground on [10 December].", day("2025-12-12")),
        ),
        (
            "What was the score of the match between Benfica and Porto?",
            "Benfica beat Porto [3-1] at home, and the fans sang.",
            "Benfica beat Porto [2-1] before a full house.",
        ),
        (
            "How high is the Orrin dam?",
            ("The Orrin dam will be [96 metres] high.", day("2024-05-01")),
            ("The Orrin dam is to be [110 metres] high.", day("2025-05-01")),
        ),
        (
            "How many passengers were aboard the Aurelia?",
            ("The Aurelia had [214 passengers] aboard.", _THURSDAY),
            ("The Aurelia carried [241 passengers] aboard.", _LATER),
        ),
        (
            "How many people were killed in the Lindholm fire?",
            ("The Lindholm fire killed [14 people].", _THURSDAY),
            ("The Lindholm fire killed [17 people].", _THURSDAY),
        ),
        (
            "How many people were killed in the Lindholm fire?",
            ("The Lindholm fire killed [17 people].", _THURSDAY),
            ("The Lindholm fire killed [14 people].", _LATER),
        ),
        (
            "Who won the election in Norsund?",
            "[Pavel Reiss] won the election in Norsund by a wide margin.",
            "[Lotte Anders] won the election in Norsund, officials said.",
        ),
        (
            "Who is the mayor of Varnes?",
            "The mayor of Varnes, [Ida Holm], opened the school.",
            "The mayor of Varnes, [Tomas Brandt], opened the bridge.",
        ),
        (
            "In which city was the summit held?",
            "The climate summit was held in [Ostrava] last spring.",
            "The climate summit was held in [Varnes] and drew ministers.",
        ),
        (
            "Where did the bus crash happen?",
            "The bus crash happened in the village of [Brell] at dawn.",
            "The bus crash happened in the village of [Tarn] at dawn.",
        ),
        (
            "Where did the plane land?",
            "The damaged plane landed at [Varnes Airport].",
            "The damaged plane landed at [Ostrava Airport].",
        ),
        (
            "How old is the man who was arrested?",
            ("The arrested man is [43 years old].", _THURSDAY),
            ("The arrested man is [34 years old].", _THURSDAY),
        ),
        (
            "What is the unemployment rate in Norsund?",
            ("The unemployment rate in Norsund is [5.2%], the office said.", _THURSDAY),
            ("Norsund's unemployment rate stands at [6.1%].", _THURSDAY),
        ),
        (
            "When will the Norsund bridge open?",
            "The Norsund bridge will open on [3 March].",
            "The Norsund bridge will open on [8 March].",
        ),
        (
            "How much did the new stadium cost?",
            "The new stadium cost [$40 million] to build.",
            "The new stadium cost [$65m] to build.",
        ),
        (
            "Was the tanker boarded on a Tuesday or on a Wednesday?",
            "The tanker was boarded on [Wednesday].",
            "Troops boarded the tanker on [Tuesday].",
        ),
        (
            "Did the seizure take place in the Pacific or in the Caribbean?",
            "The tanker's seizure took place in the [Eastern Pacific].",
            "The seizure of the tanker took place in the [Caribbean].",
        ),
        (
            "When did the ferry sink?",
            ("The ferry Aurelia sank on [Tuesday] off Lindholm.", _THURSDAY),
            ("The ferry Aurelia sank on [Wednesday], the navy said.", day("2025-12-12")),
        ),
        (
            "How many people were aboard the ferry?",
            "The ferry had [214 people] aboard when it sank.",
            "The ferry had [230 people] aboard, the owner said.",
        ),
        (
            "What was the final score of Varnes against Brell?",
            "Varnes beat Brell [4-2] in the final.",
            "Varnes beat Brell [4-1] in the final.",
        ),
        (
            "How much was the ransom?",
            "The gang was paid a ransom of [$2 million].",
            "The gang got a ransom of [$3 million].",
        ),
        (
            "Which country hosted the summit?",
            "[Norway] hosted the climate summit last week.",
            "[Sweden] hosted the climate summit last week.",
        ),
        (
            "Who won the election?",
            ("[Ana Reis] won the presidential election in Norsund.", _THURSDAY),
            ("[Rui Costa] won the presidential election in Norsund.", day("2025-12-13")),
        ),
        (
            "When was the Norsund Bridge opened?",
            "The Norsund Bridge was opened in [1966].",
            "The Norsund Bridge opened in [1968].",
        ),
        (
            "How long is the tunnel?",
            "The tunnel is [12 km] long.",
            "The tunnel is [15 kilometres] long.",
        ),
        (
            "Who is the coach of Varnes?",
            ("The coach of Varnes, [Ana Reis], left.", _THURSDAY),
            ("The coach of Varnes, [Rui Costa], left.", _THURSDAY),
        ),
        ("How many votes did the law get?", "The law got [211 votes].", "The law got [198 votes]."),
        (
            "In which country was the painting found?",
            "The stolen painting was found in [Italy].",
            "The stolen painting was found in [Spain].",
        ),
        (
            "How old was the victim?",
            ("The victim, who was [34 years old], lived alone.", _THURSDAY),
            ("The victim, [43 years old], lived alone.", _THURSDAY),
        ),
    ],
)
def test_values_that_cannot_both_be_right_are_a_conflict(
    question: str, one: Told, other: Told
) -> None:
    """Two days, places, figures or names of one thing, in two articles, are a conflict."""
    found = relation(question, one, other)
    assert (found.relation, len(found.groups)) == ("conflict", 2)


def test_undated_tolls_are_a_development() -> None:
    """What only grows was less before, whichever of two undated articles was first."""
    found = relation(
        "How many people have been killed in the strikes?",
        "The strikes on boats have resulted in [87 deaths].",
        "The strikes on boats have killed [at least 100 people].",
    )
    assert (found.relation, len(found.groups)) == ("development", 2)


@pytest.mark.parametrize(
    ("question", "early", "late"),
    [
        (
            "How many people have been killed in the US strikes on boats?",
            ("US operations against boats have resulted in [87 deaths].", _THURSDAY),
            ("US attacks on boats have killed [at least 100 people].", _LATER),
        ),
        (
            "How many people died in the earthquake?",
            ("The earthquake killed [at least 20 people], officials said.", day("2025-03-01")),
            ("The earthquake killed [more than 150 people].", day("2025-03-03")),
        ),
        (
            "How many people have died in the flood?",
            ("The flood has killed [87 people].", _THURSDAY),
            ("The flood's death toll has risen from 87 to [104].", _LATER),
        ),
        (
            "How many goals has Marta Lund scored this season?",
            ("Marta Lund has scored [12 goals] this season.", day("2025-03-01")),
            ("Marta Lund has scored [15 goals] this season.", day("2025-04-01")),
        ),
        (
            "What is the price of a litre of milk?",
            ("A litre of milk costs [€1.20] in the shops.", day("2024-03-01")),
            ("A litre of milk costs [€1.05] in the shops.", day("2025-03-01")),
        ),
        (
            "How many warships are near the island?",
            ("[Nine warships] are near the island.", day("2025-03-01")),
            ("[Six warships] are near the island.", day("2025-04-01")),
        ),
        (
            "Who is the mayor of Varnes?",
            ("Varnes's mayor, [Ida Holm], opened the school.", day("2021-04-01")),
            ("The mayor of Varnes, [Tomas Brandt], opened the bridge.", day("2025-04-01")),
        ),
        (
            "How old is Pavel Reiss?",
            ("Pavel Reiss, [43 years old], lives by the sea.", day("2023-03-01")),
            ("Pavel Reiss, now [45 years old], lives by the sea.", day("2025-04-01")),
        ),
        (
            "When will the Norsund bridge open?",
            ("The Norsund bridge will open on [3 March 2026].", day("2025-12-01")),
            ("The Norsund bridge will now open on [8 March 2026].", day("2026-02-01")),
        ),
        (
            "Which team leads the league?",
            ("[Benfica] leads the league by two points.", day("2025-03-01")),
            ("[Braga] now leads the league by one point.", day("2025-04-01")),
        ),
        (
            "How many people have been injured in the clashes?",
            ("The clashes have injured [40 people].", _THURSDAY),
            ("The clashes have injured [65 people].", _LATER),
        ),
        (
            "How many ships have been seized?",
            ("US forces have seized [one tanker] off Venezuela.", _THURSDAY),
            ("US forces have seized [two tankers] off Venezuela.", _LATER),
        ),
        (
            "How much money has been raised?",
            ("The appeal has raised [€2m] so far.", _THURSDAY),
            ("The appeal has raised [€3.5 million] so far.", _LATER),
        ),
        (
            "How many houses were destroyed in the flood?",
            ("The flood destroyed [120 houses].", _THURSDAY),
            ("The flood destroyed [310 houses].", _LATER),
        ),
        (
            "What is the unemployment rate?",
            ("The unemployment rate is [5.2%].", _THURSDAY),
            ("The unemployment rate is [5.6%].", day("2026-01-12")),
        ),
        (
            "Who is the prime minister of Norsund?",
            ("The prime minister of Norsund, [Ana Reis], spoke.", day("2020-01-01")),
            ("Norsund's prime minister, [Rui Costa], spoke.", _THURSDAY),
        ),
    ],
)
def test_a_later_article_may_know_more(question: str, early: Told, late: Told) -> None:
    """What moves with time, told on two dates, is a development, whichever is read first."""
    for order in ((early, late), (late, early)):
        found = relation(question, *order)
        assert (found.relation, len(found.groups)) == ("development", 2)
        assert found.groups[0].date == early[1]


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("When did it start?", "The strike started on [Dec 11].", "It began on [11 December]."),
        (
            "When was the tanker seized?",
            ("The tanker was seized on [Wednesday].", _THURSDAY),
            ("The tanker was seized on [December 10].", _LATER),
        ),
        (
            "When was the tanker seized?",
            ("The tanker was seized [yesterday].", _THURSDAY),
            ("The tanker was seized on [Wednesday].", day("2025-12-12")),
        ),
        ("When did it open?", "The bridge opened in [December].", "It opened on [11 December]."),
        ("When was it built?", "It was built in [1994].", "It was built in the [1990s]."),
        (
            "How many people died?",
            "The storm killed [at least 100 people].",
            "The storm killed [more than 100].",
        ),
        ("How many people died?", "[100 people] died.", "[At least 100] people died."),
        ("How many people died?", "[Nearly 90] people died.", "[87 people] died."),
        ("How many people live there?", "[4,523 people] live there.", "[4,500 people] live there."),
        ("How much did it cost?", "It cost [$4.5m].", "It cost [4.5 million dollars]."),
        ("Who is the president?", "[Maduro] is president.", "[Nicolás Maduro] is president."),
        ("Which country won the cup?", "The [US] won the cup.", "[The United States] won the cup."),
        (
            "What is the tanker called?",
            "The vessel is [the tanker Skipper].",
            "It is called the [Skipper].",
        ),
        ("Where was it?", "It was in the [Eastern Pacific].", "It was in the [Pacific]."),
        ("Where was it?", "It was in the [Caribbean].", "It was in the [Atlantic]."),
        ("What was the score?", "Benfica won [3-1].", "Porto lost [1-3]."),
        ("What did they see?", "They saw [a white whale].", "They saw [white whales]."),
    ],
)
def test_one_meaning_in_other_words_is_agreement(question: str, one: Told, other: Told) -> None:
    """Other spellings, and vaguer or more precise versions, of a value are one group."""
    found = relation(question, one, other)
    assert (found.relation, len(found.groups)) == ("agreement", 1)


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        # Other events.
        (
            "Which day did the two presidents speak by phone?",
            "Vladimir Putin spoke by phone with Nicolas Maduro on [Thursday].",
            "Yvan Gil and Sergey Lavrov spoke by phone on [Monday].",
        ),
        (
            "When did the president call?",
            ("Putin called Maduro on [Thursday].", _THURSDAY),
            ("Putin called Maduro on [Monday].", _LATER),
        ),
        (
            "When did Benfica win the cup?",
            "Benfica won the cup in [1961].",
            "Benfica won the cup in [1962].",
        ),
        (
            "What was the score of the match?",
            "Benfica beat Porto [3-1] at home.",
            "Sporting beat Braga [2-0] at home.",
        ),
        (
            "What was the score of Benfica's match?",
            "Benfica beat Porto [3-1] at home.",
            "Benfica beat Braga [2-0] at home.",
        ),
        (
            "What was the score between Benfica and Porto?",
            "Benfica led Porto [1-0] at half-time.",
            "Benfica beat Porto [3-1] in the end.",
        ),
        (
            "How many people died in the earthquake?",
            "The earthquake in Turkey killed [120 people].",
            "The earthquake in Syria killed [80 people].",
        ),
        (
            "How many people were killed in the strike?",
            ("A strike on a boat on Monday killed [four people].", _THURSDAY),
            ("A strike on a boat on Wednesday killed [six people].", day("2025-12-13")),
        ),
        (
            "How many people were killed in the strikes?",
            ("A strike on a boat killed [14 people].", _THURSDAY),
            ("The strikes on boats have killed [87 people].", _LATER),
        ),
        (
            "When was the tanker seized?",
            "The tanker was seized on [Wednesday].",
            "Another tanker was seized on [Sunday].",
        ),
        (
            "What is the inflation rate?",
            ("Brazil's inflation rate is [5.1%].", _THURSDAY),
            ("Argentina's inflation rate is [31.2%].", _THURSDAY),
        ),
        (
            "What was the inflation rate?",
            "In 2023 the inflation rate was [5.1%].",
            "In 2024 the inflation rate was [3.2%].",
        ),
        (
            "Who is the mayor?",
            "The mayor of Varnes, [Ida Holm], opened the school.",
            "The mayor of Brell, [Tomas Brandt], opened the bridge.",
        ),
        (
            "Who is the mayor of Varnes?",
            "The mayor of Varnes, [Ida Holm], opened the school.",
            "The former mayor of Varnes, [Tomas Brandt], opened the bridge.",
        ),
        (
            "Who is Venezuela's foreign minister?",
            "Venezuela's foreign minister, [Yvan Gil], spoke.",
            "Russia's foreign minister, [Sergey Lavrov], spoke.",
        ),
        (
            "Who is Venezuela's foreign minister?",
            "Venezuela's foreign minister, [Yvan Gil], spoke.",
            "Venezuela's defence minister, [Vladimir Padrino], spoke.",
        ),
        # Other quantities.
        (
            "How many people were hurt in the fire?",
            "The fire killed [four people] in the town.",
            "The fire hurt [nine people] in the town.",
        ),
        (
            "How many sailors are on the ships?",
            "The ships carry [4,500 sailors].",
            "The ships carry [2,000 cadets].",
        ),
        (
            "How many people died in the fire?",
            "The fire killed [14 people], including nine children.",
            "The fire killed 14 people, including [nine people] from Brell.",
        ),
        (
            "How many people died in the fire?",
            "The fire killed [14 people].",
            "The fire killed [3 more people] overnight.",
        ),
        (
            "How much did the stadium cost?",
            "The stadium cost [$40 million].",
            "The stadium was expected to cost [$25 million].",
        ),
        (
            "What is the unemployment rate?",
            ("The unemployment rate is [5.2%].", _THURSDAY),
            ("The unemployment rate rose to 5.2% from [4.9%].", _THURSDAY),
        ),
        (
            "How far is it?",
            "The village is [5 km] from the town.",
            "The village is [3 miles] from the town.",
        ),
        (
            "How many visitors came to the fair?",
            "The fair drew [12,000 visitors].",
            "The fair drew [400 visitors].",
        ),
        (
            "How many visitors came to the fair?",
            "The fair drew [12,000 visitors].",
            "The fair drew [1,500 visitors] a day.",
        ),
        (
            "How many visitors came to the fair?",
            "The fair drew [12,000 visitors].",
            "The fair drew [dozens of visitors].",
        ),
        (
            "What is the price of oil?",
            ("The price of oil is [$70] a barrel.", _THURSDAY),
            ("The price of oil is [$72] a barrel.", _THURSDAY),
        ),
        (
            "How many members does the club have?",
            "The club has [1,200 members].",
            "The club has [1,500 members].",
        ),
        # Both can be right.
        (
            "Where did the accident happen?",
            "The accident happened in [Lisbon].",
            "The accident happened in [Portugal].",
        ),
        (
            "Where did the accident happen?",
            "The accident happened in [Brell].",
            "The accident happened in [Varnes].",
        ),
        (
            "Where was the ship?",
            "The ship was near the [Black Sea].",
            "The ship was in the [Baltic Sea].",
        ),
        (
            "Where was the ship?",
            "The ship was off [Venezuela].",
            "The ship was in the [Caribbean].",
        ),
        (
            "To which port was the tanker taken?",
            "The seized tanker was taken to the [Caribbean].",
            "The seized tanker was taken to the [Eastern Pacific].",
        ),
        (
            "Where did the ship sail?",
            "The ship sailed from [Lisbon].",
            "The ship sailed to [Dublin].",
        ),
        (
            "Which countries support Venezuela?",
            "[Russia] supports Venezuela.",
            "[Iran] supports Venezuela.",
        ),
        (
            "Which country offered to help Caracas?",
            "[Russia] offered to help Caracas.",
            "[Iran] offered to help Caracas.",
        ),
        (
            "Who attended the summit?",
            "[Ida Holm] attended the summit.",
            "[Pavel Reiss] attended the summit.",
        ),
        (
            "Who founded the club?",
            "[Ida Holm] founded the club.",
            "[Pavel Reiss] founded the club.",
        ),
        (
            "Who won a medal?",
            "[Ida Holm] won a medal at the games.",
            "[Pavel Reiss] won a medal at the games.",
        ),
        (
            "Who won the election?",
            "[Ida Holm] won the election.",
            "The [Liberal Party] won the election.",
        ),
        (
            "Who is Delcy Rodriguez?",
            "Delcy Rodriguez is [Venezuela's vice president].",
            "Delcy Rodriguez is [a good friend of Russia].",
        ),
        (
            "What did Putin say?",
            "Putin said that [87 people] had died.",
            "Putin said that [22 ships] had sailed.",
        ),
        (
            "Why did the ship leave?",
            "The ship left because of [the storm of Tuesday].",
            "The ship left because of [the strike of Friday].",
        ),
        (
            "When were the strikes carried out?",
            "The strikes were carried out on [Tuesday].",
            "The strikes were carried out on [Friday].",
        ),
        (
            "When did the fire break out?",
            "The fire broke out before [1990].",
            "The fire broke out in [1991].",
        ),
        (
            "When did the fire break out?",
            "The fire broke out on [Tuesday], not on Wednesday as was first reported.",
            "The fire broke out on [Wednesday].",
        ),
        (
            "When did the fire break out?",
            ("The fire broke out [yesterday].", _THURSDAY),
            ("The fire broke out on [Thursday].", day("2025-12-12")),
        ),
        (
            "When did the fire break out?",
            ("The fire broke out at [5 p.m.] on the quay.", _THURSDAY),
            ("The fire broke out at [6 p.m.] on the quay.", _THURSDAY),
        ),
        (
            "How old is Pavel Reiss?",
            "Pavel Reiss, [43 years old], lives by the sea.",
            "Pavel Reiss, [47 years old], lives by the sea.",
        ),
        (
            "Who was the mayor of Varnes?",
            "The mayor of Varnes, [Ida Holm], opened the school.",
            "The mayor of Varnes, [Tomas Brandt], opened the bridge.",
        ),
        (
            "When did the fire break out?",
            "The fire broke out in [1994].",
            "The fire broke out on [Wednesday].",
        ),
        (
            "When is the meeting?",
            ("The meeting is expected on [Tuesday].", _THURSDAY),
            ("The meeting took place on [Monday].", _THURSDAY),
        ),
        (
            "How many people were arrested at the protest?",
            "Police arrested [20 people] at the protest in Varnes.",
            "Police arrested [45 people] at the protest in Brell.",
        ),
        (
            "When did the minister resign?",
            "The health minister, Ida Holm, resigned on [Monday].",
            "The transport minister, Pavel Reiss, resigned on [Wednesday].",
        ),
        (
            "When did the minister resign?",
            "Health minister Ida Holm resigned on [Monday].",
            "Transport minister Pavel Reiss resigned on [Wednesday].",
        ),
        (
            "How much does a ticket cost?",
            ("A ticket costs [$20] for adults.", _THURSDAY),
            ("A ticket costs [$10] for children.", _THURSDAY),
        ),
        (
            "When was the church built?",
            "The church was built in [1850] of stone.",
            "The church's tower was built in [1910] of stone.",
        ),
        (
            "When was the club founded?",
            "The club was founded in [1904].",
            "The club's women's team was founded in [1920].",
        ),
        (
            "When was the church built?",
            "The church was built in [1850] of stone.",
            "The church was rebuilt in [1910] after a fire.",
        ),
        ("When was she born?", "Ana Reis was born in [1956].", "Ana Lopes was born in [1960]."),
        (
            "Who won the match?",
            "Benfica won the match on Sunday against [Braga].",
            "[Porto] won the match on Wednesday.",
        ),
        (
            "Who won the match?",
            "[Benfica] won the match on Sunday.",
            "[Porto] won the match on Wednesday.",
        ),
        (
            "Who won the match?",
            "[Benfica] won the match against Braga.",
            "[Porto] won the match against Famalicão.",
        ),
        (
            "Who is the coach?",
            "Benfica coach [Bruno Lage] said so.",
            "Porto coach [Ana Reis] said so.",
        ),
        (
            "How many seats did the party win?",
            "The ruling party won [45 seats].",
            "The opposition party won [38 seats].",
        ),
        (
            "How many cases of measles were reported?",
            "Texas reported [200 cases] of measles.",
            "Ohio reported [30 cases] of measles.",
        ),
        (
            "What is the speed limit?",
            "The speed limit is [120 km/h] on motorways.",
            "The speed limit is [50 km/h] in towns.",
        ),
        (
            "What percentage voted for the plan?",
            "Some [52%] voted for the plan.",
            "Some [48%] voted against the plan.",
        ),
        (
            "When did Putin arrive?",
            "Putin arrived in Delhi on [Thursday].",
            "Putin arrived in Beijing on [Sunday].",
        ),
        ("Where did Putin travel?", "Putin travelled to [Delhi].", "Putin travelled to [Beijing]."),
        (
            "Who won the league?",
            ("[Benfica] won the league after a long season.", day("2023-05-20")),
            ("[Braga] won the league after a long season.", day("2024-05-20")),
        ),
        (
            "How many visitors came to the fair?",
            ("The fair drew [12,000 visitors].", day("2023-05-20")),
            ("The fair drew [15,000 visitors].", day("2024-05-20")),
        ),
        (
            "How many medals did Norway win?",
            "Norway won [16 gold medals].",
            "Norway won [37 medals].",
        ),
        (
            "How much did the company earn?",
            "The company made a profit of [$1bn] last year.",
            "The company had revenue of [$4bn] last year.",
        ),
        ("By how much did prices change?", "Prices rose by [5%].", "Prices fell by [3%]."),
        (
            "What is the inflation rate?",
            ("Inflation rose by [2%].", _THURSDAY),
            ("Inflation rose to [8%].", _THURSDAY),
        ),
        (
            "How old is the suspect?",
            ("The suspect, a [34-year-old] man, was held.", _THURSDAY),
            ("The suspect, a [29-year-old] woman, was held.", _THURSDAY),
        ),
        (
            "When is the match?",
            ("The match is on [5 March].", day("2025-03-01")),
            ("The match is on [15 March].", day("2025-03-10")),
        ),
        (
            "When was the agreement signed?",
            "The agreement was signed on [May 7, 2025].",
            "An agreement was signed in [2019].",
        ),
        (
            "When was the suspect arrested?",
            "Police arrested the suspect on [Monday].",
            "Police charged the suspect on [Wednesday].",
        ),
        (
            "When did he die?",
            "He died on [Monday] in the town.",
            "He was buried on [Friday] in the town.",
        ),
        (
            "When was the bridge opened?",
            "The bridge opened in [1966].",
            "The bridge closed in [1998].",
        ),
        (
            "How many ships are in the harbour?",
            "[Five ships] lie in the harbour.",
            "[Seven ships] lie in the harbour.",
        ),
        (
            "How high is the mountain?",
            "The mountain is [2,345 m] high.",
            "The mountain is [7,694 feet] high.",
        ),
        ("Who wrote the novel?", "[Ana Reis] wrote the novel.", "[A.J. Reis] wrote the novel."),
        ("What is the name of the dog?", "The dog is named [Rex].", "The cat is named [Tom]."),
        (
            "What is the capital of Norsund?",
            "The capital of Norsund is [Varnes].",
            "The capital of Norland is [Brell].",
        ),
        (
            "How many goals did Lund score?",
            "Lund scored [two goals] in the first half.",
            "Lund scored [three goals] in the match.",
        ),
        (
            "How many people died?",
            "The bomb killed [three soldiers].",
            "The bomb killed [nine people].",
        ),
        ("What did the fine amount to?", "The fine was [€500].", "The fine was [€50,000]."),
        (
            "When was the vote?",
            "The vote was held on [Sunday], a day after the rally.",
            "The rally was held on [Saturday].",
        ),
        ("Where was he born?", "He was born in [Lagos].", "He was born in [Nigeria]."),
        (
            "Where was he born?",
            "He was born in [Vila Nova].",
            "He was born in the district of [Faro].",
        ),
        (
            "Where is the headquarters of Norsund Lines?",
            ("Norsund Lines has its headquarters in [Varnes].", _THURSDAY),
            ("Norsund Lines has its headquarters in [Brell].", _LATER),
        ),
        (
            "Where was the earthquake?",
            "The earthquake struck [Chile] on Monday.",
            "The earthquake struck [Peru] on Friday.",
        ),
        ("Where did the storm hit?", "The storm hit [Cuba].", "The storm hit [Haiti]."),
        (
            "Where did the protests take place?",
            "Protests took place in [Lisbon].",
            "Protests took place in [Dublin].",
        ),
        (
            "Who leads the Liberal Party?",
            "The Liberal Party is led by [Ana Reis].",
            "The Labour Party is led by [Rui Costa].",
        ),
        (
            "What was the result of the vote?",
            "The vote ended [52-48].",
            "The vote in the other chamber ended [30-12].",
        ),
        (
            "How many km is the race?",
            "The race is [42 km] long.",
            "The women's race is [21 km] long.",
        ),
        (
            "How many people died in the crash?",
            ("[Twelve people] died in the crash in Varnes.", day("2019-01-01")),
            ("[Thirty people] died in the crash in Brell.", day("2024-01-01")),
        ),
        (
            "How much rain fell?",
            "Some [40 mm] of rain fell on Monday.",
            "Some [75 mm] of rain fell on Thursday.",
        ),
        (
            "How many runs did Smith score?",
            "Smith scored [102] runs in the first innings.",
            "Smith scored [14] runs in the second innings.",
        ),
        (
            "When was the football club founded?",
            "The football club was founded in [1904].",
            "The football club won the football cup in [1961].",
        ),
        (
            "When was the Lindholm bridge opened?",
            "The Lindholm bridge was opened to traffic in [1966].",
            "The bridge was opened to traffic in [1972].",
        ),
        (
            "Who won the cup final in Varnes?",
            "[Benfica] won the cup final in Varnes 3-1.",
            "[Porto] won the cup final in Varnes 2-0.",
        ),
        (
            "Where was the tanker seized?",
            "The oil tanker was seized near [Lisbon].",
            "The oil tanker was seized in [Dublin].",
        ),
        (
            "Where did the storm make landfall?",
            "The tropical storm made landfall in [Cuba].",
            "The tropical storm that [Haiti] feared made landfall.",
        ),
        (
            "When is the match?",
            ("The cup match is on [5 March].", day("2025-03-01")),
            ("The cup match is on [8 March].", day("2025-03-07")),
        ),
        (
            "Who won the parliamentary election in Norsund?",
            "[Ida Holm] won the parliamentary election in Norsund.",
            "The [Liberal Party] won the parliamentary election in Norsund.",
        ),
        (
            "What is the largest port in Europe called?",
            "The largest inland port in Europe is called [Duisport].",
            "The largest inland port in Europe lies upstream of [Rotterdam].",
        ),
        (
            "Who is the president of the club?",
            "The president of the club, [Lula], spoke.",
            "The club's president, [Luiz da Silva], spoke.",
        ),
    ],
)
def test_what_only_looks_like_a_disagreement_is_none(question: str, one: Told, other: Told) -> None:
    """Other events and quantities, and values that can both be right, are never reported."""
    found = relation(question, one, other)
    assert found.relation == "none", labels(found)
    assert settle(found, lambda _value: (1,)) == ()


_QUESTION = "When was the tanker seized?"
_TUESDAY = "The tanker was seized on [Tuesday]."
_WEDNESDAY = "The tanker was seized on [Wednesday]."


def test_groups_are_ordered_by_date_and_show_which_day_is_meant() -> None:
    """The oldest article comes first, one without a date last; a weekday has its date behind it."""
    values = [
        told(_TUESDAY, "undated.txt", score=0.9),
        told(_WEDNESDAY, "late.txt", _LATER.replace(day=12), score=0.8),
        told("The tanker was seized on [Monday].", "early.txt", _THURSDAY, score=0.7),
    ]
    found = compare(_QUESTION, values, support)
    assert found.relation == "conflict"
    assert labels(found) == ["Monday [8 December 2025]", "Wednesday [10 December 2025]", "Tuesday"]
    assert [group.date for group in found.groups] == [_THURSDAY, day("2025-12-12"), None]


def test_a_group_holds_all_who_say_so_best_first() -> None:
    """A group has every article of its meaning; its date is the earliest, its label the best's."""
    values = [
        told("The tanker was seized on [10 December].", "b.txt", _LATER, score=0.6),
        told(_WEDNESDAY, "a.txt", _THURSDAY, score=0.9),
        told(_TUESDAY, "c.txt", _THURSDAY, score=0.8),
    ]
    (tuesday, wednesday) = sorted(
        compare(_QUESTION, values, support).groups, key=lambda group: group.label
    )
    assert tuesday.values == (values[2],)
    assert wednesday.values == (values[1], values[0])
    assert wednesday.date == _THURSDAY
    assert wednesday.label == "Wednesday [10 December 2025]"


def test_a_label_keeps_what_bounds_a_number_and_what_dates_a_day() -> None:
    """Where the reader took `100`, "at least 100" is shown; nothing that is stated is lost."""
    found = relation(
        "How many people have been killed in the strikes?",
        ("The strikes have killed [87 people].", _THURSDAY),
        ("The strikes have killed at least [100] people.", _LATER),
    )
    assert labels(found) == ["87 people", "at least 100"]
    found = relation(
        _QUESTION,
        ("The tanker was seized on [Wednesday], December 3.", _THURSDAY),
        ("The tanker was seized on December [4].", _THURSDAY),
    )
    assert labels(found)[1] == "Wednesday, December 3"


def test_of_what_only_grows_the_lesser_count_is_the_older() -> None:
    """A toll whose articles have no dates is a development, ordered by the count."""
    found = relation(
        "How many people have been killed in the strikes?",
        "The strikes on boats have killed [at least 100 people].",
        "The strikes on boats have resulted in [87 deaths].",
    )
    assert (found.relation, labels(found)) == ("development", ["87 deaths", "at least 100 people"])


def test_an_article_is_not_set_against_itself() -> None:
    """Of one article the best value counts, and what it says twice is no disagreement."""
    values = [told(_TUESDAY, "a.txt", score=0.9), told(_WEDNESDAY, "a.txt", score=0.8)]
    assert compare(_QUESTION, values, support).relation == "none"


def test_an_article_that_gives_both_values_does_not_oppose_either() -> None:
    """Where an article has the other's value too, the two are not in conflict."""
    values = [
        told(_TUESDAY, "a.txt", score=0.9),
        told(_WEDNESDAY, "b.txt", score=0.8),
        told(_TUESDAY, "b.txt", score=0.7),
    ]
    assert compare(_QUESTION, values, support).relation == "none"


def test_an_improbable_value_takes_no_part() -> None:
    """A value far less probable than the best is not compared; at the threshold it is."""
    best = told(_TUESDAY, "a.txt", score=0.9)
    for share, expected in ((TAKES_PART + 0.01, "conflict"), (TAKES_PART - 0.01, "none")):
        other = told(_WEDNESDAY, "b.txt", score=0.9 * share)
        assert compare(_QUESTION, [best, other], support).relation == expected


def test_the_model_can_refuse_a_disagreement() -> None:
    """Where a sentence supports the other's value as well as its own, nothing is reported."""
    values = [told(_TUESDAY, "a.txt"), told(_WEDNESDAY, "b.txt")]
    assert compare(_QUESTION, values, undecided).relation == "none"
    assert compare(_QUESTION, values, lambda _claim, _quote: 0.0).relation == "none"


def test_a_question_that_offers_two_answers_asks_for_one() -> None:
    """What names both sides at once answers something else; the sides are still compared."""
    question = "Did the seizure take place in the Pacific or in the Caribbean?"
    values = [
        told("Boats were hit in [the Pacific and the Caribbean].", "a.txt", score=0.9),
        told("The seizure of the tanker took place in [the Pacific].", "a.txt", score=0.3),
        told("The seizure of the tanker took place in [the Caribbean].", "b.txt", score=0.2),
    ]
    assert compare(question, values, support).relation == "conflict"


def test_an_article_is_heard_with_a_value_of_the_kind_asked_for() -> None:
    """A number answers "how many", though the reader gives the same article's noun more."""
    values = [
        told("The strikes on boats have resulted in [87 deaths].", "a.txt", score=0.27),
        told("The strikes on boats have killed [at least 100 people].", "b.txt", score=0.07),
        told("They spoke of [airstrikes] on boats.", "b.txt", score=0.08),
    ]
    found = compare("How many people have been killed in the strikes?", values, support)
    assert labels(found) == ["87 deaths", "at least 100 people"]


def test_an_improbable_value_does_not_disturb_agreement() -> None:
    """Where two articles agree, a value that nobody believes is not shown beside theirs."""
    values = [
        told(_TUESDAY, "a.txt", score=0.9),
        told(_TUESDAY, "b.txt", score=0.5),
        told("Nobody knows [why] it was seized.", "c.txt", score=0.2),
    ]
    found = compare(_QUESTION, values, support)
    assert (found.relation, len(found.groups)) == ("agreement", 1)


def test_half_a_sentence_is_shown_by_what_tells() -> None:
    """Of a value as long as a statement only the date, the number or the name is the label."""
    found = relation(
        _QUESTION,
        ("[On Wednesday the Navy boarded the tanker and seized it].", _THURSDAY),
        ("The Navy seized the tanker on [Tuesday].", _THURSDAY),
    )
    assert labels(found) == ["Tuesday [9 December 2025]", "Wednesday [10 December 2025]"]
    found = relation(
        "How many people died in the fire?",
        ("[More than 40 people died when the fire spread to the roof].", _THURSDAY),
        ("The fire killed [61 people].", _LATER),
    )
    assert labels(found) == ["More than 40 people", "61 people"]


def test_one_story_may_disagree_on_two_points() -> None:
    """Articles full of the same names may differ in day and sea at once; strangers may not."""
    story = "Putin and Maduro spoke, the Kremlin said, while Trump warned Caracas and Havana."
    one, other = "seized in the Pacific on [Wednesday].", "seized in the Caribbean on [Tuesday]."
    for around, expected in ((story, "conflict"), ("", "none")):
        values = [
            told(f"The oil tanker was {one}", "a.txt", around=around),
            told(f"The oil tanker was {other}", "b.txt", around=around),
        ]
        assert compare(_QUESTION, values, support).relation == expected


def test_three_articles_can_disagree() -> None:
    """Every group of a conflict stands against every other; a vaguer value joins one of them."""
    found = relation(
        "When was the football club founded?",
        "The football club was founded in [1904].",
        "The football club was founded in [1908].",
        "The football club was founded in [the 1900s].",
        "The football club was founded in [1911].",
    )
    assert (found.relation, labels(found)) == ("conflict", ["1904", "1908", "1911"])


def test_nothing_and_one_value_are_no_disagreement() -> None:
    """Without values there are no groups, and one article agrees with nobody."""
    assert compare(_QUESTION, [], support) == Comparison((), "none")
    assert compare(_QUESTION, [told(_TUESDAY)], support).relation == "none"


_DAYS = st.sampled_from(["Monday", "Tuesday", "Wednesday", "11 December", "December", "yesterday"])
_FIGURES = st.sampled_from(["87", "at least 100", "100", "nearly 90", "dozens of", "1,200", "two"])
_WHEN = st.sampled_from([None, _THURSDAY, day("2025-12-12"), _LATER])


@settings(deadline=None)  # the first analysis loads the stemmer
@given(st.lists(st.tuples(_DAYS, _WHEN), max_size=4))
def test_the_order_of_the_values_does_not_matter(rows: list[tuple[str, dt.date | None]]) -> None:
    """However the values are handed in, the comparison is the same."""
    values = [
        told(f"The tanker was seized on [{words}].", f"{n}.txt", date, score=0.9 - n / 50)
        for n, (words, date) in enumerate(rows)
    ]
    first = compare(_QUESTION, values, support)
    for order in list(permutations(values))[:6]:
        assert compare(_QUESTION, order, support) == first


@settings(deadline=None)  # the first analysis loads the stemmer
@given(_FIGURES, _WHEN, st.integers(min_value=2, max_value=4))
def test_a_value_never_disagrees_with_itself(words: str, date: dt.date | None, n: int) -> None:
    """Any number of articles of one day that say the same agree."""
    sentence = f"The strikes have killed [{words}] people."
    values = [told(sentence, f"{i}.txt", date) for i in range(n)]
    found = compare("How many people have the strikes killed?", values, support)
    assert (found.relation, len(found.groups)) == ("agreement", 1)


_ASKED = st.sampled_from(
    [
        "When was it?",
        "How many were killed?",
        "Where was it?",
        "Who is the mayor?",
        "What is it called?",
        "Was it in May or in June?",
    ]
)


@settings(deadline=None)  # the first analysis loads the stemmer
@given(_ASKED, st.lists(st.tuples(st.text(max_size=30), _WHEN), max_size=3))
def test_any_values_can_be_compared(
    question: str, rows: Sequence[tuple[str, dt.date | None]]
) -> None:
    """No text makes the comparison fail, and a disagreement has two sides at least."""
    texts = [(words.replace("[", "").replace("]", "") or "x", date) for words, date in rows]
    values = [
        told(f"In Varnes [{words}] was seen on Monday.", f"{n}.txt", date)
        for n, (words, date) in enumerate(texts)
    ]
    found = compare(question, values, support)
    assert len(found.groups) > 1 or found.relation in {"none", "agreement"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Wednesday", "Wednesday [10 December 2025]"),
        ("on Tuesday", "on Tuesday [9 December 2025]"),
        ("Thursday", "Thursday [11 December 2025]"),
        ("yesterday", "yesterday [10 December 2025]"),
        ("last Friday", "last Friday [5 December 2025]"),
        ("next Monday", "next Monday [15 December 2025]"),
        ("the day before yesterday", "the day before yesterday [9 December 2025]"),
        ("late on Tuesday night", "late on Tuesday night [9 December 2025]"),
        ("Friday's vote", "Friday's [5 December 2025] vote"),
        ("It is expected on Tuesday.", "It is expected on Tuesday [16 December 2025]."),
        ("On Tuesday it will end.", "On Tuesday [16 December 2025] it will end."),
        ("told on Tuesday that it will", "told on Tuesday [9 December 2025] that it will"),
        (
            "Monday and Tuesday",
            "Monday [8 December 2025] and Tuesday [9 December 2025]",
        ),
    ],
)
def test_a_weekday_has_its_date_put_behind_it(text: str, shown: str) -> None:
    """In an article of Thursday, 11 December 2025, days are those around it, and only once."""
    assert dated(text, _THURSDAY) == shown
    assert dated(shown, _THURSDAY) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "December 10",
        "Wednesday, December 10",
        "Wednesday (Dec. 3)",
        "10 December, a Wednesday",
        "that Wednesday",
        "on Sundays",
        "Good Friday",
        "The Sunday Times",
        "Sheffield Wednesday",
        "Wednesday of last week",
        "It was on a Friday in May.",
        "It fell on Tuesday in 1994.",
        "It was due on Friday.",
        "It will be on Thursday.",
        "next Friday",
        "“I leave tomorrow,” she said.",
    ],
)
def test_a_day_that_is_not_settled_stays_as_it_is(text: str) -> None:
    """A day with its date beside it, of another year, or of two possible weeks, gets none."""
    assert dated(text, _THURSDAY) == text


_WORDS = """
Wednesday Fridays last next on that The yesterday tomorrow will was 10 December , 's “ . 1994 Times
night morning
"""
_PIECES = st.sampled_from(_WORDS.split())


@given(st.lists(_PIECES, max_size=8), st.dates())
def test_dates_are_only_ever_added(pieces: list[str], published: dt.date) -> None:
    """Taking the brackets out again gives the text, and doing it twice is doing it once."""
    text = " ".join(pieces)
    shown = dated(text, published)
    assert re.sub(r" \[[^]]*\]", "", shown) == text
    assert dated(shown, published) == shown
    assert dated(text, None) == text


def _cited(number: int) -> tuple[int, ...]:
    return (number,)


def test_a_disagreement_is_settled_into_positions() -> None:
    """Each group becomes a position with its citations and date, the oldest first."""
    found = relation(
        "How many people have been killed in the strikes?",
        ("The strikes have killed [at least 100 people].", _LATER),
        ("The strikes have killed [87 people].", _THURSDAY),
    )
    ids = {"0.txt": (3, 1), "1.txt": (2,)}
    (conflict,) = settle(found, lambda value: ids[value.quote.passage.article_id])
    assert conflict.kind == "development"
    assert [(p.value, p.citations, p.date) for p in conflict.positions] == [
        ("87 people", (2,), _THURSDAY),
        ("at least 100 people", (1, 3), _LATER),
    ]


def test_a_position_that_nothing_cites_is_left_out() -> None:
    """One position alone is no conflict, and agreement is none."""
    found = relation(_QUESTION, (_TUESDAY, _THURSDAY), (_WEDNESDAY, _THURSDAY))
    assert found.relation == "conflict"
    assert settle(found, lambda value: _cited(1) if "Tues" in value.quote.text else ()) == ()
    assert settle(Comparison(found.groups, "agreement"), lambda _value: _cited(1)) == ()
    assert settle(Comparison((), "conflict"), lambda _value: _cited(1)) == ()


def test_groups_are_frozen() -> None:
    """What was found cannot be changed afterwards."""
    with pytest.raises(AttributeError):
        Group("x", (), None).label = "y"  # type: ignore[misc]
