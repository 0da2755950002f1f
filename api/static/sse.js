// Server-sent events out of a fetch response. EventSource can only GET; questions are POSTed.
// Bytes may be cut anywhere: inside a character, between CR and LF, in the middle of a line.

export async function* events(chunks) {
  const decoder = new TextDecoder();
  let rest = "";
  let event = blank();
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    let match;
    // A CR at the very end may be half of a CR LF: it waits for the next chunk.
    while ((match = /\r\n|\n|\r(?!$)/.exec(rest))) {
      const line = rest.slice(0, match.index);
      rest = rest.slice(match.index + match[0].length);
      if (line === "") {
        if (event.data.length) yield { name: event.name, data: event.data.join("\n") };
        event = blank();
      } else {
        take(event, line);
      }
    }
  }
}

function blank() {
  return { name: "message", data: [] };
}

function take(event, line) {
  const colon = line.indexOf(":");
  if (colon === 0) return; // a comment: the server's heartbeat
  const field = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
  if (field === "event") event.name = value || "message";
  if (field === "data") event.data.push(value);
}

// Not every browser can iterate over a body yet.
export async function* chunksOf(body) {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
