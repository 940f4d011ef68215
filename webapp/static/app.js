// What HTML cannot do alone: menus, copying, dialogs, announcements, shortcuts, the zone notice.
// Everything works on the whole document, so parts that htmx swaps in need no set-up of their own.
"use strict";

// ------------------------------------------------------------------ menus
// Enter, Space and Down open, arrows and Home/End move, Escape closes and gives focus back.

const menuOf = (element) => element.closest("[data-menu]");
const buttonOf = (menu) => menu.querySelector("[aria-haspopup]");
const itemsOf = (menu) => [...menu.querySelectorAll('[role^="menuitem"]:not([disabled])')];
const isOpen = (menu) => buttonOf(menu).getAttribute("aria-expanded") === "true";

function showMenu(menu, shows) {
  buttonOf(menu).setAttribute("aria-expanded", String(shows));
  menu.querySelector('[role="menu"]').hidden = !shows;
}

function closeMenus(except) {
  document.querySelectorAll("[data-menu]").forEach((menu) => {
    if (menu !== except && isOpen(menu)) showMenu(menu, false);
  });
}

function openMenu(menu, position) {
  closeMenus(menu);
  showMenu(menu, true);
  itemsOf(menu).at(position)?.focus();
}

function moveInMenu(menu, key) {
  const items = itemsOf(menu);
  const here = items.indexOf(document.activeElement);
  const places = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1 };
  items.at(places[key] % items.length)?.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-menu] [aria-haspopup]");
  const menu = button && menuOf(button);
  if (!menu) return closeMenus(menuOf(event.target));
  if (isOpen(menu)) showMenu(menu, false);
  else openMenu(menu, 0);
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("[data-menu]");
  if (!menu) return;
  const isButton = event.target === buttonOf(menu);
  if (event.key === "Escape" && isOpen(menu)) {
    showMenu(menu, false);
    buttonOf(menu).focus();
  } else if (isButton && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    openMenu(menu, event.key === "ArrowDown" ? 0 : -1);
  } else if (isOpen(menu) && ["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) {
    moveInMenu(menu, event.key);
  } else if (isOpen(menu) && event.key === "Tab") {
    return showMenu(menu, false);
  } else return;
  event.preventDefault();
});

// ---------------------------------------------------------------- dialogs

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
});

// A question that an answer brings along is asked at once; without scripts it stands on the page.
function askOpenQuestions() {
  document.querySelectorAll("dialog[data-modal][open]:not(:modal)").forEach((dialog) => {
    dialog.close();
    dialog.showModal();
  });
}

document.addEventListener("htmx:afterSettle", askOpenQuestions);
askOpenQuestions();

// ---------------------------------------------------------- announcements

const SHOWN_FOR_MS = 6000;
const SHOWN_AT_ONCE = 3;

function announce(text, kind = "status") {
  const toast = document.createElement("p");
  toast.className = kind === "problem" ? "toast is-problem" : "toast";
  toast.textContent = text;
  const region = document.querySelector(`[data-live="${kind === "problem" ? "problem" : "status"}"]`);
  region?.append(toast);
  if (region?.children.length > SHOWN_AT_ONCE) region.firstElementChild.remove();
  takeAway(toast);
}

function takeAway(toast) {
  setTimeout(() => toast.classList.add("is-leaving"), SHOWN_FOR_MS);
  setTimeout(() => toast.remove(), SHOWN_FOR_MS + 400);
}

document.addEventListener("announce", (event) => {
  for (const { text, kind } of event.detail.messages) announce(text, kind);
});

// What the server said while rendering was there before the live region: say it again.
document.querySelectorAll(".toast").forEach((toast) => {
  announce(toast.textContent, toast.classList.contains("is-problem") ? "problem" : "status");
  toast.remove();
});

// ---------------------------------------------------------------- copying

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    announce("Copied");
  } catch {
    source.focus();
    source.select?.();
    announce("Press Ctrl+C or ⌘C to copy");
  }
});

document.addEventListener("focusin", (event) => {
  if (event.target.matches("input[readonly]")) event.target.select();
});

// -------------------------------------------------------------- shortcuts

