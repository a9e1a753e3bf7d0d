// What the scripts use of a page, beyond TypeScript's own description of browsers.

// ---- names that one script has from another

declare function signedOut(answer: Response): string;
declare function showRender(slot: any, state: object): void;
declare var StreamPlayer: any;
declare var htmx: { process(part: Element): void } | undefined;
declare var Chips: { into(place: Element, options: object): HTMLElement };

// ---- elements

// A script's template has the elements that it looks for. Where one may be missing, the script asks with `?.` or `if`.
interface ParentNode {
  querySelector<K extends keyof HTMLElementTagNameMap>(selectors: K): HTMLElementTagNameMap[K];
  querySelector<E extends Element = HTMLElement>(selectors: string): E;
  querySelectorAll<K extends keyof HTMLElementTagNameMap>(selectors: K): NodeListOf<HTMLElementTagNameMap[K]>;
  querySelectorAll<E extends Element = HTMLElement>(selectors: string): NodeListOf<E>;
}
interface Document {
  getElementById<E extends HTMLElement = HTMLElement>(id: string): E;
}
interface Element {
  closest<K extends keyof HTMLElementTagNameMap>(selector: K): HTMLElementTagNameMap[K];
  closest<E extends Element = HTMLElement>(selector: string): E;
}

// A selector does not tell whether it finds a field, a form, a dialog or a video, nor does an event tell its target.
// These are the names that only some of them have; any other name is a mistake.
interface EventTarget {
  readonly dataset: DOMStringMap;
  readonly nextElementSibling: Element | null;
  readonly previousElementSibling: Element | null;
  focus(options?: FocusOptions): void;
  blur(): void;
  closest: any;
  matches: any;
  getAttribute: any;
  classList: any;
  hidden: any;
  id: any;
  click: any;
  // fields
  value: any;
  name: any;
  form: any;
  checked: any;
  disabled: any;
  files: any;
  options: any;
  placeholder: any;
  selectionStart: any;
  selectionEnd: any;
  setRangeText: any;
  // forms
  action: any;
  elements: any;
  submit: any;
  // dialogs and frames
  open: any;
  returnValue: any;
  showModal: any;
  src: any;
  // videos
  autoplay: any;
  currentTime: any;
  ended: any;
  muted: any;
  pause: any;
  paused: any;
  play: any;
}
