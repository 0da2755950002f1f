"""What kind of line a line is: a caption, a notice of the publisher, or neither.

Only the form of the line decides, as agencies and publishers write such lines: a credit at its
end, a label at its start, names and nothing else. A sentence that merely speaks of a photo or of
copyright has none of these forms.
"""

import re

_LONGEST_NOTICE = 200
_SMALL_WORD = re.compile(
    r"an?|and|at|by|d[aeiu]|del|de[nr]|dos|el|for|from|in|la|le|o[fnr]|the|van|via|von|y"
)
_AGENCIES = (
    *("AP", "AFP", "Reuters", "REUTERS", "EPA-EFE", "EPA", "EFE", "Getty Images", "Getty"),
    *("Shutterstock", "iStock", "Alamy", "Bloomberg", "Xinhua", "TASS", "Sputnik", "NurPhoto"),
    *("Anadolu Agency", "Anadolu Images", "Anadolu", "Pool", "Handout", "Unsplash", "Pexels"),
    *("Pixabay", "Flickr", "Wikimedia Commons", "Wikimedia", "Press Association", "PA Wire"),
    *("PA Images", "PA", "DPA", "dpa", "ANP", "ZUMA Press", "ZUMA", "Zuma Press", "Zuma", "UPI"),
    *("CNN", "BBC", "NASA"),
)
_AGENCY = rf"(?:{'|'.join(_AGENCIES)})(?: Photo| via [A-Z][\w ]{{1,20}})?"
_PICTURES_ONLY = (
    r"(?:Getty(?: Images)?|Shutterstock|iStock|Alamy(?: Stock Photo)?|(?:AP|AFP|EPA|Reuters) Photo"
    r"|Unsplash|Pexels|Pixabay|Flickr|Wikimedia Commons)"
)
"""Agencies whose name at the end of a paragraph cannot be the sign-off of a report."""
_PICTURE = (
    r"(?:(?:file|cover|lead|featured)[ -])?(?:photo(?:graph|graphy)?|image|picture|pic|illustration"
    r"|infographic|graphic|caption)s?(?: (?:credit|source|courtesy))?s?"
)
_NAMES = tuple({name.split()[0] for name in _AGENCIES})
_HINTS = (
    *("photo", "image", "pic", "illustration", "graphic", "caption", "credit", "courtesy"),
    *("[file", "(file", "![", "©", "(c)", "copyright", "rights reserved", "reproduc", "do not"),
    *("redistribut", "republish", "unauthori", "ing by", "ten by", "ed by", "ion by"),
    *("contributed", "originally", "first published", "first appeared", "first ran"),
    *("appeared first", "sign up", "subscribe", "newsletter", "inbox", "t miss", "you may also"),
    *("advertis", "sponsored", "not be ", "our standards", "with additional "),
    *("with files", "with assistance", "with reporting", "syndicated"),
)
"""What a caption or notice has somewhere, in small letters, if it names no agency."""
_OPENS = re.compile(
    r"[^\w\r\n]{0,9}(?:related|recommended|more|read|see|watch|listen|explore|learn|follow|download"
    r"|get|join|click|tap|share|tags|filed|skip|leave|\d* ?comments?|article|story|report"
    r"|continues?)\b",
    re.IGNORECASE,
)
"""What the others begin with."""
_CAPTIONS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?i:^{_PICTURE}(?: by)?\s*[:|/]\s*\S)",
        rf"(?i:^[(\[]{_PICTURE}(?: by)?\s*[:|/][^()\[\]]+[)\]]\.?$)",
        r"^!\[[^\[\]]*\]\([^()]*\)(?:\{[^{}]*\})?$",
        rf"[(\[](?i:{_PICTURE}(?: by|:|/| courtesy)|file ?:|file photo|credit:)[^()\[\]]*[)\]]\.?$",
        r"[(\[](?:\w+ )?[Cc]ourtesy of [^\W\d_a-z][^()\[\]]*[)\]]\.?$",
        rf"[(\[][^()\[\]/]*\w \w[^()\[\]/]*/ ?{_AGENCY}\b[^()\[\]]*[)\]]\.?$",
        rf"[(\[](?:[^()\[\]]*[\s/])?[Vv]ia {_AGENCY}\b[^()\[\]]*[)\]]\.?$",
        rf"\[(?:[^\[\]]*/ ?)?{_AGENCY}\]$",
        rf"(?:^|[.!?)”\"] ?|[/|–—-] ?)[Vv]ia {_AGENCY}[)\]]?\.?$",
        r"\bAP Photo ?/ ?[^.]{2,80}\.?[)\]]?$",
        r"\bREUTERS ?/ ?[^.]{2,80}\.?[)\]]?$",
        rf"(?:[.!?”\"] |[|/–—-] ?){_PICTURES_ONLY}(?:, File)?[)\]]?$",
        rf"\b[^\W\d_a-z]\w+ [^\W\d_a-z]\w+ ?/ ?{_AGENCY}(?:, File)?[)\]]?$",
        r"[.!?”\"] [(\[]?(?i:file (?:photo|image|picture))\.?[)\]]?$",
        r"[.!?”\"] ?(?:©|\(c\)) ?[^\W\d_a-z][\w /.&-]{1,60}$",
    )
)
_ROLE = r"(?:report|writ|edit|compil|produc|translat)(?:ing|ten|ed|ion)"
_CREDITS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?i:^[(\[]?(?:{_PICTURE}|credits?)(?: (?:by|from|via|courtesy of)|:))\s+(?P<names>.+)",
        r"(?i:^(?:originally|first) (?:published|appeared) (?:on|in|at|by)) (?P<names>[^,\d]+)$",
        (
            r"(?i:^[–—-]*\s*with (?:additional )?(?:assistance|files|reporting) (?:from|by)) "
            r"(?P<names>.+)"
        ),
        (
            rf"^[–—-]*[(\[]?\s*(?=(?i:(?:additional |further )?{_ROLE}(?: and {_ROLE})? by\b))"
            r"(?P<names>.+)"
        ),
    )
)
"""Lines that after their first words name people and say nothing else."""
_ROLES = re.compile(rf"\b(?:additional|further|{_ROLE})\b", re.IGNORECASE)
_MEDIA = (
    r"(?:facebook|twitter|x|instagram|telegram|whatsapp|youtube|linkedin|tiktok|threads|bluesky"
    r"|google(?: news)?|flipboard|e-?mail)"
)
_NOTICES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^all rights reserved\b",
        r"^[^.]{0,80}\. all rights reserved\.?$",
        r"^(?:please )?do not (?:reproduce|republish|redistribute|copy)\b",
        r"^no part of this [\w ,/]+ reproduced",
        r"^unauthori[sz]ed (?:use|copying|reproduction|duplication|distribution)\b.*prohibited",
        r"^reproduction (?:in|without|of this|or) [\w ,/]+(?:prohibited|permission)",
        r"^this (?:material|content|article|story) (?:may|must|can) ?not be (?:published|re)",
        (
            r"^this (?:article|story|piece|post|column|content)(?: has been| was| is)? "
            r"(?:originally|first) (?:published|appeared|ran)\b"
        ),
        r"^the (?:article|post) .+ (?:appeared first|first appeared) on \S",
        r"\bcontributed (?:reporting|to this (?:report|article|story))\b[^.]{0,20}\.?\)?$",
        r"\bhas not been edited by\b|\bauto-?generated from a syndicated feed",
        r"^our standards: ",
        (
            r"^(?:sign up|subscribe)\b.*\b(?:newsletters?|updates|alerts|e-?mails?|inbox|channel"
            r"|podcast|briefing|free|today|now|here)\b"
        ),
        r"^(?:get|receive)\b.*\b(?:newsletters?|(?:in|to) your inbox)\b",
        (
            r"^(?:read|see|watch|listen|explore)(?: more| also| next| now)?"
            r"(?: on this| about this)?\s*:"
        ),
        r"^(?:read|see|learn) (?:more|also|next)(?: (?:here|stories|news))?[.…»>→]*$",
        (
            r"^(?:related|recommended|more on this|more from [\w ]{2,30}|don['’]t miss"
            r"|you may also like)(?: (?:articles?|stor(?:y|ies)|news|reading|topics|coverage"
            r"|content|links|posts))?\s*(?::|$)"
        ),
        r"^(?:advertisements?|sponsored(?: content)?|skip to (?:main )?content)[.:]?$",
        r"^(?:(?:article|story|report) )?continues? (?:below|after)(?: (?:this )?ad\w*)?[.:]?$",
        (
            r"^share (?:this|on|via)(?: (?:article|story|post|page|with (?:your )?friends|on|via"
            rf"|or|{_MEDIA})\b|,)*[.!:]?$"
        ),
        rf"^follow (?:us|me|@?\w+(?: \w+){{0,5}}) on {_MEDIA}\b",
        r"^(?:click|tap) here (?:to|for) ",
        r"^(?:download|get) (?:our|the) (?:free |new |mobile |news )*app\b",
        (
            r"^join (?:our|us on|the conversation)\b.*"
            r"\b(?:channel|group|community|telegram|whatsapp|now|here|conversation)\b"
        ),
        r"^(?:leave a comment|(?:\d+ )?comments?|tags: .*|filed under:? .*)$",
    )
)
_YEAR = r"\d{4}(?: ?[-–] ?\d{2,4})?"
_OWNED = re.compile(
    r"(?:©|\(c\)(?= ?\d{4})|copyright(?= ?(?:©|\(c\)|\d{4})))"
    rf"(?:[ ,:©–—-]|copyright|\(c\)|by\b|{_YEAR})*(?P<rest>.*)",
    re.IGNORECASE,
)
_OWNER = re.compile(
    rf"(?i:©|\(c\)|copyright)(?:[ ,:]|©|(?i:copyright|\(c\)|by\b)|{_YEAR})*"
    r"(?P<owner>[^\W\d_a-z][^.,;|()©]{1,60}?)"
    rf"(?=\.(?:\s|$)|[,;|()]|\s*(?i:all rights)|,?\s*{_YEAR}|\s*$)"
)


