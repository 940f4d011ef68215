// Times in the zone where the visitor is, unless the address already says which (R10). Without this
// script they are in the practice's zone, and can be changed by hand all the same.
"use strict";

const booking = document.querySelector("[data-booking-zone]");

function offset(zone) {
  return new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).format();
}

function showTimesHere() {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!booking || !here || "isChosen" in booking.dataset) return;
  if (offset(here) === offset(booking.dataset.bookingZone)) return;
  const address = new URL(location.href);
  address.searchParams.set("zone", here);
  location.replace(address);
}

showTimesHere();
