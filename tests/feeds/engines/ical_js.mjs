// ical.js, the engine of Thunderbird and Nextcloud. In and out as in python_engines.py.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const utc = ICAL.Timezone.utcTimezone;
// A week more, for occurrences that were moved into the window.
const end = ICAL.Time.fromDateString(`${asked.before.slice(0, 4)}-${asked.before.slice(4, 6)}-${asked.before.slice(6)}`);
end.adjust(7, 0, 0, 0);

const written = (time) => time.isDate
  ? time.toICALString()
  : `${time.convertToZone(utc).toICALString()}`.replace(/Z?$/, "Z");

function occurrences(path) {
  ICAL.TimezoneService.reset();
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(path, "utf8")));
  for (const one of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(one);
  const events = calendar.getAllSubcomponents("vevent");
  const isMoved = (one) => one.hasProperty("recurrence-id");
  const uid = (one) => one.getFirstPropertyValue("uid");
  const rows = [];
  for (const component of events.filter((one) => !isMoved(one))) {
    // Otherwise it would take every moved occurrence of the calendar for this event's own.
    const exceptions = events.filter((one) => isMoved(one) && uid(one) === uid(component));
    const master = new ICAL.Event(component, { exceptions });
    if (!master.isRecurring()) {
      rows.push([written(master.startDate), written(master.endDate), master.summary]);
      continue;
    }
    const starts = master.iterator();
    for (let next = starts.next(); next && next.compare(end) < 0; next = starts.next()) {
      const found = master.getOccurrenceDetails(next);
      rows.push([written(found.startDate), written(found.endDate), found.item.summary]);
    }
  }
  return rows;
}

process.stdout.write(JSON.stringify(asked.paths.map(occurrences)));
