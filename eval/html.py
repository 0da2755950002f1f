"""The report as one HTML file that needs nothing else: figures, plots, and every reply.

All text of questions, articles and answers is escaped; nothing in it can become markup.
"""

from collections.abc import Iterator
from html import escape

from eval import charts
from eval.gold import DateAnswer, GoldQuestion, NumberAnswer, RegexAnswer
from eval.report import HEADLINE, Report, interval, number, unscored
from eval.results import Result
from eval.summary import about

_STYLE = """
:root{color-scheme:light dark;--ink:#1c2127;--dim:#5f6b7a;--line:#d8dde3;--back:#fff;--soft:#f5f7f9;
--good:#137333;--bad:#b3261e;--mark:#2563b0}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--dim:#9aa5b1;--line:#39424d;--back:#14181d;
--soft:#1d232a;--good:#6fcf8a;--bad:#ff8a80;--mark:#7ab3ff}}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back);margin:0 auto;
max-width:72rem;padding:1.5rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}
th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
td.n,th.n{text-align:right;white-space:nowrap}
.dim{color:var(--dim);fill:var(--dim)}.good{color:var(--good)}.bad{color:var(--bad)}
.plots{display:flex;flex-wrap:wrap;gap:1rem 2rem;align-items:flex-start}
.figures{list-style:none;padding:0;margin:0;display:grid;gap:0 2rem;
grid-template-columns:repeat(auto-fill,minmax(min(20rem,100%),1fr))}
.figures li{border-bottom:1px solid var(--line);padding:.35rem 0}
.figures b{float:right;margin-left:1rem;font-variant-numeric:tabular-nums}
.figures small{display:block;color:var(--dim);line-height:1.35}
figure{margin:0;max-width:100%}
figcaption{font-weight:600;margin-bottom:.3rem}
svg{max-width:100%;height:auto}
svg text{font-size:11px;fill:var(--ink)}svg .end{text-anchor:end}svg .mid{text-anchor:middle}
svg text.dim,svg tspan.dim{fill:var(--dim)}
.bar,.dot{fill:var(--mark);opacity:.75}.range{stroke:var(--ink);stroke-width:2}
.grid{stroke:var(--line)}.dim-line{stroke:var(--dim);stroke-dasharray:4 4}
.curve{fill:none;stroke:var(--mark);stroke-width:2}
.filters{display:flex;gap:.8rem;flex-wrap:wrap;margin:.8rem 0}
input,select{font:inherit;padding:.3rem .5rem;color:inherit;background:var(--soft);
border:1px solid var(--line);border-radius:4px}
input{flex:1;min-width:12rem}
details{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;padding:.5rem .8rem}
summary{cursor:pointer}
.sides{display:grid;grid-template-columns:repeat(auto-fit,minmax(18rem,1fr));gap:1.2rem}
blockquote{margin:.3rem 0;padding:.2rem .7rem;border-left:3px solid var(--line);
background:var(--soft);white-space:pre-wrap;overflow-wrap:anywhere}
h3{font-size:.95rem;margin:.6rem 0 .2rem}
[hidden]{display:none}
"""

_SCRIPT = """
const words=document.getElementById('words'),pick=document.getElementById('pick'),
scope=document.getElementById('scope'),count=document.getElementById('count'),
items=[...document.querySelectorAll('details')];
function filter(){let shown=0;const text=words.value.toLowerCase();
for(const item of items){const on=(!pick.value||item.dataset.verdict===pick.value)
&&(!scope.value||item.dataset.scopes.split('\\n').includes(scope.value))
&&item.textContent.toLowerCase().includes(text);item.hidden=!on;shown+=on}
count.textContent=shown+' of '+items.length}
for(const control of [words,pick,scope])control.addEventListener('input',filter);filter();
"""


def html(report: Report) -> str:
    """Return the report as one HTML page."""
    return "".join(_page(report))


def _page(report: Report) -> Iterator[str]:
    title = escape(report.title)
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    yield f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
    yield from _gate(report)
    yield "<h2>Figures</h2>"
    yield from _figures(report)
    yield "<h2>By kind and tag</h2>"
    yield '<div class="plots">'
    yield charts.by_scope(report)
    yield "<div>"
    yield charts.calibration(report.results)
    yield charts.refusals(report.results)
    yield "</div></div>"
    yield from _scopes(report)
    yield "<h2>Replies, the worst first</h2>"
    yield from _filters(report)
    right = [result for result in report.results if result.verdict == "right"]
    for result in (*report.worst, *right):
        yield from _reply(result)
    yield f"<script>{_SCRIPT}</script></body></html>\n"


def _gate(report: Report) -> Iterator[str]:
    yield "<ul>"
    for failure in report.failures:
        yield f'<li class="bad">Missed: {escape(failure)}</li>'
    if report.verdicts:
        held = sum(verdict.passed for verdict in report.verdicts)
        colour = "bad" if held < len(report.verdicts) else "good"
        yield f'<li class="{colour}">{held} of {len(report.verdicts)} thresholds held</li>'
    if report.comparison:
        for name, ids in (("Lost", report.comparison.lost), ("Won", report.comparison.won)):
            yield f"<li>{name} since the baseline: {escape(', '.join(ids) or 'none')}</li>"
    for note in report.notes:
        yield f"<li>{escape(note)}</li>"
    if report.judgement:
        yield f"<li>{escape(str(report.judgement))}</li>"
    yield "</ul>"


