// Small things that the browser remembers for the page: `where` is "localStorage" or "sessionStorage".
// It may be full or forbidden. Then they are forgotten with the page, and nothing else goes wrong.

export function recall(where, key) {
  try {
    return window[where].getItem(key) ?? "";
  } catch {
    return "";
  }
}

export function remember(where, key, value) {
  try {
    window[where].setItem(key, value);
  } catch {
    // said above: there is nothing that the reader could do about it now
  }
}
