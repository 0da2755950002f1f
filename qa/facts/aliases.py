"""Different words for one name: abbreviations, demonyms, capitals; and words that are no name.

The tables hold what no rule gives. A rule gives the rest: an acronym's letters, and demonyms made
by a suffix (see `variants`).
"""

import re
from functools import lru_cache

_SAME = """
us: usa america american americans united-states united-states-of-america
uk: britain british united-kingdom great-britain britons
eu: european-union
un: united-nations
uae: emirati emiratis united-arab-emirates
ussr: soviet soviets soviet-union
drc: democratic-republic-of-congo democratic-republic-of-the-congo
north-korea: dprk north-korean north-koreans
south-korea: south-korean south-koreans republic-of-korea
saudi-arabia: saudi saudis saudi-arabian
new-zealand: new-zealander new-zealanders
south-africa: south-african south-africans
france: french frenchman frenchmen
spain: spanish spaniard spaniards
england: english englishman englishmen
ireland: irish
wales: welsh
scotland: scottish scots scotsman
netherlands: dutch holland
belgium: belgian belgians
denmark: danish dane danes
sweden: swedish swede swedes
norway: norwegian norwegians
finland: finnish finn finns
poland: polish pole poles
iceland: icelandic
switzerland: swiss
germany: german germans
greece: greek greeks
turkey: turkish turks turkiye
czech: czechia czechs czech-republic
ukraine: ukrainian ukrainians
portugal: portuguese
peru: peruvian peruvians
philippines: philippine filipino filipinos
thailand: thai thais
afghanistan: afghan afghans
kazakhstan: kazakh kazakhs
uzbekistan: uzbek uzbeks
iraq: iraqi iraqis
israel: israeli israelis
yemen: yemeni yemenis
nigeria: nigerian nigerians
niger: nigerien
myanmar: burma burmese
europe: european europeans
lebanon: lebanese
ghana: ghanaian ghanaians
cyprus: cypriot cypriots
monaco: monegasque
laos: laotian laotians lao
panama: panamanian panamanians
el-salvador: salvadoran salvadorans
ivory-coast: ivorian ivorians cote-divoire
morocco: moroccan moroccans
madagascar: malagasy
hong-kong: hongkonger hongkongers
puerto-rico: puerto-rican puerto-ricans
sri-lanka: sri-lankan sri-lankans
costa-rica: costa-rican costa-ricans
florida: floridian floridians
texas: texan texans
venice: venetian venetians
naples: neapolitan neapolitans
vienna: viennese
paris: parisian parisians
rome: roman romans
argentina: argentine argentinian argentines
ecuador: ecuadorian ecuadorean
canada: canadian canadians
catholicism: catholic catholics
islam: islamic muslim muslims
judaism: jewish jews jew
christianity: christian christians
buddhism: buddhist buddhists
hinduism: hindu hindus
ww1: world-war-i world-war-one world-war-1 wwi first-world-war
ww2: world-war-ii world-war-two world-war-2 wwii second-world-war
nyc: new-york-city
la: los-angeles
tv: television televisions tvs
foreign-ministry: ministry-of-foreign-affairs
nato: north-atlantic-treaty-organization north-atlantic-treaty-organisation
who: world-health-organization world-health-organisation
"""
_SEATS = """
moscow kremlin: russia
washington white-house pentagon: us
london downing-street westminster: uk
paris elysee: france
berlin: germany
beijing: china
tehran: iran
kyiv kiev: ukraine
caracas miraflores: venezuela
havana: cuba
brussels: eu
ankara: turkey
tokyo: japan
seoul: south-korea
pyongyang: north-korea
jerusalem: israel
cairo: egypt
riyadh: saudi-arabia
damascus: syria
baghdad: iraq
kabul: afghanistan
islamabad: pakistan
madrid: spain
warsaw: poland
ottawa: canada
canberra: australia
brasilia: brazil
bogota: colombia
minsk: belarus
"""
_TITLE_WORDS = """
president vice-president minister premier chancellor secretary senator governor congressman
congresswoman mayor ambassador spokesman spokeswoman spokesperson chairman chairwoman chair
director ceo mr mrs ms miss dr doctor prof professor sir dame lord lady king queen prince
princess emperor empress tsar pope cardinal archbishop bishop father sister brother saint st
rev reverend general gen colonel col major maj captain capt lieutenant lt sergeant sgt admiral
marshal commander judge justice sen gov rep representative leader head chief officer jr
spokespeople ministers presidents senators
"""
TITLES = frozenset(_TITLE_WORDS.split())
"""Words that stand before a person's name and are not part of it."""
_MODIFIER_WORDS = """
foreign prime vice deputy former acting interim chief defence defense finance interior
attorney executive managing opposition
"""
TITLE_MODIFIERS = frozenset(_MODIFIER_WORDS.split())
"""Words that belong to a title when one follows."""
_GENERIC_WORDS = """
sea ocean river lake bay gulf strait canal mountain mountains mount island islands peninsula
city town county state states province region district country republic kingdom empire
federation government administration ministry department agency office council committee
commission company corporation corp inc ltd co plc group university college school institute
church cathedral museum war battle treaty act party army navy force forces air airport station
street road avenue bridge valley people nation world league club team association organization
organisation century age era dynasty system movement coast southern northern eastern western
north south east west central member members law day prefecture period standard standards zone
teams building square
"""
GENERIC = frozenset(_GENERIC_WORDS.split())
"""Words of a name that its short form leaves out: `the Caribbean` is the Caribbean Sea."""
_PARTICLE_WORDS = """
of de del della der den van von da di du dos das la le el al bin ibn y e and the for
"""
PARTICLES = frozenset(_PARTICLE_WORDS.split())

