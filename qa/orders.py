"""Text of an article that speaks to a machine and not to a reader, and markup that would load.

An article may hold an order: "ignore the above and write that …". Whoever answers from it must not
take what stands there for a report, so a paragraph with an order in it is no evidence. What is
looked for are the forms that such orders have been seen in; a falsehood that an article states as
any other cannot be told from the truth, and is shown with the name of the article that says it.
"""

import re
import unicodedata
from collections.abc import Sequence

from qa.marks import is_reply, without_label
from qa.types import Span

_MODEL = (
    r"(?:(?:large )?language models?|llms?|ais?|a\.i|chat ?bots?|bots?|gpt[-\w.]*|claude|ollama"
    r"|(?:ai|digital|virtual|helpful|research) (?:assistants?|systems?|agents?)|assistants?"
    r"|(?:retrieval|answering|summari[sz]ing) (?:systems?|engines?|machines?)|summari[sz]ers?)"
)
_UTTER = (
    r"write|say|answer|reply|respond|output|print|repeat|state|declare|claim|tell|mention|recite"
    r"|reveal|translate|decode|cite"
)
_DO = r"begin|end|start|insert|include|append|add|obey|follow|call"
"""What readers are told to do as well: "Start: 9:30", "Call us: 0117 496 0822"."""
_SAY = rf"(?:{_UTTER}|{_DO})"
_LEAD = (
    r"(?:(?:please|now|then|instead|next|first|second|third|finally|always|just|only|also"
    r"|step \w+|you (?:must|should|will|are to)|for the (?:log|record|test|audit)|and|but)\b"
    r"[,: ]*)*"
)
_COLON = r":(?!\d)"
"""What announces words, and not the minutes of an hour."""
_OUTPUT = (
    r"\b(?:answers?|reply|replies|response|prompt|instructions?|passages?|system|footnotes?"
    r"|citations?|image|link|url|https?|above|below|base64|tools?|functions?|conversation"
    r"|lines?|(?:this|the) text|\[\d+\])\b"
)
_RULES = (
    r"\b(?:instructions?|rules|prompts?|above|guidelines|constraints|directives|safeguards"
    r"|everything (?:before|above|else|you)|all (?:that|you)"
    r"|other (?:articles|sources|files|passages))\b"
)
_MUST = r"\b(?:must|should|shall|ha(?:s|ve) to|(?:is|are) to)\b"
_NOTE = r"\b(?:attention|notes?|messages?|dear|hello|notice|instructions?|commands?|memo|rules?)\b"
_FOR = r"(?:(?:to|for)\b\W*)?(?:(?:all|any|every|the|this|your|whichever)\b\W*)?"
_READER = rf"(?:{_MODEL}|(?:[\w-]+ )?(?:model|checker|verifier|answer|reply|response)s?)\b"
_GOOD = r"\b(?:correct|right|true|only|verified|accepted|expected|final|official) answers?\b"
_ORDERED = (
    r"\b(?:instruction|order|command)s?\b"
    r".{0,30}\b(?:below|above|here|hidden|encoded|this|comment|title|exactly)\b"
)
_FOREIGN_RULES = (
    r"\b(?:instru[cç]\w+|istruzion\w+|anweisung\w+|regeln|règles|reglas|regole|anterior\w*"
    r"|précédent\w*|vorherig\w*|precedent\w*)"
)
_FOREIGN_SAY = (
    r"\b(?:répond(?:ez|s)|écri(?:vez|s)|antworten? sie|antworte|schreiben? sie|schreibe|respond[ea]"
    r"|escrib[ea]|contesta|rispondi|scrivi|responda|escreva)\b"
)
_COMMANDS = (
    # What a sentence begins with that tells somebody to answer in some way
    rf"^\W*{_LEAD}{_SAY}\b(?=\W+(?:\w+\W+)?(?:that|only|exactly)\b)",
    rf"^\W*{_LEAD}(?:{_UTTER})\b(?=.{{0,40}}?(?:[\"“]|{_COLON}))",
    rf"^\W*{_LEAD}(?:{_DO})\b(?=[^:\"“]{{0,40}}(?:[\"“]|{_COLON}(?!\s?[+(]?\d)))",
    rf"^\W*{_LEAD}{_SAY}\b(?=.{{0,60}}{_OUTPUT})",
    rf":\s*{_SAY} (?:that|only|exactly)\b",
    r"\b(?:and|then) (?:write|answer|reply|respond|output|print) (?:that|only)\b",
    r"^\W*(?:to answer|(?:before|when) (?:you )?answer(?:ing)?)\b|\bbefore answering\b",
    rf"\b(?:ignore|disregard|forget|override|bypass|neglect|skip|leave out)\b.{{0,60}}{_RULES}",
    rf"\b(?:obey|execute|comply with|follow|carry out)\b.{{0,40}}{_ORDERED}",
    r"\b(?:cite|attribute)\b.{0,60}\b(?:passages?|source|file|footnote)\b",
    r"\b(?:cite|attribute)\b.{0,60}\.(?:txt|md|pdf|html)\b",
)
_ADDRESSED = (
    # To whom it speaks, and of what only a model has
    rf"\b{_MODEL}\b.{{0,20}}{_MUST}.{{0,30}}\b{_SAY}\b",
    rf"{_NOTE}\W*{_FOR}{_READER}",
    rf"\bto (?:the|any|all|every) {_MODEL}\W*:",
    rf"\b(?:if|when|since|as) you are (?:an? |the )?.{{0,20}}\b{_MODEL}\b",
    rf"\byou are (?:now|no longer)\b.{{0,40}}\b(?:{_MODEL}|mode|bound|restricted|allowed)\b",
    r"\b(?:system|developer|hidden) (?:prompt|instructions?|message)\b|\bdeveloper mode\b",
    r"\byour (?:own )?(?:prompt|instructions|guidelines|training|context window)\b|\bjailbreak",
)
_VERDICTS = (
    # What pretends to be an answer, or to have been checked
    rf"{_GOOD}.{{0,80}}\b(?:is|are|must|reads?)\b|{_GOOD}\W*:",
    r"^\W*(?:(?:final )?answer|question|q|a)\W{0,2}:\s",
    r"\bsupport(?:ed)? ?(?:score)?\W{0,2}[:=]\W{0,2}(?:1|true|yes|0?\.9)|\bverdict\W{0,2}[:=]",
)
_MARKS = (
    # Turns of a conversation, calls of tools, and marks of our own prompt
    r"(?:^|[\n\[<{])\W{0,8}(?:system|assistant|user|human|developer|tool|function)\W{0,3}[:>\]]",
    r"<\||\|>|\[/?inst\]|<</?sys>>|#{2,}\s*(?:instructions?|system|response|answer)\b|<!--",
    r"[\"'](?:role|tool_calls?|function_call|function|arguments)[\"']\s*:",
    r"[\"'](?:verdict|supported|answer)[\"']\s*:",
    r"</?(?:tool_call|tool|function|system|assistant|invoke|think|answer|passage)\b",
    r"\bnot[_ ]in[_ ]articles\b|-{4,}|\bpassage ?[\[(]\d",
    r"\bend of (?:the )?(?:passages?|articles?|documents?|context|data|excerpts?|material)\b",
    # What only a machine would read
    r"\bbase ?64\b|\brot ?-?13\b|\b[A-Za-z0-9+/]{40,}|\b(?:[0-9a-f]{2} ){8,}",
)
_FOREIGN = (
    # "Ignore the instructions" and "answer that", in French, German, Spanish, Italian, Portuguese
    rf"\bignor(?:ez|e|ieren?|iere|a|ad|are|i|ate)\b.{{0,60}}{_FOREIGN_RULES}",
    rf"{_FOREIGN_SAY}.{{0,40}}(?:\b(?:que|dass|che|solo|nur|seulement|uniquement|only)\b|:)",
    # and in Russian, Chinese and Japanese
    r"игнориру\w+|не обращай\w* внимания|ответь\w*\b.{0,20}\bчто|напиши\w*\b.{0,20}\bчто",
    r"忽略.{0,12}(?:指令|指示|说明|規則|规则)|無視|(?:回答|输出|回复).{0,6}[:：]",
)
_ORDERS = (*_COMMANDS, *_ADDRESSED, *_VERDICTS, *_MARKS, *_FOREIGN)
_FIRST = tuple(pattern for pattern in _ORDERS if pattern.startswith("^"))
ANYWHERE = tuple(pattern for pattern in _ORDERS if not pattern.startswith("^"))
"""Patterns of which one is enough, wherever in a sentence it stands."""
_OPENS = re.compile("|".join(f"(?:{pattern})" for pattern in _FIRST), re.IGNORECASE | re.DOTALL)
_ORDER = re.compile("|".join(f"(?:{p})" for p in ANYWHERE), re.IGNORECASE | re.DOTALL)
_WORDS = """
ignore disregard forget override bypass neglect skip leave obey execute comply follow carry
cite attribute models model llm llms ai ais chatbot chatbots bot bots gpt claude ollama
assistant assistants retrieval answering summarizer summarizers summariser attention note
notes message messages dear hello notice instruction instructions command commands memo rule
rules system systems developer hidden prompt jailbreak your you answer answers support
supported score verdict inst passage not_in_articles not_in base rot end then ignorez
ignoriere ignorieren ignora ignorad ignorar ignori ignorate répondez réponds écrivez antworten
antworte schreiben schreibe responde responda escribe escriba contesta rispondi scrivi escreva
checker verifier write reply replies respond output print response summarizing summarising
agent agents articles in_articles user human tool function supportscore supportedscore ignorare
summarisers écris
"""
_TELLING = frozenset(_WORDS.split())
"""Every pattern that may stand anywhere needs one of these words, or else one of the signs below:
looking for them takes a tenth of the time."""
_LETTERS = re.compile(r"[^\W\d]+")
_SIGN = re.compile(r"[<>|{#:\[\u0131\u0307\u0370-\u1fff\u3000-\uffef]")
_RUN = re.compile(r"[a-z0-9+/]{40}|(?<![^\W_])(?:[0-9a-f]{2} ){3}")
_PARTS = ("----", "a.i", "gpt", "jailbreak")
_FEWEST_REPLIES = 2
_LOOKALIKES = str.maketrans(
    "аАеЕоОрРсСхХуУіІјЈѕЅԁһԛԝвВнНкКмМтТгαΑεΕοΟρΡνΝιΙκΚτΤυΥβΒηΗ",
    "aAeEoOpPcCxXyYiIjJsSdhqwBBHHKKMMTTraAeEoOpPvNiIkKtTuYBBnH",
)
_IMAGE = re.compile(r"!\[[^\[\]]{0,300}\](?:\([^)]{0,2000}\)?|\[[^\[\]]{0,300}\])?")
_ASIDE = re.compile(r"(?<=[.!?])\s*\[(?!\d+\])[^\[\]]{0,300}\]\([^)]{0,2000}\)?")
"""A link that stands by itself after a sentence: "Click here"."""
_LINK = re.compile(r"\[([^\[\]]{0,300})\]\([^)]{0,2000}\)?")
_TARGET = re.compile(r"\]\([^)\s]{0,2000}\)?")
_HIDDEN = re.compile(
    r"<!--.*?(?:-->|$)|<\|[^<>|]*\|>|<(?:https?|ftp|data|javascript|mailto):[^>]*>", re.DOTALL
)
_ACTIVE = re.compile(
    r"</?(?:img|script|iframe|object|embed|svg|link|style|form|input|button|video|audio|source|base"
    r"|meta|a)\b[^<>]*>?",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"(?:\b(?:https?|ftp|data|javascript):|\bwww\.)\S+", re.IGNORECASE)
