// What the reader looks at, in this order: a dot under the pointer, a message of the list, a part of the drawing,
// what a step has just shown, the followed message. The details show it; the legend lights the keys it has seen.

export function createPointing({ stage, engine, details, legend, follow, hovered, redraw }) {
  const { dots, sights, tally, tracks, faces, messages } = engine;
  let looked = null; // a message of the list
  let stepped = null; // the event of the last step
  let lit = [];

  function placeOf(event) {
    const box = stage.overlay.getBoundingClientRect();
    return dots.at(event.clientX - box.left, event.clientY - box.top);
  }

  function onMove(event) {
    const dot = placeOf(event);
    stage.root.classList.toggle("is-on-dot", Boolean(dot));
    if (!dots.point(dot)) return;
    redraw();
    refresh();
  }

  function onLeave() {
    stage.root.classList.remove("is-on-dot");
    if (dots.point(null)) refresh();
  }

  // A click on a dot follows its message, and is not meant for the lane below it.
  function onClick(event) {
    const dot = placeOf(event);
    if (!dot?.event.message) return;
    event.stopPropagation();
    follow(dot.event.message);
  }

  function refresh() {
    const what = hovered();
    const dot = dots.pointed;
    legend.light(what && !dot ? new Set([...sights.at(what.id).keys].map(faces.of)) : new Set());
    if (dot) return details.message(dot.event);
    if (looked) return details.message(looked.event);
    if (what) return details.place(what, sights.at(what.id), tally.totals[what.id]);
    if (stepped && engine.player.mode !== "live") return details.message(stepped);
    const followed = engine.followed === null ? null : messages.get(engine.followed);
    if (followed) return details.message(followed.event);
    return details.none();
  }

  const heard = { pointermove: onMove, pointerleave: onLeave };
  for (const [name, hear] of Object.entries(heard)) stage.root.addEventListener(name, hear);
  stage.root.addEventListener("click", onClick, { capture: true });

  return {
    refresh,
    feed(message) {
      looked = message;
      refresh();
    },
    step(event) {
      stepped = event;
      refresh();
    },
    choose(what) {
      const { last } = sights.at(what.id);
      if (last?.message) follow(last.message);
    },
    // A key of the legend, pointed at: the lanes it went along.
    light(face, on) {
      stage.light(lit, false);
      lit = on && face.key !== null ? [...new Set(sights.lanesWith(face.key).map(tracks.lane).filter(Boolean))] : [];
      stage.light(lit, true);
    },
    end() {
      for (const [name, hear] of Object.entries(heard)) stage.root.removeEventListener(name, hear);
      stage.root.removeEventListener("click", onClick, { capture: true });
    },
  };
}
