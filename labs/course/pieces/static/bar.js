// Predicted and measured, two bars on one scale that begins at zero.

import { follow, make, say } from "./make.js";

function render({ model, el }) {
  const rows = ["predicted", "measured"].map((name) => {
    const fill = make("div", { class: `labs-fill labs-is-${name}` });
    const number = make("b");
    const row = make("tr", {}, make("th", { scope: "row" }, name), make("td", { "aria-hidden": "true" }, fill), make("td", {}, number));
    return { name, fill, number, row };
  });
  const verdict = make("p", { role: "status" });
  const root = make(
    "section", { class: "labs-piece labs-bar" },
    make("table", {}, make("caption", {}, model.get("label")), make("tbody", {}, ...rows.map(({ row }) => row))),
    verdict,
  );
  el.append(root);
  return follow(model, ["predicted", "measured", "verdict"], () => {
    const longest = Math.max(model.get("predicted") ?? 0, model.get("measured") ?? 0) || 1;
    for (const { name, fill, number } of rows) {
      const value = model.get(name);
      fill.style.width = `${((value ?? 0) / longest) * 100}%`;
      say(number, value ?? "nothing yet");
    }
    say(verdict, model.get("verdict"));
  });
}

export default { render };
