// Drag an event to another time of the week. Occurrences of a series ask for the scope, as people know it.
const week = document.querySelector(".week");
let dragged = null;
let grip = 0;
week?.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("[data-event]");
  grip = dragged ? event.clientY - dragged.getBoundingClientRect().top : 0;
});
week?.addEventListener("dragover", (event) => { if (dragged && event.target.closest(".column")) event.preventDefault(); });
week?.addEventListener("drop", async (event) => {
  const column = event.target.closest(".column");
  if (!dragged || !column) return;
  event.preventDefault();
  const box = column.getBoundingClientRect();
  const raw = ((event.clientY - grip - box.top) / box.height) * 1440;
  const minutes = Math.min(1425, Math.max(0, Math.round(raw / 15) * 15));
  const clock = `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  const scope = dragged.dataset.series ? (confirm("Move all events of the series? Cancel moves only this one.") ? "all" : "this") : "";
  const wish = new URLSearchParams({ user: week.dataset.user, calendar: dragged.dataset.calendar, event: dragged.dataset.event, start: `${column.dataset.on}T${clock}`, scope });
  await fetch("/calendar/drag", { method: "POST", body: wish });
  location.reload();
});