def is_worth_a_look(line: str) -> bool:
    """Tell, at little cost, whether a line could be a caption or a notice at all."""
    small = line.lower()
    return (
        any(hint in small for hint in _HINTS)
        or any(name in line for name in _NAMES)
        or _OPENS.match(line) is not None
    )


def is_caption(line: str) -> bool:
    """Tell whether a line describes or credits a picture."""
    return _credits(line, _CREDITS[:1]) or any(p.search(line) for p in _CAPTIONS)


def is_notice(line: str) -> bool:
    """Tell whether a line speaks for the publisher: rights, staff, subscriptions, links."""
    owned = _OWNED.match(line)
    if owned:
        clause = re.split(r"[.|,;]|(?i:all rights)", owned["rest"])[0].strip()
        return " " not in clause or names_only(clause)
    if _credits(line, _CREDITS[1:]):
        return True
    return len(line) <= _LONGEST_NOTICE and any(p.search(line) for p in _NOTICES)


def owner(line: str) -> str | None:
    """Return who holds the rights, by a copyright line."""
    found = _OWNER.search(line)
    return found["owner"].strip() if found and names_only(found["owner"]) else None


def names_only(words: str) -> bool:
    """Tell whether `words` could all be names: none is in lower case but the small ones."""
    return all(
        word[0].isupper() or _SMALL_WORD.fullmatch(word)
        for word in re.findall(r"[^\W\d_][\w'’.-]*", words)
    )


def _credits(line: str, patterns: tuple[re.Pattern[str], ...]) -> bool:
    return any(
        names_only(_ROLES.sub(" ", found["names"]))
        for found in (pattern.match(line) for pattern in patterns)
        if found
    )