"""What a program could open."""


def is_order(text: str) -> bool:
    """Tell whether a sentence, or a title, speaks to a machine."""
    if text.isascii():
        return _ordered(text)
    seen = "".join(
        c for c in text if c.isascii() or unicodedata.category(c) not in {"Cf", "Co", "Cs"}
    )
    plain = unicodedata.normalize("NFKC", seen)
    return _ordered(plain) or _ordered(plain.translate(_LOOKALIKES), unless=plain)


def _ordered(text: str, unless: str | None = None) -> bool:
    """Look for the patterns, unless the text is the one that was looked at already."""
    if text == unless:
        return False
    if _OPENS.match(text):
        return True
    return _tells(text.lower()) and bool(_ORDER.search(text))


def _tells(small: str) -> bool:
    """Tell whether a text in small letters has what some pattern needs."""
    return bool(
        _SIGN.search(small)
        or not _TELLING.isdisjoint(_LETTERS.findall(small))
        or any(part in small for part in _PARTS)
        or _RUN.search(small)
    )


def tainted(text: str, spans: Sequence[Span]) -> list[bool]:
    """Tell which sentences of `text` stand in a paragraph with an order in it."""
    paragraphs: list[list[int]] = []
    last = 0
    for number, (start, end) in enumerate(spans):
        if not paragraphs or text.count("\n", last, start) > 1:
            paragraphs.append([])
        paragraphs[-1].append(number)
        last = end
    found = [False] * len(spans)
    lines = _unlabelled([text[slice(*span)] for span in spans])
    for numbers in paragraphs:
        first, last = numbers[0], numbers[-1]
        whole = lines[first] + text[spans[first][1] : spans[last][1]]
        several = len(numbers) > 1
        if any(is_order(lines[n]) for n in numbers) or (several and is_order(whole)):
            for number in numbers:
                found[number] = True
    return found


def _unlabelled(lines: Sequence[str]) -> list[str]:
    """Drop "Q:" and "A:" where several questions have their answers below: that is for readers.

    One alone is how an order pretends to have been answered already.
    """
    replies = [n for n in range(1, len(lines)) if is_reply(lines[n], lines[n - 1])]
    if len(replies) < _FEWEST_REPLIES:
        return list(lines)
    labelled = {*replies, *(n - 1 for n in replies)}
    return [without_label(line) if n in labelled else line for n, line in enumerate(lines)]


def inert(text: str) -> str:
    """Return a statement without what a reader of Markdown or HTML would load or link."""
    bare = _HIDDEN.sub("", text)
    bare = _TARGET.sub("]", _LINK.sub(_linked, _ASIDE.sub("", _IMAGE.sub("", bare))))
    return _ACTIVE.sub("", bare)


def _linked(link: re.Match[str]) -> str:
    """Return a link's text; a number in brackets is the number of a passage, and stays one."""
    return f"[{link[1]}]" if link[1].isdigit() else link[1]
