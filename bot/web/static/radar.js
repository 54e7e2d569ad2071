// What a browser with JavaScript gets on top: every page works without it.
"use strict";

// On narrow screens the navigation scrolls: begin where we are.
const here = document.querySelector(".nav [aria-current]");
if (here) here.closest(".nav").scrollLeft = here.offsetLeft - 40;

// The contents beside a report mark the section that is being read.
const contents = new Map([...document.querySelectorAll(".side a")].map((link) => [link.hash.slice(1), link]));
if (contents.size) {
  const seen = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) seen[isIntersecting ? "add" : "delete"](target.id);
    let first = true;
    for (const [id, link] of contents) {
      const isHere = first && seen.has(id);
      if (isHere) first = false;
      link.toggleAttribute("aria-current", isHere);
      if (isHere) link.setAttribute("aria-current", "location");
    }
  }, { rootMargin: "-10% 0px -60% 0px" });
  for (const id of contents.keys()) watcher.observe(document.getElementById(id));
}

// Copy buttons beside an address.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
    else document.execCommand("copy"); // http of another host than localhost has no clipboard of its own
    const said = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = said; }, 1500);
  });
}

// Narrow a long table as one types.
for (const field of document.querySelectorAll("[data-narrow]")) {
  field.closest("[hidden]")?.removeAttribute("hidden");
  const rows = [...document.querySelectorAll(`${field.dataset.narrow} tbody tr`)];
  const counter = document.getElementById(field.getAttribute("aria-describedby"));
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) shown += 1;
    }
    if (counter) counter.textContent = `${shown} of ${rows.length}`;
  });
}

// A filter form sends itself when a choice is made with a pointer; what is empty is left out. By keyboard every arrow
// is a change, so there the button sends it. Who comes back to the page finds what the address says.
for (const form of document.querySelectorAll("form[data-filters]")) {
  let byKeyboard = false;
  form.addEventListener("keydown", () => { byKeyboard = true; });
  form.addEventListener("pointerdown", () => { byKeyboard = false; });
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (!value) formData.delete(name);
  });
  for (const choice of form.querySelectorAll("select")) {
    choice.addEventListener("change", () => { if (!byKeyboard) form.requestSubmit(); });
  }
  addEventListener("pageshow", (event) => { if (event.persisted) form.reset(); });
}

// Live progress of a batch. EventSource reconnects by itself, but not after an answer that is no stream: then we do.
// A browser has six connections for all pages of a host: one in the background holds none, and where progress is only
// glanced at, each look is a short one.
const GLANCE_MS = 2000;
function follow(place) {
  if (document.hidden) {
    document.addEventListener("visibilitychange", () => follow(place), { once: true });
    return;
  }
  const source = new EventSource(place.dataset.progress);
  const leave = () => {
    source.close();
    follow(place);
  };
  document.addEventListener("visibilitychange", leave, { once: true });
  const end = () => {
    source.close();
    document.removeEventListener("visibilitychange", leave);
  };
  const set = (name, value) => {
    for (const node of place.querySelectorAll(`[data-value="${name}"]`)) {
      if (node.textContent !== value) node.textContent = value;
    }
  };
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return;
    end();
    setTimeout(() => follow(place), 5000);
  });
  source.addEventListener("progress", (event) => {
    const now = JSON.parse(event.data);
    const finished = now.done + now.failed + now.skipped;
    for (const name of ["total", "done", "failed", "skipped"]) set(name, now[name].toLocaleString("en"));
    set("finished", finished.toLocaleString("en"));
    set("status", now.status);
    const pill = place.querySelector("[data-value='status']");
    if (pill) pill.className = `pill ${now.status}`;
    const bar = place.querySelector(".progress");
    bar.setAttribute("aria-label", `Progress: ${finished} of ${now.total}`);
    let x = 0;
    for (const part of ["done", "failed", "skipped"]) {
      const width = (now[part] / Math.max(1, now.total)) * 100;
      const rect = bar.querySelector(`.fill-${part}`);
      rect.setAttribute("x", x);
      rect.setAttribute("width", width);
      x += width;
    }
    if (now.status !== "running") {
      end();
      if (place.dataset.reload !== undefined) location.reload();
    } else if (place.dataset.glance !== undefined) {
      end();
      setTimeout(() => follow(place), GLANCE_MS);
    }
  });
}
document.querySelectorAll("[data-progress]").forEach(follow);

// A report that is on its way: look again until it is there.
for (const place of document.querySelectorAll("[data-waiting]")) {
  const look = async () => {
    const answer = await fetch(place.dataset.waiting, { headers: { accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return setTimeout(look, 5000); // the bot may be starting again
    const state = await answer.json();
    const said = place.querySelector("[data-value='status']");
    if (said) said.textContent = state.status;
    if (state.status === "completed" || state.status === "failed") location.reload();
    else setTimeout(look, 1000);
  };
  setTimeout(look, 1000);
}

// Ask before what cannot be undone.
for (const form of document.querySelectorAll("form[data-ask]")) {
  form.addEventListener("submit", (event) => { if (!confirm(form.dataset.ask)) event.preventDefault(); });
}
