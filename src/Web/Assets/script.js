// Everything works without this file; with it, the overview shows running work as it goes on.
"use strict";

const live = document.querySelector("[data-live]");
const said = document.getElementById("said");
// Milliseconds between two looks: while something runs, and else.
const soon = 2000;
const later = 15000;

function idsOf(node) {
  return node.querySelector("[data-ids]")?.dataset.ids ?? "";
}

async function renew() {
  const answer = await fetch(live.dataset.live, { redirect: "manual", cache: "no-store" });
  if (!answer.ok) {
    // The session has ended: the page itself leads to the sign-in.
    if (answer.type === "opaqueredirect") location.reload();
    return;
  }
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").body;
  if (idsOf(next) !== idsOf(live)) {
    // Something began or ended: the state above has changed, too.
    location.reload();
    return;
  }
  // Who is about to cancel keeps the place.
  if (live.contains(document.activeElement) || live.querySelector("details[open]")) return;
  const words = next.querySelector("[data-said]")?.dataset.said ?? "";
  if (said.textContent !== words) said.textContent = words;
  live.replaceChildren(...next.childNodes);
}

async function follow() {
  try {
    if (!document.hidden) await renew();
  } catch {
    // The host is away for a while: asked again.
  }
  wait();
}

function wait() {
  setTimeout(follow, idsOf(live) ? soon : later);
}

if (live) wait();
