// Keys. Everything else works without this file.
"use strict";
(() => {
  const inField = (t) => t.closest("input, select, textarea, [contenteditable], dialog[open]");
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const target = (row) => row.querySelector("a, button, summary") || row;

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((r) => r.contains(document.activeElement));
    const next = all[Math.max(0, Math.min(all.length - 1, now < 0 ? (step > 0 ? 0 : all.length - 1) : now + step))];
    const link = target(next);
    if (link === next) next.tabIndex = -1;
    link.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  const follow = (selector) => document.querySelector(selector)?.click();
  const places = { o: "/", c: "/customers", r: "/orders", m: "/conversations", t: "/topics", v: "/voices", x: "/experiments", w: "/wall", p: "/promotions", l: "/waste", b: "/budget", j: "/journeys", s: "/silos", i: "/identity" };
  let afterG = false;

  function showKeys() {
    const keys = document.getElementById("keys");
    if (keys && !keys.open) keys.showModal();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return;
    const wasG = afterG;
    afterG = false;
    // a page may give keys to its own buttons
    const row = document.activeElement?.closest("[data-row]") || document.querySelector("[data-main]") || document;
    const own = wasG ? null : row.querySelector(`[data-row-key="${CSS.escape(event.key)}"]`) || document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (wasG && places[event.key]) {
      location.href = places[event.key];
    } else if (own) own.click();
    else if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (!search) return;
      search.focus();
      search.select();
    } else if (event.key === "?") showKeys();
    else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "n") follow("[rel=next]");
    else if (event.key === "p") follow("[rel=prev]");
    else if (event.key === "g") { afterG = true; return; }
    else return;
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) showKeys();
    // an order that is open closes again, without asking the server
    const open = event.target.closest("[data-open]");
    const lines = open?.parentElement.querySelector(".lines");
    if (lines?.childElementCount && !event.ctrlKey && !event.metaKey) {
      lines.replaceChildren();
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  // the search field is replaced with the results: what was typed goes on where it was
  document.addEventListener("htmx:beforeSwap", () => {
    const at = document.activeElement;
    if (!at?.id || !at.matches("input[type=search]")) return;
    const { id, value, selectionStart } = at;
    document.addEventListener("htmx:afterSettle", () => {
      const again = document.getElementById(id);
      if (!again) return;
      again.value = value;
      again.focus();
      again.setSelectionRange(selectionStart, selectionStart);
    }, { once: true });
  });
})();
