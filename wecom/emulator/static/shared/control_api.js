// Calls of the emulator's control API.
const page = new URLSearchParams(location.search);
export const AGENT_ID = Number(page.get("agentid"));
export const CORP_ID = page.get("corpid");
// The application that the page's address names; without one the emulator takes its first.
const application = { ...(AGENT_ID ? { agentid: AGENT_ID } : {}), ...(CORP_ID ? { corpid: CORP_ID } : {}) };

// `data` becomes the query of a GET, else the JSON body; a form is sent as it is.
export async function callApi(method, path, data = {}) {
  const url = new URL(`/emulator/api/${path}`, location.href);
  const options = { method };
  if (data instanceof FormData) {
    for (const [name, value] of Object.entries(application)) data.append(name, String(value));
    options.body = data;
    return fetchJson(url, options);
  }
  data = { ...application, ...data };
  if (method === "GET") for (const [name, value] of Object.entries(data)) url.searchParams.set(name, value);
  else Object.assign(options, { body: JSON.stringify(data), headers: { "Content-Type": "application/json" } });
  return fetchJson(url, options);
}

async function fetchJson(url, options) {
  const answer = await fetch(url, options);
  const result = await answer.json();
  if (!answer.ok) throw new Error(result.error ?? answer.statusText);
  return result;
}

// A function that fetches and shows. An answer that a later request overtook is stale and is not shown.
export function latest(fetchData, show) {
  let newest = 0;
  return async (...wanted) => {
    const number = ++newest;
    const data = await fetchData(...wanted);
    if (number === newest) show(data);
  };
}

export async function ignoreNetworkErrors(promise) {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // fetch throws a TypeError without a network; the next call will do
  }
}
