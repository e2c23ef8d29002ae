// Pages of a server in the kernel, in frames, side by side, each with a link that opens it in a tab of its own.
//
// A browser sends a page's cookies into a frame only if the frame belongs to the same site as the page around it.
// Ports do not count for that, but `localhost` and `127.0.0.1` are two. So a frame takes the name of the page around it.

import { make } from "./make.js";

/** By these names a page reaches a server of its own machine. */
const NEAR = ["localhost", "127.0.0.1"];
const FAR = "These pages are served to the machine that the kernel runs on, and to it alone. "
  + "This notebook came to you by another address, so they cannot stand here. On that machine, the links work:";

function render({ model, el }) {
  const places = model.get("urls").map((url) => new URL(url));
  const near = NEAR.includes(location.hostname) && places.every((place) => place.protocol === location.protocol);
  for (const place of places) if (near && NEAR.includes(place.hostname)) place.hostname = location.hostname;
  const link = (place) => make("a", { href: place.href, target: "_blank", rel: "noopener" }, `${place.pathname} in a tab of its own ↗`);
  const page = (place) => make(
    "figure", {}, make("figcaption", {}, link(place)),
    make("iframe", { src: place.href, title: `The page ${place.pathname}`, allow: "autoplay", height: String(model.get("height")) }),
  );
  const inside = near ? places.map(page) : [make("p", {}, FAR), ...places.map((place) => make("p", {}, link(place)))];
  el.append(make("section", { class: "labs-piece labs-framed" }, ...inside));
}

export default { render };
