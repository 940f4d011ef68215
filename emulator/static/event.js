// The event form asks how much of a series a change or a deletion means, when it is pressed.
import { askScope } from "./scope.js";

const form = document.querySelector("form[data-event-form]");
const scopes = form?.querySelector("[data-scopes]");
if (scopes) {
  scopes.hidden = true;
  let isAsked = false;
  form.addEventListener("submit", async (event) => {
    const wish = event.submitter?.value;
    if (isAsked || !["save", "delete"].includes(wish)) return;
    event.preventDefault();
    const scope = await askScope(wish === "delete" ? "Delete this recurring event?" : "Change this recurring event?");
    if (!scope) return;
    form.elements.scope.value = scope;
    isAsked = true;
    form.requestSubmit(event.submitter);
  });
}
