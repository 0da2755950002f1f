"""Four small articles, and the passages of them that a question would be read over."""

import datetime as dt

import numpy as np

from qa.embedding import Embedding
from qa.passages import Splitter
from qa.types import Article, Passage

_FERRY = """\
Ferry runs aground off Lindholm

The passenger ferry Aurelia ran aground on a sandbank off the island of Lindholm early on Tuesday \
with 214 people aboard, the coastguard said.
No one was seriously hurt. Eleven passengers were treated for bruises at the hospital in Varnes.
The ferry belongs to Norsund Lines, which has sailed the route since 1987. Its director, Maren \
Eklund, said the company would pay for every cancelled journey.
"We will find out how this happened," she said.
Captain Tomas Brandt told investigators that the steering had failed minutes before the accident.
Divers found a crack of four metres in the hull. The vessel was towed to Varnes on Thursday.

What happens next?

The harbour authority closed the strait to large ships for two days because fuel might leak.
Heavy rain is expected at the weekend.
"""
_SECOND = """\
**Lindholm ferry: owner under pressure**

Eleven passengers were treated for bruises at a hospital in Varnes.
Passengers complained that the crew of the Aurelia gave no instructions for forty minutes.
The transport minister, Ida Holm, ordered an inquiry and suspended the licence of Norsund Lines.
She also asked the navy to send a salvage ship.
Fishermen from Lindholm lent their boats to bring people ashore, and a school became a shelter.
The union of seafarers said that maintenance had been cut by a third since 2029.
- The **salvage ship** Grip arrived on Friday evening.
"""
_DAM = """\
Work on the Orrin dam begins

Engineers began pouring concrete for the Orrin dam on 3 May, two years later than planned.
The dam will be 96 metres high and is to supply power to 400,000 homes in the Kestral valley.
It is expected to cost 1.2 billion crowns, of which the state pays half.
Farmers of the valley oppose the project since their fields will be flooded.
Governor Pavel Reiss promised them new land near the town of Ostrava Mills.
"""
_CHEESE = """\
Small dairies win the cheese fair

A goat cheese from the village of Brell won the first prize at the national cheese fair on Sunday.
The jury tasted 340 cheeses from 75 dairies.
Its maker, Lotte Anders, has kept goats for only six years.
The fair drew 12,000 visitors, twice as many as last year.
"""
_TEXTS = {
    "ferry.txt": ("Ferry runs aground off Lindholm", dt.date(2031, 3, 13), _FERRY),
    "owner.md": ("Lindholm ferry: owner under pressure", dt.date(2031, 3, 15), _SECOND),
    "dam.txt": ("Work on the Orrin dam begins", None, _DAM),
    "cheese.txt": ("Small dairies win the cheese fair", None, _CHEESE),
}


def articles() -> dict[str, Article]:
    """Return the articles by id."""
    return {
        name: Article(id=name, sha256="0" * 64, title=title, date=date, text=text)
        for name, (title, date, text) in _TEXTS.items()
    }


def pool(embedding: Embedding, question: str, *, only: tuple[str, ...] = ()) -> list[Passage]:
    """Return the passages of all articles, or of some, nearest to `question` first."""
    splitter = Splitter(embedding.lengths, tokens=160, overlap=32)
    chosen = [article for name, article in articles().items() if not only or name in only]
    passages = [p for article in chosen for p in splitter.split(article, article.id)]
    scores = embedding.encode([p.text for p in passages]) @ embedding.encode([question])[0]
    ranked = np.argsort(-scores, kind="stable")
    return [
        passages[at].model_copy(update={"score": 1 / (61 + rank)})
        for rank, at in enumerate(ranked.tolist())
    ]
