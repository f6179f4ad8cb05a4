"use strict";
(() => {
  const all = [...document.querySelectorAll(".ruling")];
  const tools = document.querySelector(".tools");
  for (const button of document.querySelectorAll(".copy button")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = button.parentElement.querySelector("pre").textContent;
      try { await navigator.clipboard.writeText(text); button.textContent = "copied"; }
      catch { getSelection().selectAllChildren(button.parentElement.querySelector("pre")); button.textContent = "selected"; }
      setTimeout(() => { button.textContent = "copy"; }, 1500);
    });
  }
  const reveal = () => {
    const found = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let node = found; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (found) found.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all.filter((each) => !each.open && each.querySelector(".finding"));
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of closed) each.open = false; });
  if (!tools) { reveal(); return; }
  tools.hidden = document.querySelector(".hint").hidden = false;
  const search = tools.querySelector("input");
  const chapter = tools.querySelector("select");
  const buttons = [...tools.querySelectorAll("button[data-verdict], button[data-level]")];
  const output = tools.querySelector("output");
  const nothing = document.querySelector(".none");
  const texts = new Map(all.map((each) => [each, each.dataset.words.toLowerCase()]));
  const pressed = (name) => buttons.filter((b) => b.dataset[name] && b.getAttribute("aria-pressed") === "true").map((b) => b.dataset[name]);
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = pressed("verdict"), levels = pressed("level");
    let shown = 0;
    for (const each of all) {
      const fits = (!verdicts.length || verdicts.includes(each.dataset.verdict))
        && (!levels.length || levels.includes(each.dataset.level))
        && (!chapter.value || chapter.value === each.dataset.chapter)
        && words.every((word) => texts.get(each).includes(word));
      each.hidden = !fits;
      shown += fits;
    }
    for (const section of document.querySelectorAll(".chapter")) section.hidden = !section.querySelector(".ruling:not([hidden])");
    output.textContent = `${shown} of ${all.length} shown`;
    nothing.hidden = shown > 0;
  };
  const clear = () => {
    search.value = ""; chapter.value = "";
    for (const button of buttons) button.setAttribute("aria-pressed", "false");
    apply();
  };
  search.addEventListener("input", apply);
  chapter.addEventListener("change", apply);
  for (const button of buttons) button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    apply();
  });
  const step = (by) => {
    const shown = all.filter((each) => !each.hidden);
    const at = shown.findIndex((each) => each.contains(document.activeElement));
    const next = shown[Math.min(Math.max(at + by, 0), shown.length - 1)];
    const handle = next && next.querySelector("summary");
    if (handle) handle.focus();
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") { clear(); return; }
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.key === "/") { event.preventDefault(); search.focus(); search.select(); }
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
  });
  apply();
  reveal();
})();