const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

document.addEventListener("keydown", (event) => {
  if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyC") {
    const calendar = document.querySelector("[data-calendar]");
    if (calendar) location.assign(calendar.href);
    event.preventDefault();
  }
  const isPlain = !(event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target));
  if (isPlain && event.key === "t" && "shortcuts" in document.body.dataset) {
    document.querySelector("[data-today]")?.click();
  }
  if (isPlain && event.key === "?" && "shortcuts" in document.body.dataset && !document.querySelector("dialog[open]")) {
    document.querySelector('[aria-keyshortcuts="?"]')?.click();
  }
});

// ------------------------------------------------------- the device's zone

const cityOf = (zone) => zone.split("/").pop().replaceAll("_", " ");

function offsetOf(zone) {
  return new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).format();
}

function noticeZone() {
  const notice = document.getElementById("zone-notice");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const shown = document.body.dataset.zone;
  if (!notice || !here || !shown || here === shown || offsetOf(here) === offsetOf(shown)) return;
  notice.querySelector("[data-zone-text]").textContent =
    `Times are shown for ${cityOf(shown)}. Your device is in ${cityOf(here)}.`;
  notice.querySelector("[data-zone-button]").textContent = `Show ${cityOf(here)} time`;
  notice.elements.zone.value = here;
  notice.hidden = false;
}

noticeZone();

// ------------------------------------------------------------------- htmx
// Polling stops while nobody looks, and says of itself that no person asked.

const isPolling = (element) => /\b(every|load)\b/.test(element.getAttribute?.("hx-trigger") ?? "");
const paused = new Set();

document.addEventListener("htmx:configRequest", (event) => {
  if (isPolling(event.target)) event.detail.headers["X-Background"] = "true";
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!document.hidden || !isPolling(event.target)) return;
  event.preventDefault();
  paused.add(event.target);
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const element of paused) {
    if (element.isConnected) htmx.ajax("GET", element.getAttribute("hx-get"), { source: element });
  }
  paused.clear();
});

// Two quick changes of one part are two requests; only the last answer is drawn, because an earlier
// one would put back what the second change has just chosen.
const newestFor = new WeakMap();

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.defaultPrevented) newestFor.set(event.detail.target, event.detail.xhr);
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (newestFor.has(target) && newestFor.get(target) !== xhr) event.detail.shouldSwap = false;
});

// What a person has opened (data-stays) is open in the answer that takes its place, too.
let opened = [];

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  opened = [...detail.target.querySelectorAll("details[data-stays][open]")].map(({ id }) => id);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
});

// Whoever pressed what the answer takes away goes on in the part that stands there now, or on the page.
const askedFrom = new WeakMap();

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.contains(document.activeElement)) askedFrom.set(detail.xhr, detail.target.id);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!askedFrom.has(detail.xhr) || document.activeElement !== document.body) return;
  const part = document.getElementById(askedFrom.get(detail.xhr)) ?? document.getElementById("main");
  const place = (part.matches("dialog") && part.querySelector("h1, h2")) || part;
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
});

// A part that follows what changes elsewhere (data-follows) is not drawn anew under a person's hands:
// not while a dialog is open, nor a menu of the part, nor while they are in one of its fields. It asks
// again when they have let go.
const waiting = new Set();
const isFollowing = (element) => element.hasAttribute?.("data-follows");

function isInHand(part) {
  if (document.querySelector("dialog[open]") || part.querySelector('[data-menu] [aria-expanded="true"]')) return true;
  const here = document.activeElement;
  return part.contains(here) && (isTyping(here) || here.closest("details[open]") !== null);
}

function holdBack(part) {
  const isHeld = isFollowing(part) && isInHand(part);
  if (isHeld) waiting.add(part.id);
  return isHeld;
}

function askWhatWaited() {
  for (const id of waiting) {
    const part = document.getElementById(id);
    if (part && isInHand(part)) continue;
    waiting.delete(id);
    if (part) htmx.ajax("GET", part.getAttribute("hx-get"), { source: part });
  }
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (holdBack(event.target)) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (holdBack(event.detail.requestConfig.elt)) event.detail.shouldSwap = false;
});
document.addEventListener("close", askWhatWaited, true);