def _figures(report: Report) -> Iterator[str]:
    yield '<ul class="figures">'
    for figure in report.figures:
        spread = f"{interval(figure)}, " if interval(figure) else ""
        left = f"; not scored: {unscored(figure)}" if figure.unscored else ""
        yield f"<li>{figure.metric}<b>{number(figure.value, figure.metric)}</b>"
        yield f"<small>{escape(about(figure.metric))}</small>"
        yield f"<small>{spread}n={figure.estimate.n}{escape(left)}</small></li>"
    yield '</ul><p class="dim">Ranges are 95 % intervals.</p>'


def _scopes(report: Report) -> Iterator[str]:
    heads = "".join(f'<th class="n">{metric}' for metric in HEADLINE)
    yield f'<div class="scroll"><table><tr><th><th class="n">n{heads}</tr>'
    for scope, found in report.by_scope.items():
        yield f'<tr><td>{escape(scope)}<td class="n">{found["correct"].estimate.n}'
        for metric in HEADLINE:
            yield f'<td class="n">{number(found[metric].value) if metric in found else ""}'
        yield "</tr>"
    yield "</table></div>"


def _filters(report: Report) -> Iterator[str]:
    yield '<div class="filters"><input id="words" type="search" placeholder="words to look for" '
    yield 'aria-label="Words to look for"><select id="pick" aria-label="Outcome">'
    yield '<option value="">every outcome<option>right<option>wrong<option>failed</select>'
    yield '<select id="scope" aria-label="Kind or tag"><option value="">every kind and tag'
    for scope in report.by_scope:
        yield f"<option>{escape(scope)}"
    yield '</select><span id="count" class="dim"></span></div>'


def _reply(result: Result) -> Iterator[str]:
    gold, outcome, verdict = result.gold, result.outcome, result.verdict
    colour = "good" if verdict == "right" else "bad"
    scopes = escape("\n".join(gold.scopes))
    yield f'<details data-verdict="{verdict}" data-scopes="{scopes}"><summary>'
    yield f'<span class="{colour}">{verdict}</span> <span class="dim">{escape(gold.id)}</span> '
    yield f"{escape(gold.question)}</summary>"
    for turn in gold.history:
        yield f'<p class="dim">Before: {escape(turn.question)} {escape(turn.answer)}</p>'
    yield '<div class="sides"><div><h3>Expected</h3>'
    yield from _expected(gold)
    yield "</div><div><h3>Reply</h3>"
    if outcome.answer:
        yield f"<p>{escape(outcome.answer.answer)}</p>"
        for claim in outcome.answer.removed:
            yield f'<p class="dim">Removed, {claim.verdict}: {escape(claim.text)}</p>'
    elif outcome.problem:
        yield f"<p>{escape(outcome.problem.title)}: {escape(outcome.problem.detail)}</p>"
    yield "</div><div><h3>Quoted</h3>"
    for citation in outcome.answer.citations if outcome.answer else ():
        yield f"<blockquote>[{citation.id}] {escape(citation.quote)}</blockquote>"
        yield f'<p class="dim">{escape(citation.file)}, from {citation.start}</p>'
    yield "</div></div>"
    yield from _evidence(result)


def _evidence(result: Result) -> Iterator[str]:
    scores = ", ".join(f"{name} {value:.2f}" for name, value in result.scores.items())
    yield f'<h3>Figures</h3><p class="dim">{escape(scores)}</p><h3>Read first</h3>'
    for passage in result.seen[:3]:
        yield f"<blockquote>{escape(passage.text)}</blockquote>"
        yield f'<p class="dim">{escape(passage.file)}, from {passage.start}</p>'
    yield "</details>"


def _expected(gold: GoldQuestion) -> Iterator[str]:
    if not gold.answerable:
        yield "<p>No answer: the articles do not say.</p>"
    for fact in gold.facts:
        yield f"<p>{escape(' or '.join(map(_form, fact)))}</p>"
    for quote in gold.quotes:
        yield f"<blockquote>{escape(quote)}</blockquote>"
    if gold.files:
        yield f'<p class="dim">{escape(", ".join(gold.files))}</p>'


def _form(accepted: str | NumberAnswer | DateAnswer | RegexAnswer) -> str:
    match accepted:
        case NumberAnswer():
            return f"{accepted.number:g} (within {accepted.tolerance:.0%})"
        case DateAnswer():
            return accepted.date
        case RegexAnswer():
            return f"/{accepted.regex}/"
        case _:
            return f"\N{LEFT DOUBLE QUOTATION MARK}{accepted}\N{RIGHT DOUBLE QUOTATION MARK}"
