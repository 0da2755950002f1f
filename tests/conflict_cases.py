"""What two articles say of one thing; the value that answers stands in brackets."""

import datetime as dt

THURSDAY = dt.date(2025, 12, 11)
LATER = dt.date(2025, 12, 23)

Told = tuple[str, dt.date | None] | str
Case = tuple[str, Told, Told]


def day(text: str) -> dt.date:
    """Read an ISO date."""
    return dt.date.fromisoformat(text)


CONFLICTS: list[Case] = [
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
        ("The ferry Aurelia ran aground on [Tuesday], the coastguard said.", THURSDAY),
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
        ("The Aurelia had [214 passengers] aboard.", THURSDAY),
        ("The Aurelia carried [241 passengers] aboard.", LATER),
    ),
    (
        "How many people were killed in the Lindholm fire?",
        ("The Lindholm fire killed [14 people].", THURSDAY),
        ("The Lindholm fire killed [17 people].", THURSDAY),
    ),
    (
        "How many people were killed in the Lindholm fire?",
        ("The Lindholm fire killed [17 people].", THURSDAY),
        ("The Lindholm fire killed [14 people].", LATER),
    ),
    (
        "How many people were injured in the Lindholm fire?",
        ("Four people died and [27] were injured in the Lindholm fire.", THURSDAY),
        ("Six were killed and [31] injured in the Lindholm fire.", THURSDAY),
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
        ("The arrested man is [43 years old].", THURSDAY),
        ("The arrested man is [34 years old].", THURSDAY),
    ),
    (
        "What is the unemployment rate in Norsund?",
        ("The unemployment rate in Norsund is [5.2%], the office said.", THURSDAY),
        ("Norsund's unemployment rate stands at [6.1%].", THURSDAY),
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
        ("The ferry Aurelia sank on [Tuesday] off Lindholm.", THURSDAY),
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
        ("[Ana Reis] won the presidential election in Norsund.", THURSDAY),
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
        ("The coach of Varnes, [Ana Reis], left.", THURSDAY),
        ("The coach of Varnes, [Rui Costa], left.", THURSDAY),
    ),
    ("How many votes did the law get?", "The law got [211 votes].", "The law got [198 votes]."),
    (
        "In which country was the painting found?",
        "The stolen painting was found in [Italy].",
        "The stolen painting was found in [Spain].",
    ),
    (
        "How old was the victim?",
        ("The victim, who was [34 years old], lived alone.", THURSDAY),
        ("The victim, [43 years old], lived alone.", THURSDAY),
    ),
]
"""Two articles that cannot both be right: question, one, other."""

DEVELOPMENTS: list[Case] = [
    (
        "How many people have been killed in the US strikes on boats?",
        ("US operations against boats have resulted in [87 deaths].", THURSDAY),
        ("US attacks on boats have killed [at least 100 people].", LATER),
    ),
    (
        "How many people died in the earthquake?",
        ("The earthquake killed [at least 20 people], officials said.", day("2025-03-01")),
        ("The earthquake killed [more than 150 people].", day("2025-03-03")),
    ),
    (
        "How many people were injured when the bridge failed?",
        ("On 3 May [eleven people] were injured when the bridge failed.", day("2024-05-03")),
        ("[14 people] were injured when the bridge failed.", day("2024-05-05")),
    ),
    (
        "How many people were treated after the bridge failed?",
        ("[Eleven people] were treated after the bridge failed.", day("2024-05-03")),
        ("[16 people] were treated for injuries after the bridge failed.", day("2024-05-06")),
    ),
    (
        "How many people died in the bus crash?",
        ("[Two people] died and nine were injured in the bus crash near Holm.", day("2025-03-01")),
        ("The bus crash near Holm killed [five people].", day("2025-03-03")),
    ),
    (
        "How many people have died in the flood?",
        ("The flood has killed [87 people].", THURSDAY),
        ("The flood's death toll has risen from 87 to [104].", LATER),
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
        ("The clashes have injured [40 people].", THURSDAY),
        ("The clashes have injured [65 people].", LATER),
    ),
    (
        "How many ships have been seized?",
        ("US forces have seized [one tanker] off Venezuela.", THURSDAY),
        ("US forces have seized [two tankers] off Venezuela.", LATER),
    ),
    (
        "How much money has been raised?",
        ("The appeal has raised [€2m] so far.", THURSDAY),
        ("The appeal has raised [€3.5 million] so far.", LATER),
    ),
    (
        "How many houses were destroyed in the flood?",
        ("The flood destroyed [120 houses].", THURSDAY),
        ("The flood destroyed [310 houses].", LATER),
    ),
    (
        "What is the unemployment rate?",
        ("The unemployment rate is [5.2%].", THURSDAY),
        ("The unemployment rate is [5.6%].", day("2026-01-12")),
    ),
    (
        "Who is the prime minister of Norsund?",
        ("The prime minister of Norsund, [Ana Reis], spoke.", day("2020-01-01")),
        ("Norsund's prime minister, [Rui Costa], spoke.", THURSDAY),
    ),
]
"""What moves with time: question, the earlier article, the later one."""

