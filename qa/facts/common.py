"""Ordinary words: a capital at the start of a sentence does not make one of these a name.

The most frequent words that running encyclopaedic prose writes in lower case, one for each stem,
without function words and without those whose ending already tells (see `ordinary`).
"""

import re
from functools import lru_cache

from qa.facts.words import STOP_WORDS, stem

_FREQUENT = """
absolute academic accept access account achieve acid actual additional address adjacent
adolescents adult advantage affect agencies agriculture aircraft album alcohol allow alone
alongside amongst amount analog analysis analysts ancestry animals annual antenna anti
antibiotics apart apparent appear approach appropriate approval architect architectural area
argue armies arose arrival artillery artistic aside aspects asphalt assets attack attempt author
autonomy average avoid background bacteria bacterial ball bands banks base basis battles becomes
beer began begin begun behavior belief believe benefit better biggest billion birds birth
bishops bitumen blacks blockade blood boat body books border born bought boundaries brain branch
break brief broad broadcast broke broken brother brought budget buildings built businesses
calendar call came campaign candidates capita capital capture carbon care career carrier carry
case cast casualties categories cause cells cent centres century ceremony certain chain change
channels character characteristics charge children choice choose chosen citizens civilian claim
class clear climate clock close closer clubs coastal coins collapse colonies color combat come
commercial common companies comparison compete complete complex components compounds computer
concept concerns conduct conflict conquest consider console constant contact contains content
context continent continue contract contrast control controversy conventional copies copper
copyright core correct cost cotton counter counties country coup course cover coverage create
credit crime critics crops cuisine cult culture current cycle damage data database date daughter
days dead deal death debate debt decades decline defeat defend degree demand dependent
descendants descent describe design despite details determine develop devices dialects diet
different difficult diplomatic direct discipline discovery disease display distinct districts
diverse doctrine dogs dollar domestic dominant double dozens dramatic drawn driven drop drugs
earlier earliest earthquake economic economy educational effect efficiency efforts eggs eight
eighteen eighty elevator eleven elite elsewhere emotional emphasis employees enemy energy ensure
enter entire entry equal equivalent essential establish estimates ethnic events evolutionary
example except expand experiences experts exposure extent external extreme face fact factor
failure false families fans fast faster favor features feet fell felt female festivals fewer
fields fifteen fifth fifty fight figures file film final financial find fire first fish five
flag flat flood floor flow focus folk follow food form formal format former forty forward fought
found founder four fourteen fourth frame frequency frequent fresh fuel full fundamental funds
future gain gas gender genes genetic genome genre given gives glass goal gods goes good grew
ground groups grow grown growth guns half hand hard hardware heat heavy height held help high
higher highest historians history hold home host hours household houses huge humans hundred
hundreds hydrogen ideal ideas identify illegal image immediate immigrants impact important
improve inches include income increase independent indicate individual industry influences
influential infrastructure inhabitants initial insects inside intellectual interest internal
involves issue items join judges keep kept kilometres kind know knowledge known label lack laid
lamps lands language large larger largest last late later latter launch laws lead leadership
leave left legal legislature length letter level lies life light limits line links list literary
literature lives local long longer longest look loss lost lower lowest machines magnetic main
mainland mainstream maintain major makes male mammals manager mandolin manner market marriage
match material mathematics matter maximum means meant measures meat medium meet member
membership memory mental metal method metres midnight migrants miles military million millions
mind minimum minutes mobile model modern molecular monarch monarchy money months moral mosaic
motor move movie multi multiple musicians name narrow natural nearby necessary needs
neighborhoods networks newspaper next nine nineteen ninety noon normal note novel nuclear number
objects obtain occur offer offices official oil older oldest one ones online operate opinion
opposite ordinary organisms original output outside overall oxygen page paid pain paintings pair
paper parallel parents part particular parties passenger past patent pattern peak penalty people
percent percentage perform period permanent person personnel phase philosophy pieces place plans
plants platform player plays poetry point police policy politics poor popular ports potential
power practice present pressure prevent prey prices primary principal principle prior private
problems process produce products professional profit program progress projects prominent
promote proper property proposal protect protein protests provide provinces public pubs punk
purchase purpose quantum quarter race racial rain rainfall range ranks rapid rare rate ratio
reach read reason rebels receives recent record reduce refer referendum reflect reforms regard
regime region regular reign relationship relay release religion remains remove replace reports
represent request require researchers residential residents resources respect response rest
restaurants result retail return revenue rich right risk rival roads role rooms roots round
routes rule ruler runs rural sales samurai sanctions satellite scale scene scheme scholars
schools scientific scientists screen script search season seat second secondary sector secular
secure seems seen seizure self sell semi senior sense sent separate serve sets seven seventeen
seventy several sexual shape share shift ships short shot show shown side sign signal
significant similar simple singer single sister site six sixteen sixty skills skin slavery
slaves slow small smaller snow social societies soft software soil sold solid somewhat songs
soon sought sounds source sovereign sovereignty speak species specific spectrum speech spent
sphere spiritual split spoke spoken spread stage stand standards start status steel step stop
storage stores storm story strategic strategy streets strength stress strict strike strong
structure struggle students study style subject subsequent substantial suburban suburbs success
successor sufficient suggests supplies support surface survivors symbol system take taken tanker
target taught taxes teachings team techniques technologies temperature temporary ten tend term
territories test text theme theory thereby thermal things think third thirteen thirty thought
thousands threat three throne ties time title today told tomorrow tonight tons took tools torch
total towns track traditional traffic train transfer transport travel treaties tree trend trial
tribes troops true turn twelve twenty twice two type undergraduate understand unique units
unlike update uranium urban usage user uses vacuum value variety vary vast vehicles vessels
victims victory videos view villages violent visit visual vocal voltage volume vote walls water
wave ways wealth wealthy weapons wear weather website weeks weight went whites wide wider
widespread wife wind winner woman women wood word work worldwide worship worth writes written
wrote years yesterday zero zinc
"""
_ENDING = re.compile(
    r"(?:ing|ed|ly|tions?|sions?|ments?|ness|ity|ities|ous|ive|able|ible|ful|less|ances?|ences?"
    r"|isms?|ists?|ologys?|ical|ize|ise)$"
)
_SHORTEST_WITH_ENDING = 6
"""Below this length an ending proves nothing: `King`, `Reed`, `Lily`."""


@lru_cache(maxsize=1)
def _stems() -> frozenset[str]:
    return frozenset(stem(word) for word in _FREQUENT.split())


@lru_cache(maxsize=16_384)
def ordinary(key: str) -> bool:
    """Tell whether the folded word is one that any English text may begin a sentence with."""
    if key in STOP_WORDS or stem(key) in _stems():
        return True
    return len(key) >= _SHORTEST_WITH_ENDING and _ENDING.search(key) is not None
