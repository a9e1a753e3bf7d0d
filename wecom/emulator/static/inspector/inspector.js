// The panels beside the phone: callbacks and API calls as they happen, faults, the clock, recordings.
import { byId } from "../shared/dom.js";
import * as clock from "./clock.js";
import * as faults from "./faults.js";
import { loadRecords } from "./records.js";
import * as recording from "./recording.js";
import * as urlVerification from "./url_verification.js";

const TABS = ["callbacks", "calls", "faults", "clock", "recording"];
const LOADERS = { faults: faults.load, clock: clock.load }; // panels that load when they open

export const load = () => Promise.all([loadRecords(), faults.load(), clock.load()]);

function selectTab(selected) {
  for (const tab of TABS) {
    byId(`tab-${tab}`).setAttribute("aria-selected", String(tab === selected));
    byId(`tab-${tab}`).tabIndex = tab === selected ? 0 : -1;
    byId(`panel-${tab}`).hidden = tab !== selected;
  }
  LOADERS[selected]?.();
}

export function start() {
  TABS.forEach((tab, index) => {
    byId(`tab-${tab}`).addEventListener("click", () => selectTab(tab));
    byId(`tab-${tab}`).addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = TABS[(index + step + TABS.length) % TABS.length];
      selectTab(next);
      byId(`tab-${next}`).focus();
    });
  });
  faults.start();
  clock.start();
  recording.start();
  urlVerification.start();
}
