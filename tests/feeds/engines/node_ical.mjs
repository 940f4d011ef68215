// node-ical, the reader behind many servers in JavaScript. In and out as in python_engines.py.
import { readFileSync } from "node:fs";
import ical from "node-ical";

const asked = JSON.parse(readFileSync(0, "utf8"));
const midnight = (day) => new Date(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`);
const two = (number) => String(number).padStart(2, "0");

// Whole days are dates at local midnight here.
const written = (at, isFullDay) => isFullDay
  ? `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`
  : at.toISOString().replace(/[-:]|\.\d+/g, "");

function occurrences(path) {
  const rows = [];
  for (const event of Object.values(ical.sync.parseFile(path))) {
    if (event.type !== "VEVENT") continue;
    const found = ical.expandRecurringEvent(event, { from: midnight(asked.after), to: midnight(asked.before) });
    for (const one of found) {
      rows.push([written(one.start, one.isFullDay), written(one.end, one.isFullDay), one.summary]);
    }
  }
  return rows;
}

process.stdout.write(JSON.stringify(asked.paths.map(occurrences)));
