// "This event", "This and following events" or "All events": the question every change of a series asks.
const dialog = document.getElementById("scope");

// Resolves to this, following, all, or "" when the person thought better of it.
export function askScope(words) {
  dialog.querySelector("h2").textContent = words;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}
