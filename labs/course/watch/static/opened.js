// Groups that the reader has opened: a button for each, because an open group is not there any more to be closed.

import { htmlPart } from "./parts.js";

export function createOpened(onClose) {
  const known = new Map(); // group → its data and its button
  const part = htmlPart("div", { class: "labs-opened" });

  return {
    part,
    // The reader opens this group; the answer is another graph, some time later.
    open(data) {
      if (known.has(data.id)) return;
      const label = `Close the group ${data.name}`;
      const button = htmlPart("button", { type: "button", hidden: true, "aria-label": label }, `▾ ${data.name}`);
      button.addEventListener("click", () => onClose(data.id));
      known.set(data.id, { members: data.members, button });
      part.append(button);
    },
    // A new graph: whose members stand there can be closed. Answers with the group whose button has gone with the focus.
    see(ids) {
      let lost = null;
      for (const [id, { members, button }] of known) {
        if (ids.has(id) && !button.hidden) {
          if (button === document.activeElement) lost = id;
          button.remove();
          known.delete(id);
        } else button.hidden = ids.has(id) || !members.some((member) => ids.has(member));
      }
      return lost;
    },
  };
}