AGREEMENTS: list[Case] = [
    ("When did it start?", "The strike started on [Dec 11].", "It began on [11 December]."),
    (
        "When was the tanker seized?",
        ("The tanker was seized on [Wednesday].", THURSDAY),
        ("The tanker was seized on [December 10].", LATER),
    ),
    (
        "When was the tanker seized?",
        ("The tanker was seized [yesterday].", THURSDAY),
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
]
"""One value in other words: question, one, other."""

NO_DISAGREEMENTS: list[Case] = [
    # Other events.
    (
        "Which day did the two presidents speak by phone?",
        "Vladimir Putin spoke by phone with Nicolas Maduro on [Thursday].",
        "Yvan Gil and Sergey Lavrov spoke by phone on [Monday].",
    ),
    (
        "When did the president call?",
        ("Putin called Maduro on [Thursday].", THURSDAY),
        ("Putin called Maduro on [Monday].", LATER),
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
        ("A strike on a boat on Monday killed [four people].", THURSDAY),
        ("A strike on a boat on Wednesday killed [six people].", day("2025-12-13")),
    ),
    (
        "How many people were killed in the strikes?",
        ("A strike on a boat killed [14 people].", THURSDAY),
        ("The strikes on boats have killed [87 people].", LATER),
    ),
    (
        "When was the tanker seized?",
        "The tanker was seized on [Wednesday].",
        "Another tanker was seized on [Sunday].",
    ),
    (
        "What is the inflation rate?",
        ("Brazil's inflation rate is [5.1%].", THURSDAY),
        ("Argentina's inflation rate is [31.2%].", THURSDAY),
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
        ("The unemployment rate is [5.2%].", THURSDAY),
        ("The unemployment rate rose to 5.2% from [4.9%].", THURSDAY),
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
        ("The price of oil is [$70] a barrel.", THURSDAY),
        ("The price of oil is [$72] a barrel.", THURSDAY),
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
        ("The fire broke out [yesterday].", THURSDAY),
        ("The fire broke out on [Thursday].", day("2025-12-12")),
    ),
    (
        "When did the fire break out?",
        ("The fire broke out at [5 p.m.] on the quay.", THURSDAY),
        ("The fire broke out at [6 p.m.] on the quay.", THURSDAY),
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
        ("The meeting is expected on [Tuesday].", THURSDAY),
        ("The meeting took place on [Monday].", THURSDAY),
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
        ("A ticket costs [$20] for adults.", THURSDAY),
        ("A ticket costs [$10] for children.", THURSDAY),
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
        ("Inflation rose by [2%].", THURSDAY),
        ("Inflation rose to [8%].", THURSDAY),
    ),
    (
        "How old is the suspect?",
        ("The suspect, a [34-year-old] man, was held.", THURSDAY),
        ("The suspect, a [29-year-old] woman, was held.", THURSDAY),
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
        "When did the coast road reopen?",
        ("The coast road remained closed on [Tuesday].", day("2025-12-10")),
        ("The coast road reopened on [Thursday] at noon.", day("2025-12-12")),
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
        ("Norsund Lines has its headquarters in [Varnes].", THURSDAY),
        ("Norsund Lines has its headquarters in [Brell].", LATER),
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
]
"""Other events, other quantities, or values that are both right: question, one, other."""
