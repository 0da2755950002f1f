// The first frame needs no script. All others are loaded once it is on the screen: before that, they
// would only keep the processor from drawing it.

const PATIENCE_MS = 500;
const byId = (id) => document.getElementById(id);

// A conversation is named: the page for a beginning would only flash up before it.
byId("welcome").hidden = location.hash.startsWith("#/c/");

// What is pressed before there is an answer to it gets one then.
let pressed = null;
const press = ({ target }) => (pressed = target.closest("button"));
document.addEventListener("click", press);

// A page that nobody looks at gets no frames, and not every browser tells of them.
if (!document.hidden) await new Promise((painted) => {
  new PerformanceObserver(painted).observe({ type: "paint", buffered: true });
  setTimeout(painted, PATIENCE_MS);
});
await load();

async function load() {
  document.head.append(byId("modules").content);
  try {
    await import("./main.js");
  } catch (error) {
    byId("banner").textContent = "This page could not be loaded whole. Reload it; if that does not help, try a newer browser.";
    byId("banner").hidden = false;
    throw error;
  }
  byId("modules").remove();
  document.removeEventListener("click", press);
  pressed?.click();
}