// The line about the page's age asks often, so it also knows when nobody answers, and says so in place.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt.id !== "freshness") return;
  document.getElementById("freshness")?.classList.toggle("is-cut-off", !detail.xhr.status);
  askWhatWaited();
});

// A hand that is quicker than the scripts changes a form that cannot save yet: it saves as soon as it can.
const isChanged = (field) =>
  ["checkbox", "radio"].includes(field.type) && field.checked !== field.defaultChecked;

document.addEventListener("htmx:load", (event) => {
  const forms = event.target.querySelectorAll?.('form[hx-trigger^="change"]') ?? [];
  for (const form of forms) {
    const changed = [...form.elements].find(isChanged);
    changed?.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

// Arrow keys pass over choices on the way to one. What they pass over is held and not saved: Enter
// saves what they rest on, and so does leaving the choices. A click or a tap is a choice at once.
const held = new Set();
let isPassing = false;

const choicesOf = (element) =>
  element.matches?.('input[type="radio"]') && element.closest('form[hx-trigger^="change"]');

function hold(form, isHeld) {
  form.classList.toggle("is-held", isHeld);
  if (isHeld) held.add(form);
  else held.delete(form);
}

function saveHeld(form) {
  isPassing = false;
  hold(form, false);
  const changed = form.isConnected && [...form.elements].find(isChanged);
  changed?.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("keydown", (event) => {
  const form = choicesOf(event.target);
  isPassing = Boolean(form) && event.key.startsWith("Arrow");
  if (held.has(form) && event.key === "Enter") saveHeld(form);
});
document.addEventListener("keyup", () => (isPassing = false));
document.addEventListener("pointerdown", () => (isPassing = false));

document.addEventListener("change", (event) => {
  const form = choicesOf(event.target);
  if (!form) return;
  hold(form, isPassing && [...form.elements].some(isChanged));
  if (isPassing) event.stopPropagation();
}, true);

document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const form = choicesOf(target);
  const isLeft = !(relatedTarget && choicesOf(relatedTarget) === form);
  if (held.has(form) && isLeft && document.hasFocus()) saveHeld(form);
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  for (const form of held) if (detail.target.contains(form)) saveHeld(form);
});

// Forms of one part that save at once (hx-sync="closest [data-in-order]:queue all") are sent one after
// the other, as they were changed. While one waits, no answer is drawn: it would take the waiting
// form away, and its change with it.
const changes = new WeakMap();
const orderOf = (form) => form.hasAttribute?.("hx-sync") && form.closest("[data-in-order]");

function countChange(form, step) {
  const order = orderOf(form);
  if (!order) return;
  const count = changes.get(order) ?? { made: 0, sent: 0 };
  count[step] += 1;
  changes.set(order, count);
}

document.addEventListener("htmx:trigger", (event) => countChange(event.target, "made"));
document.addEventListener("htmx:beforeRequest", (event) => countChange(event.target, "sent"));
document.addEventListener("htmx:beforeSwap", (event) => {
  const count = changes.get(orderOf(event.detail.requestConfig.elt) || event);
  if (count && count.sent < count.made) event.detail.shouldSwap = false;
});

// What a person did and nobody answered stays on the page, as the controls still show it: until they load
// the page again, or something else they do succeeds.
function tell({ detail }, heading, sentence) {
  const problems = document.getElementById("problems");
  if (isPolling(detail.elt) || !problems) return;
  const said = document.getElementById("no-answer").content.cloneNode(true);
  said.querySelector("[data-heading]").textContent = heading;
  said.querySelector("[data-sentence]").textContent = sentence;
  problems.replaceChildren(said);
  window.scrollTo(0, 0);
}

document.addEventListener("htmx:sendError", (event) =>
  tell(event, "No connection", "What you did last was not saved. Everything before it was."));
document.addEventListener("htmx:timeout", (event) =>
  tell(event, "The server does not answer", "What you did last may not be saved. Everything before it was."));
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful && !isPolling(detail.elt)) document.querySelector("#problems > .is-unanswered")?.remove();
});
