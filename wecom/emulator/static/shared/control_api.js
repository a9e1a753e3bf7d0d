// The control API and the live connection.
const asked = new URLSearchParams(location.search);
export const AGENT = Number(asked.get("agentid"));
export const CORP = asked.get("corpid");
// Which application is meant; the first one where the page's address names none.
const named = { ...(AGENT ? { agentid: AGENT } : {}), ...(CORP ? { corpid: CORP } : {}) };

export async function call(method, path, data = {}) {
  const url = new URL(`/emulator/api/${path}`, location.href);
  const options = { method };
  if (data instanceof FormData) {
    for (const [name, value] of Object.entries(named)) data.append(name, value);
    options.body = data;
    return read(url, options);
  }
  data = { ...named, ...data };
  if (method === "GET") for (const [name, value] of Object.entries(data)) url.searchParams.set(name, value);
  else Object.assign(options, { body: JSON.stringify(data), headers: { "Content-Type": "application/json" } });
  return read(url, options);
}

async function read(url, options) {
  const answer = await fetch(url, options);
  const result = await answer.json();
  if (!answer.ok) throw new Error(result.error ?? answer.statusText);
  return result;
}

export async function quietly(work) {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // a TypeError is fetch without a network: the next try will do
  }
}

const LONGEST = 8000;
const POLL = 2000;

// Calls `happened(event)` for news, `catchUp()` after every connection and regularly while there is none.
export function connect({ happened, catchUp, online }) {
  let pause = 500;
  let polling = null;
  const open = () => {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/emulator/ws/`);
    socket.addEventListener("open", () => {
      pause = 500;
      clearInterval(polling);
      polling = null;
      online(true);
      catchUp();
    });
    socket.addEventListener("message", (message) => happened(JSON.parse(message.data)));
    socket.addEventListener("close", () => {
      online(false);
      polling ??= setInterval(catchUp, POLL);
      setTimeout(open, pause);
      pause = Math.min(pause * 2, LONGEST);
    });
  };
  open();
}
