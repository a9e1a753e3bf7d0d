// What shall go wrong: which fault, on which path, how often, and the ones that wait.
import { $, make, toast } from "../shared/dom.js";
import { call } from "../shared/control_api.js";
import { say } from "../shared/texts.js";

const MIX = "*"; // any of them, at random

const percent = (share) => `${Math.round(share * 100)} %`;

function words(fault) {
  const name = fault.mix.length ? say("anyFault") : fault.name || `${fault.kind} ${fault.value}`;
  const often = fault.share < 1 ? percent(fault.share) : `×${fault.times ?? say("always")}`;
  const seed = fault.seed === null ? "" : ` · ${say("seed")} ${fault.seed}`;
  return `${name} · ${fault.path === "*" ? say("allPaths") : fault.path} · ${often}${seed}`;
}

export async function refresh() {
  const { faults, names } = await call("GET", "faults");
  const select = $("fault-name");
  if (!select.options.length) {
    select.append(...names.map((name) => make("option", { text: name, value: name })), make("option", { text: say("anyFault"), value: MIX }));
    select.dataset.names = JSON.stringify(names);
  }
  const rows = faults.map((fault) => {
    const remove = () => call("DELETE", `faults/${fault.id}`).then(refresh);
    const hits = make("small", { text: say("hits", fault.hits) });
    return make("li", {}, make("span", { text: words(fault) }), hits, make("button", { className: "mini", type: "button", text: say("remove"), click: remove }));
  });
  $("fault-list").replaceChildren(...rows);
  $("fault-clear").hidden = faults.length === 0;
}

function asked() {
  const share = Number($("fault-share").value || 100) / 100;
  const name = $("fault-name").value;
  const how = name === MIX ? { mix: JSON.parse($("fault-name").dataset.names) } : { name };
  const often = share < 1 ? { share, times: null } : { times: Number($("fault-times").value) || 1 };
  const seed = $("fault-seed").value === "" ? {} : { seed: Number($("fault-seed").value) };
  return { ...how, ...often, ...seed, path: $("fault-path").value.trim() || "*" };
}

export function start() {
  $("fault-share").addEventListener("input", () => ($("fault-times").disabled = Number($("fault-share").value || 100) < 100));
  $("fault-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    await call("POST", "faults", asked()).catch((error) => toast(error.message));
    await refresh();
  });
  $("fault-clear").addEventListener("click", () => call("DELETE", "faults").then(refresh));
}
