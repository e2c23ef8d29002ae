// Looking at something: the pointer over it, or the focus on it, lights it with what belongs to it and tells
// the others what it is. A click or Enter chooses it; on a group it opens the group. Focus walks along the
// lanes with the arrow keys: only one part at a time is a stop of the Tab key, or a large drawing would be a trap.

export function createLook({ svg, view, items, viewport, tip, onHover, onSelect, onExpand }) {
  let pointed = null;
  let focused = null;
  let told = null;
  let stop = null; // the part that Tab comes to
  const asked = new Map(); // what others want lit: id → how many of them

  const itemAt = (target) => {
    const part = target instanceof Element ? target.closest("[data-id]") : null;
    const item = part && items.get(part.dataset.id);
    return item && !item.leaving ? item : null;
  };
  const here = () => (pointed && !pointed.leaving ? pointed : focused && !focused.leaving ? focused : null);
  const what = (item) => item && { type: item.type, id: item.id, data: item.data };

  // A node goes with its lanes and the nodes at their other ends, a lane with its two ends.
  function family(item) {
    const ids = new Set([item.id]);
    if (item.type === "edge") return ids.add(item.data.source).add(item.data.target);
    for (const other of items.values()) {
      if (other.type !== "edge" || (other.data.source !== item.id && other.data.target !== item.id)) continue;
      ids.add(other.id).add(other.data.source).add(other.data.target);
    }
    return ids;
  }

  function refresh() {
    const item = here();
    const own = item ? family(item) : new Set();
    for (const each of items.values()) {
      const lit = own.has(each.id) || asked.has(each.id);
      for (const part of [each.part, each.chip]) part?.classList.toggle("is-lit", lit);
    }
    svg.classList.toggle("has-lit", own.size > 0 || asked.size > 0);
    if (told !== (item?.id ?? null)) {
      told = item?.id ?? null;
      onHover(what(item));
    }
    tip.show(item);
  }

  function onOver(event) {
    const item = itemAt(event.target);
    if (item === pointed) return;
    pointed = item;
    refresh();
  }

  function onLeave() {
    pointed = null;
    refresh();
  }

  function onFocus(event) {
    focused = itemAt(event.target);
    if (!focused) return refresh();
    stopAt(focused);
    if (focused.part.matches(":focus-visible")) {
      viewport.reveal(focused.type === "node" ? focused.to : around(focused));
    }
    refresh();
  }

  function onBlur(event) {
    focused = null;
    if (!itemAt(event.relatedTarget)) refresh();
  }

  function choose(item) {
    if (item.data.kind === "group") onExpand(item.id);
    else onSelect(what(item));
  }

  function onClick(event) {
    const item = itemAt(event.target);
    if (item && !viewport.wasDrag()) choose(item);
  }

  // Where the focus goes when its part leaves: from a group to its first member, and from a member to its group.
  function heirOf({ id, data }) {
    const there = [...items.values()].filter((item) => item.type === "node" && !item.leaving);
    return there.find((item) => data.members?.includes(item.id) || item.data.members?.includes(id));
  }

  function stopAt(item) {
    if (stop && stop !== item) stop.part.setAttribute("tabindex", -1);
    stop = item;
    stop?.part.setAttribute("tabindex", 0);
  }

  // On the view, not on the drawing: Chromium makes an <svg> that hears of focus a stop of the Tab key.
  const heard = { pointerover: onOver, focusin: onFocus, focusout: onBlur, click: onClick, pointerleave: onLeave };
  for (const [name, hear] of Object.entries(heard)) view.addEventListener(name, hear);

  return {
    refresh,
    choose,
    focused: () => focused,
    // Others (the player, a chosen message) light parts too; each `on` needs its `off`.
    light(ids, on) {
      for (const id of ids) {
        const count = (asked.get(id) ?? 0) + (on ? 1 : -1);
        if (count > 0) asked.set(id, count);
        else asked.delete(id);
      }
      refresh();
    },
    // After a change: the Tab stop must be a part that is still there.
    settle(first) {
      if (focused?.leaving) (heirOf(focused)?.part ?? view).focus({ preventScroll: true });
      if (!stop || stop.leaving || !items.has(stop.id)) stopAt(first);
      refresh();
    },
    destroy() {
      for (const [name, hear] of Object.entries(heard)) view.removeEventListener(name, hear);
    },
  };
}

// The box around the middle of a lane: enough of it to see where one is.
function around(edge) {
  const [x, y] = edge.lane.at(0.5);
  return { x: x - 30, y: y - 15, w: 60, h: 30 };
}
