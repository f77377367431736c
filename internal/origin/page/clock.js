// The server's clock, which captures are stamped with. A phone's own clock may be seconds off.

let offset = 0;

// now returns the server's present instant in milliseconds since 1970.
export function now() {
  return Date.now() + offset;
}

// synchronise asks for the time a few times and believes the quickest answer, whose error is at most half its round trip.
export async function synchronise(url, samples = 5) {
  let best = Infinity;
  for (let i = 0; i < samples; i++) {
    const sent = performance.now();
    const answer = await fetch(url, { cache: "no-store" });
    const server = Date.parse(await answer.text());
    const roundTrip = performance.now() - sent;
    if (answer.ok && roundTrip < best && !Number.isNaN(server)) {
      best = roundTrip;
      offset = server + roundTrip / 2 - Date.now();
    }
  }
}
