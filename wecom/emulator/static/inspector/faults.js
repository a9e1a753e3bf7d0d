// Faults of API calls: inject one on a path, see how often it was hit, remove it.
import { callApi, latest } from "../shared/control_api.js";
import { byId, element } from "../shared/dom.js";
import { t } from "../shared/texts.js";
import { showToast } from "../shared/toast.js";

const ANY = "*"; // one of all faults, at random

function describe(fault) {
  const name = fault.mix.length ? t("anyFault") : fault.name || `${fault.kind} ${fault.value}`;
  const frequency = fault.share < 1 ? `${Math.round(fault.share * 100)} %` : `×${fault.times ?? t("always")}`;
  const seed = fault.seed === null ? "" : ` · ${t("seed")} ${fault.seed}`;
  return `${name} · ${fault.path === "*" ? t("allPaths") : fault.path} · ${frequency}${seed}`;
}

function listItem(fault) {
  const remove = () => callApi("DELETE", `faults/${fault.id}`).then(load);
  const hits = element("small", { text: t("hits", fault.hits) });
  const button = element("button", { className: "small-button", type: "button", text: t("remove"), click: remove });
  return element("li", {}, element("span", { text: describe(fault) }), hits, button);
}

export const load = latest(() => callApi("GET", "faults"), ({ faults, names }) => {
  const select = byId("fault-name");
  if (!select.options.length) {
    select.append(...names.map((name) => element("option", { text: name, value: name })), element("option", { text: t("anyFault"), value: ANY }));
    select.dataset.names = JSON.stringify(names);
  }
  byId("fault-list").replaceChildren(...faults.map(listItem));
  byId("fault-clear").hidden = faults.length === 0;
});

function formValues() {
  const share = Number(byId("fault-share").value || 100) / 100;
  const name = byId("fault-name").value;
  const seed = byId("fault-seed").value;
  return {
    ...(name === ANY ? { mix: JSON.parse(byId("fault-name").dataset.names) } : { name }),
    ...(share < 1 ? { share, times: null } : { times: Number(byId("fault-times").value) || 1 }),
    ...(seed === "" ? {} : { seed: Number(seed) }),
    path: byId("fault-path").value.trim() || "*",
  };
}

export function start() {
  byId("fault-share").addEventListener("input", () => (byId("fault-times").disabled = Number(byId("fault-share").value || 100) < 100));
  byId("fault-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    await callApi("POST", "faults", formValues()).catch((error) => showToast(error.message));
    await load();
  });
  byId("fault-clear").addEventListener("click", () => callApi("DELETE", "faults").then(load));
}
