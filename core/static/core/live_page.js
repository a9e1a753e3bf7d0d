// Keeps a page of the admin current. A websocket announces changes; without one, the page polls. Only the nodes that
// differ are changed, so that nothing flickers and focus and scroll positions stay.
{
  const LIVE = "[data-live], #result_list";
  const MIN_INTERVAL = 1000; // ms between two refreshes
  const POLL_WITHOUT_SOCKET = 3000;
  const POLL_WITH_SOCKET = 15000; // some changes are not announced
  const RECONNECT = { min: 2000, max: 60000 };
  const LONGEST_WAY = 10000; // ms from a click to the next page; what was followed may be a file, and the page stays
  const DO_NOT_RECONNECT = [4401, 4403]; // signed out, or not permitted
  // The pages that show rows of each group.
  const PAGES_OF_GROUP = {
    renders: /\/avatars\/render\/|\/timeline\//,
    messages: /\/conversations\/|\/wecom\/callback\/|\/timeline\//,
    campaigns: /\/scheduling\/campaign(run)?\//,
    directory: /\/wecom\/(directorysync|department|member|tag)\//,
    outbounds: /\/wecom\/(outbound|upload)\/|\/conversations\/|\/timeline\//,
  };

  let socket = null;
  let reconnectDelay = RECONNECT.min;
  let timer = 0;
  let nextRefresh = Infinity;
  let lastRefresh = 0;
  let postponed = false;
  let leftAt = -Infinity;

  const home = () => document.querySelector("[data-source]");
  const isOpen = () => socket?.readyState === WebSocket.OPEN;
  const isUnfinished = (page) => page.querySelector("[data-unfinished]") !== null;
  const mustPoll = () => home() !== null || isUnfinished(document);
  // Parts of a form that people may be filling in: they change by themselves, and the page is not loaded again.
  const stays = () => document.querySelector("[data-stays]") !== null;
  const isChangeForm = () => document.body.classList.contains("change-form");
  // A refresh would move rows away from the checkboxes that are being ticked.
  const isBusy = () => document.querySelector("#result_list input:checked") !== null;
  // A link was followed or a form sent: to load this page again would call that off.
  const isLeaving = () => Date.now() - leftAt < LONGEST_WAY;

  function shows(group) {
    if (home()) return true;
    return Boolean(PAGES_OF_GROUP[group]?.test(location.pathname)) && (!isChangeForm() || isUnfinished(document));
  }

  // ---- refreshing

  function schedule(delay) {
    const at = Math.max(Date.now() + delay, lastRefresh + MIN_INTERVAL);
    if (at >= nextRefresh) return;
    nextRefresh = at;
    clearTimeout(timer);
    timer = setTimeout(poll, at - Date.now());
  }

  async function poll() {
    nextRefresh = Infinity;
    postponed = document.hidden || isBusy();
    if (postponed) return; // until the page is visible and no row is ticked
    lastRefresh = Date.now();
    try {
      if (!(await refresh())) return;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // fetch without a network: try again later
    }
    if (mustPoll()) schedule(isOpen() && !stays() ? POLL_WITH_SOCKET : POLL_WITHOUT_SOCKET);
  }

  // Returns false if the page needs no further refresh.
  async function refresh() {
    const answer = await fetch(home()?.dataset.source ?? location.href, { credentials: "same-origin" });
    const isClientError = answer.status >= 400 && answer.status < 500;
    if (signedOut(answer) || answer.redirected || isClientError) return false; // or it was deleted
    if (!answer.ok) return true; // restarting, perhaps
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const finished = isChangeForm() && isUnfinished(document) && !isUnfinished(fresh) && !stays();
    const filled = fresh.querySelector("#result_list") && !document.querySelector("#result_list") && !home();
    if (finished || filled) {
      if (isLeaving()) return true;
      location.reload(); // the page has other buttons now
      return false;
    }
    postponed = isBusy(); // a row may have been ticked meanwhile
    if (!postponed) morphPage(fresh);
    return true;
  }

  function morphPage(fresh) {
    const focused = document.activeElement;
    for (const part of document.querySelectorAll(LIVE)) {
      const other = fresh.getElementById(part.id);
      if (!other || part.isEqualNode(other)) continue;
      morph(part, other);
      globalThis.htmx?.process(part);
    }
    if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
  }

  // ---- morphing

  const keyOf = (node) => node.dataset?.key ?? "";
  const isSame = (one, other) => one.nodeName === other.nodeName && keyOf(one) === keyOf(other);

  function morph(old, fresh) {
    if (old.isEqualNode(fresh)) return;
    if (old.nodeType !== Node.ELEMENT_NODE) {
      old.nodeValue = fresh.nodeValue;
      return;
    }
    morphAttributes(old, fresh);
    if (old.nodeName !== "TEMPLATE") morphChildren(old, fresh);
  }

  function morphAttributes(old, fresh) {
    // Alpine sets style and class itself, and a reader opens and closes details; both must stay.
    const hasAlpine = [...fresh.attributes].some(({ name }) => name.startsWith("x-"));
    const theirs = ["x-cloak", ...(hasAlpine ? ["style", "class"] : []), ...(old.nodeName === "DETAILS" ? ["open"] : [])];
    const isOurs = ({ name }) => !theirs.includes(name);
    for (const { name } of [...old.attributes].filter(isOurs)) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of [...fresh.attributes].filter(isOurs)) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
  }

  function morphChildren(old, fresh) {
    const keyed = new Map([...old.children].filter(keyOf).map((child) => [keyOf(child), child]));
    let place = old.firstChild;
    for (const child of [...fresh.childNodes]) {
      const known = keyOf(child) ? keyed.get(keyOf(child)) : place;
      if (!known || !isSame(known, child)) {
        old.insertBefore(child, place);
      } else {
        if (known === place) place = place.nextSibling;
        else old.insertBefore(known, place);
        morph(known, child);
      }
    }
    while (place) {
      const next = place.nextSibling;
      place.remove();
      place = next;
    }
  }

  // ---- live updates

  function connect() {
    socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws/v1/home/`);
    socket.onmessage = ({ data }) => {
      const { type, what } = JSON.parse(data);
      if (type === "ready") reconnectDelay = RECONNECT.min;
      if (type === "ready" ? mustPoll() : shows(what)) schedule(0);
    };
    socket.onclose = ({ code }) => {
      if (mustPoll()) schedule(POLL_WITHOUT_SOCKET);
      if (DO_NOT_RECONNECT.includes(code)) return;
      setTimeout(connect, reconnectDelay);
      reconnectDelay = Math.min(reconnectDelay * 2, RECONNECT.max);
    };
  }

  addEventListener("DOMContentLoaded", () => {
    if (!document.querySelector(LIVE) && !document.querySelector("[data-testid=empty]")) return;
    connect();
    if (mustPoll()) schedule(POLL_WITHOUT_SOCKET);
  });
  addEventListener("beforeunload", () => {
    leftAt = Date.now();
  });
  addEventListener("pageshow", () => {
    leftAt = -Infinity;
  });
  document.addEventListener("written", () => schedule(0));
  document.addEventListener("signedin", () => {
    if (socket?.readyState === WebSocket.CLOSED) connect();
    schedule(0);
  });
  for (const name of ["visibilitychange", "change"]) {
    document.addEventListener(name, () => {
      if (postponed && !document.hidden && !isBusy()) schedule(0);
    });
  }
}
