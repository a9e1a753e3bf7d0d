// Keeps a page fresh while it shows work that is not finished: fetches itself and swaps its live parts.
const PAUSE = 2000;
const LIVE = "[data-live], #result_list";

const isUnfinished = (page) => page.querySelector("[data-unfinished]") !== null;
// Swapping the rows would lose what somebody has just ticked.
const isBusy = () => document.hidden || document.querySelector("#result_list input:checked") !== null;

async function load() {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) return null; // logged out: leave the page as it is
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function swap(fresh) {
  for (const part of document.querySelectorAll(LIVE)) {
    const other = fresh.getElementById(part.id);
    if (other) part.replaceWith(document.adoptNode(other));
  }
}

async function refresh() {
  if (isBusy()) return plan();
  try {
    const fresh = await load();
    if (fresh === null) return;
    if (!isUnfinished(fresh) && document.body.classList.contains("change-form")) return location.reload();
    swap(fresh);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // a TypeError is fetch without a network: the next try will do
  }
  plan();
}

function plan() {
  if (isUnfinished(document)) setTimeout(refresh, PAUSE);
}

addEventListener("DOMContentLoaded", plan);
