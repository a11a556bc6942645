// Keeps the wall up to date: the server sends what it shows whenever that changes.
"use strict";
(() => {
  const list = document.getElementById("cards");
  const blank = document.getElementById("card")?.content.querySelector("li");
  const state = document.querySelector(".wall-state");
  const warnings = document.getElementById("alerts");
  if (!list || !blank || !window.EventSource) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  // only what differs is touched, as text: nothing that people write becomes markup
  const say = (node, selector, text) => {
    const part = node.querySelector(selector);
    if (part.textContent !== text) part.textContent = text;
  };

  function fill(node, told) {
    node.dataset.id = told.id;
    node.className = `card ${told.mood} ${told.state && `is-${told.state}`}`.trim();
    say(node, ".card-text", told.text);
    say(node, ".card-where", told.channel);
    say(node, "time", told.when);
    say(node, ".card-mood", told.mood_said);
    say(node, ".card-state", told.state_said);
    const field = node.querySelector("input[name=text_id]");
    if (field) field.value = told.id;
  }

  function show(wall) {
    const known = new Map([...list.children].map((node) => [node.dataset.id, node]));
    const wanted = new Set(wall.cards.map((told) => told.id));
    for (const [id, node] of known) if (!wanted.has(id)) node.remove();
    let place = list.firstElementChild;
    for (const told of wall.cards) {
      let node = known.get(told.id);
      if (!node) {
        node = blank.cloneNode(true);
        if (!still.matches) {
          node.classList.add("new");
          node.addEventListener("animationend", (event) => event.currentTarget.classList.remove("new"), { once: true });
        }
      }
      const isNew = node.classList.contains("new");
      fill(node, told);
      if (isNew) node.classList.add("new");
      if (node === place) place = place.nextElementSibling;
      else list.insertBefore(node, place);
    }
    if (warnings.textContent !== wall.alerts.map((a) => `▲ ${a}`).join("")) {
      warnings.replaceChildren(...wall.alerts.map((told) => {
        const line = document.createElement("p");
        line.textContent = `▲ ${told}`;
        return line;
      }));
    }
    state.textContent = wall.paused ? state.dataset.paused : state.dataset.live;
  }

  let source = null;
  function listen() {
    source = new EventSource(list.dataset.stream);
    source.addEventListener("wall", (event) => show(JSON.parse(event.data)));
    source.addEventListener("out", () => location.reload());
    source.addEventListener("error", () => {
      state.textContent = state.dataset.lost;
      // a browser gives up on an answer that is no stream, such as a restarting proxy's
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
    });
  }
  listen();
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest(".card-acts");
    if (!form) return;
    event.preventDefault();
    const told = new FormData(form, event.submitter);
    fetch(form.action, { method: "POST", body: new URLSearchParams(told), redirect: "manual" })
      .catch(() => { state.textContent = state.dataset.lost; });
  });
})();
