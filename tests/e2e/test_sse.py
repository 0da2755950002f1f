"""The page's reader of server-sent events, in the browser, against what the standard says."""

from tests.e2e.conftest import OpenPage

STREAMS = 3000
# The same generator of numbers in every browser, so that a failure can be repeated (mulberry32).
TRY = """async ({ seed, streams }) => {
  const { events } = await import("/static/sse.js");
  const next = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const pick = (list) => list[Math.floor(next() * list.length)];
  const pieces = ["\\n", "\\r", "\\r\\n", "\\n\\n", "\\r\\n\\r\\n", "data", "event", "id", ":",
    ": ", ":  ", "data: a\\n", "data: b\\r\\n", "data:\\n\\n", "\\nevent: claim\\r", "answer",
    '{"a": 1}', "é", "\\u{1f30a}", "\\u2028", "\\0", "\\ufeff", " ", "", "x:y"];

  // As the standard has it, from the whole text; an event without its blank line is none, and a
  // CR that nothing follows may yet be half of a CR LF.
  const expected = (text) => {
    const found = [];
    let data = [], name = "";
    const lines = text.replace(/\\r$/, "").replace(/\\r\\n?/g, "\\n").split("\\n");
    for (const line of lines.slice(0, -1)) {
      if (line === "") {
        if (data.length) found.push({ name: name || "message", data: data.join("\\n") });
        [data, name] = [[], ""];
        continue;
      }
      const [, field, value] = /^([^:]*)(?:: ?(.*))?$/su.exec(line);
      if (field === "data") data.push(value ?? "");
      if (field === "event") name = value ?? "";
    }
    return found;
  };
  const cut = function* (bytes) {
    for (let at = 0; at < bytes.length; ) {
      const size = 1 + Math.floor(next() * pick([1, 3, 50]));
      yield bytes.slice(at, at + size);
      at += size;
    }
  };

  let read = 0;
  for (let n = 0; n < streams; n++) {
    const text = Array.from({ length: 1 + Math.floor(next() * 25) }, () => pick(pieces)).join("");
    const bytes = new TextEncoder().encode(text);
    const found = [];
    for await (const event of events(cut(bytes))) found.push(event);
    const wanted = expected(new TextDecoder().decode(bytes));
    if (JSON.stringify(found) !== JSON.stringify(wanted)) return { text, found, wanted };
    read += found.length;
  }
  return { read };
}"""


def test_any_stream_is_read_as_the_standard_says(open_page: OpenPage) -> None:
    """However a stream is made and wherever it is cut, the page reads the events that are in it."""
    page = open_page()
    result = page.evaluate(TRY, {"seed": 1, "streams": STREAMS})
    assert set(result) == {"read"}, result
    assert result["read"] > STREAMS / 10
