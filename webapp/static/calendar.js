// The calendar's own behaviour: the dialog that shows one event, and fields that help each other.
"use strict";

// A filled dialog opens, an emptied one closes: saving answers with nothing.
document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.target.closest?.("dialog[data-filled]");
  if (!dialog) return;
  if (dialog.childElementCount === 0) dialog.close();
  else if (!dialog.open) dialog.showModal();
  dialog.querySelector("[aria-invalid], .form-error")?.focus();
});

// A choice that is a form of its own is sent at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

// Moving the start moves the end along, so that the session keeps its length.
const minutesOf = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
const clockOf = (minutes) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-shifts]")) event.target.dataset.before = event.target.value;
});

document.addEventListener("change", (event) => {
  const { shifts, before } = event.target.dataset;
  const end = shifts && document.getElementById(shifts);
  if (!end?.value || !before || !event.target.value) return;
  const length = minutesOf(end.value) - minutesOf(before);
  const moved = minutesOf(event.target.value) + length;
  if (length > 0 && moved < 24 * 60) end.value = clockOf(moved);
  event.target.dataset.before = event.target.value;
});

// A menu item that opens a dialog has done its work.
document.addEventListener("click", (event) => {
  const menu = event.target.closest('[role="menuitem"][data-opens]')?.closest("[data-menu]");
  if (menu) showMenu(menu, false);
});