_DEMONYM_ENDINGS = (
    "n",
    "an",
    "ian",
    "ean",
    "ese",
    "i",
    "ish",
    "ic",
    "s",
    "ns",
    "ans",
    "ians",
    "is",
    "sm",
    "ism",
    "ist",
    "ists",
    "sts",
)
_SHORTEST_ROOT = 4


def _read(table: str) -> dict[str, str]:
    rows = (line.split(":") for line in table.strip().splitlines())
    return {form: name for name, forms in rows for form in (name, *forms.split())}


ALIASES = _read(_SAME)
"""Form to canonical name; the words of a form are joined by hyphens."""
SEATS = {
    form: country
    for forms, country in (line.split(": ") for line in _SEATS.strip().splitlines())
    for form in forms.split()
}
"""A capital or a seat of government, which stands for its country."""
LONGEST_ALIAS = max(form.count("-") for form in (*ALIASES, *SEATS)) + 1


@lru_cache(maxsize=16_384)
def spelling(key: str) -> str:
    """Bring transliterations together: `Sergey` and `Sergei`, `Muhammad` and `Muhamad`."""
    plain = re.sub(r"(.)\1", r"\1", key.replace("y", "i").replace("kh", "h").replace("ph", "f"))
    return plain.replace("ii", "i")


@lru_cache(maxsize=16_384)
def variants(key: str) -> frozenset[str]:
    """Return the forms under which the name `key` may stand in another text.

    Among them are demonyms and countries made by a suffix: `venezuela`, `venezuelan`.
    """
    found = {key, ALIASES.get(key, key)}
    if len(key) < _SHORTEST_ROOT:
        return frozenset(found)
    roots = {key, key[:-1]} if key[-1] in "aeoy" else {key}
    for ending in _DEMONYM_ENDINGS:
        root = key.removesuffix(ending)
        if root != key and len(root) >= _SHORTEST_ROOT:
            roots.add(root)
            found.update({root, root + "a", root + "e", root + "y"})
    for root in roots:
        if len(root) >= _SHORTEST_ROOT:
            found.update(root + ending for ending in _DEMONYM_ENDINGS)
    return frozenset(found)
