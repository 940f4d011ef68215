// Week and month by pointer: drag an event, pull its lower edge, click an empty place. The event form does the same.
import { askScope } from "./scope.js";

const SNAP = 15;
const grid = document.querySelector("[data-grid]");
const isWeek = grid.classList.contains("week");
const quick = document.getElementById("quick");
const said = document.getElementById("said");
let held = null;

const clock = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
const snapped = (minutes, most) => Math.min(most, Math.max(0, Math.round(minutes / SNAP) * SNAP));
const dayAt = (x, y) => [...grid.querySelectorAll("[data-day]")].find((day) => {
  const box = day.getBoundingClientRect();
  return x >= box.left && x < box.right && (isWeek || (y >= box.top && y < box.bottom));
});
const daysBetween = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 86400000);

function minutesAt(day, y) {
  const box = day.querySelector(".column").getBoundingClientRect();
  return ((y - box.top) / box.height) * 1440;
}

function pick(event) {
  const chip = event.target.closest("[data-event]");
  if (!chip || event.button !== 0) return;
  const isPlaced = chip.classList.contains("placed") && matchMedia("(min-width: 56.01rem)").matches;
  if (event.pointerType === "touch" && !isPlaced) return; // A finger on a list scrolls it.
  held = {
    chip, isPlaced, isEdge: isPlaced && event.target.classList.contains("edge"), hasMoved: false,
    x: event.clientX, y: event.clientY, grip: event.clientY - chip.getBoundingClientRect().top, wish: null,
  };
}

function carry(event) {
  if (!held || (!held.hasMoved && Math.hypot(event.clientX - held.x, event.clientY - held.y) < 5)) return;
  if (!held.hasMoved) held.chip.setPointerCapture(event.pointerId);
  held.hasMoved = true;
  held.chip.classList.add("held");
  const day = held.isEdge ? held.chip.closest("[data-day]") : dayAt(event.clientX, event.clientY);
  if (!day) return;
  held.wish = held.isEdge ? pulled(day, event) : carried(day, event);
}

function carried(day, event) {
  const days = daysBetween(held.chip.dataset.on, day.dataset.day);
  if (!held.isPlaced) {
    held.chip.style.translate = `${event.clientX - held.x}px ${event.clientY - held.y}px`;
    return { days };
  }
  const at = snapped(minutesAt(day, event.clientY - held.grip), 1440 - SNAP);
  day.querySelector(".column").append(held.chip);
  held.chip.style.setProperty("--top", `${at / 14.4}%`);
  show(clock(at));
  return { days, at };
}

function pulled(day, event) {
  const begin = (parseFloat(held.chip.style.getPropertyValue("--top")) / 100) * 1440;
  const until = Math.max(begin + SNAP, snapped(minutesAt(day, event.clientY), 1440));
  held.chip.style.setProperty("--height", `${(until - begin) / 14.4}%`);
  show(`– ${clock(until)}`);
  return { until, on: day.dataset.day };
}

function show(text) {
  const hours = held.chip.querySelector("small");
  if (hours) hours.textContent = text;
}

async function drop() {
  const { chip, wish, hasMoved } = held ?? {};
  held = null;
  if (!hasMoved) return;
  chip.addEventListener("click", (event) => event.preventDefault(), { once: true, capture: true });
  if (!wish) return location.reload();
  const scope = "series" in chip.dataset ? await askScope("Move this recurring event?") : "this";
  if (scope) await send(chip, { ...wish, scope: "series" in chip.dataset ? scope : "" });
  else location.reload();
}

async function send(chip, wish) {
  const body = new URLSearchParams({ user: grid.dataset.user, calendar: chip.dataset.calendar, event: chip.dataset.event, ...wish });
  const answer = await fetch("/calendar/drag", { method: "POST", body });
  if (answer.ok) return location.reload();
  said.textContent = await answer.text();
  said.hidden = false;
  chip.classList.remove("held");
}

function begin(event) {
  const day = event.target.closest("[data-day]");
  if (!day || event.target.closest("a, button") || held) return;
  const at = isWeek && event.target.closest(".column") ? Math.floor(minutesAt(day, event.clientY) / 30) * 30 : null;
  const until = at === null ? 0 : Math.min(at + 60, 1439);
  const fields = quick.querySelector("form").elements;
  fields.start_on.value = fields.end_on.value = day.dataset.day;
  fields.start_at.value = at === null ? "" : clock(at);
  fields.end_at.value = at === null ? "" : clock(until);
  quick.querySelector("[name=is_all_day]")?.remove();
  if (at === null) fields.start_on.insertAdjacentHTML("afterend", '<input type="hidden" name="is_all_day" value="on">');
  document.getElementById("quick-when").textContent = `${day.getAttribute("aria-label")}, ${at === null ? "all day" : `${clock(at)} – ${clock(until)}`}`;
  const more = new URL(quick.querySelector("[data-more]").href);
  more.searchParams.set("on", day.dataset.day);
  if (at !== null) more.searchParams.set("at", clock(at));
  quick.querySelector("[data-more]").href = more;
  quick.showModal();
}

grid.addEventListener("pointerdown", pick);
grid.addEventListener("pointermove", carry);
grid.addEventListener("pointerup", drop);
grid.addEventListener("pointercancel", () => {
  const hasMoved = held?.hasMoved;
  held = null;
  if (hasMoved) location.reload();
});
grid.addEventListener("click", begin);
quick.querySelector("[data-close]").addEventListener("click", () => quick.close());
document.querySelectorAll(".calendars input[type=checkbox]").forEach((box) => box.addEventListener("change", () => box.form.submit()));

// The week opens where the day begins, and stays where it was after a change.
const place = `scroll ${location.pathname}${new URLSearchParams(location.search).get("on") ?? ""}`;
const column = grid.querySelector(".column");
if (isWeek) {
  grid.scrollTop = sessionStorage.getItem(place) ?? (column.offsetHeight * 6.7) / 24;
  grid.addEventListener("scroll", () => sessionStorage.setItem(place, grid.scrollTop));
}
