// One view of a model: all its parts put together, what it hears from the model, and its end.

import { createControls } from "./controls.js";
import { createDetails } from "./details.js";
import { createEngine } from "./engine.js";
import { createFeed } from "./feed.js";
import { createHeading } from "./heading.js";
import { createJourney } from "./journey.js";
import { createLegend } from "./legend.js";
import { createLoop } from "./loop.js";
import { htmlPart } from "./parts.js";
import { createPointing } from "./pointing.js";
import { createStage } from "./stage.js";

export const LINES = new Set(["batch", "counts", "graph"]);
const now = () => performance.now();

export function openView({ model, el, signal, memory, onEnd }) {
  // JupyterLab's own shortcuts ("r" makes a cell raw) must not hear the keys that are meant for the view.
  const root = htmlPart("section", { class: "labs-view", tabindex: -1, "data-lm-suppress-shortcuts": "true" });
  const heading = createHeading();
  const scene = htmlPart("div", { class: "labs-scene" });
  root.append(heading.part, scene);
  el.append(root);

  const slow = window.matchMedia("(prefers-reduced-motion: reduce)");
  const options = { lightSpeed: false, legendShown: true, still: Boolean(model.get("still")) };
  let hovered = null; // what the stage says is under the pointer
  const stage = createStage(scene, {
    onHover: (what) => ((hovered = what), pointing.refresh()),
    onSelect: (what) => pointing.choose(what),
    onExpand: (node) => model.send({ do: engine.tracks.isGroup(node) ? "expand" : "collapse", node }),
  });
  const engine = createEngine(stage, root, {
    onKey: () => loop.tell(),
    onMode: () => (loop.wake(), loop.tell(), show()),
    onStep: (event) => pointing.step(event),
  });
  const look = () => engine.look(now());
  const { player, flights, tally, messages, faces } = engine;

  const controls = createControls({
    player, timeline: engine.timeline, now,
    act: {
      light: () => setTravel((options.lightSpeed = !options.lightSpeed)),
      legend: () => ((options.legendShown = !options.legendShown), show()),
    },
  });
  const legend = createLegend({ root, faces, onKey: (face, on) => pointing.light(face, on) });
  const details = createDetails({ faces });
  const journey = createJourney({ onStop: () => follow(null) });
  const feed = createFeed({
    onChoose: ({ id }) => follow(id === engine.followed ? null : id),
    onLook: (message) => pointing.feed(message),
  });
  const pointing = createPointing({ stage, engine, details, legend, follow, hovered: () => hovered, redraw: look });
  scene.before(controls.part);
  root.append(legend.part, htmlPart("div", { class: "labs-panes" }, feed.part, journey.part, details.part));

  const loop = createLoop({
    running: () => player.running,
    frame: engine.frame,
    rest() {
      engine.rest();
      loop.tell();
    },
    beat() {
      engine.beat();
      return show();
    },
  });

  // Everything in words and numbers; true while the rates are not yet still.
  function show() {
    if (legend.paint()) look();
    const rates = tally.rates(player.time(now()));
    heading.show(rates, tally.missed);
    controls.show(options);
    legend.show();
    legend.meanings(options.legendShown, flights.travel === "slow");
    feed.show(messages, engine.followed);
    const id = engine.followed;
    journey.show(id, id === null ? null : messages.get(id), tally.missed.grouped > 0);
    pointing.refresh();
    return player.mode === "live" && rates.published + rates.delivered > 0;
  }

  function setTravel() {
    flights.setTravel(slow.matches ? "still" : options.lightSpeed ? "light" : "slow");
    show();
  }

  function follow(id) {
    engine.followed = id;
    look();
    show();
  }

  function showStatus(status) {
    heading.status(status);
    feed.polling(status.state === "polling");
  }

  const hear = {
    line(line) {
      if (line.type === "status") showStatus(line);
      if (line.type === "follow") follow(line.message);
      if (!LINES.has(line.type)) return;
      engine.feed(line, now());
      loop.wake();
      loop.tell();
    },
    graph() {
      const graph = model.get("graph");
      heading.name(graph?.name ?? "");
      root.setAttribute("aria-label", `Live view of ${graph?.name ?? "a virtual host"}`);
      if (!engine.graph) engine.start(graph);
    },
    status: () => showStatus(model.get("status") ?? {}),
    options: () => follow(model.get("options")?.journey ?? null),
    still: () => ((options.still = Boolean(model.get("still"))), show()),
  };
  const traits = {
    "msg:custom": hear.line, "change:graph": hear.graph, "change:status": hear.status,
    "change:options": hear.options, "change:still": hear.still,
  };
  for (const [name, act] of Object.entries(traits)) model.on(name, act);

  const onHidden = () => {
    player.hide(document.hidden, now());
    if (document.hidden) loop.sleep();
    else (loop.wake(), loop.tell());
  };
  const onView = stage.onView(look);
  const theme = new MutationObserver(show); // JupyterLab and VS Code tell the theme by attributes of the body
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-vscode-theme-kind", "class"] });
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", show);
  document.addEventListener("visibilitychange", onHidden);
  slow.addEventListener("change", setTravel);
  root.addEventListener("keydown", controls.onKey);

  let ended = false;
  function end() {
    if (ended) return;
    ended = true;
    loop.stop();
    for (const [name, act] of Object.entries(traits)) model.off(name, act);
    document.removeEventListener("visibilitychange", onHidden);
    slow.removeEventListener("change", setTravel);
    dark.removeEventListener("change", show);
    theme.disconnect();
    onView();
    pointing.end();
    stage.destroy();
    root.remove();
    model.send({ do: "closed" });
    onEnd();
  }
  signal?.addEventListener("abort", end, { once: true });

  hear.graph();
  hear.status();
  engine.open(memory.open(), model.get("counts"), now());
  look();
  setTravel();
  hear.options();
  if (document.hidden) onHidden();
  loop.wake();
  loop.tell();
  root.labs = {
    player, totals: tally.totals, stats: () => engine.stats(loop),
    dots: () => flights.list.filter(({ shown }) => shown),
  };
  model.send({ do: "opened" });
  return end;
}
