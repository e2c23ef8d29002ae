// The toolbar: how time goes on. Buttons with names; the same by key while the focus is in the view:
// space pauses and goes on, → steps, r replays, l is live again.

import { htmlPart, setPart, setText, svgPart } from "./parts.js";
import { buttonPart } from "./panel.js";

const SHAPES_OF = {
  pause: "M4 3h3v10H4z M9 3h3v10H9z",
  play: "M4.5 2.5v11l9-5.5z",
  step: "M3 2.5v11l7-5.500z M11 3h2.500v10H11z",
  replay: "M8 2.600a5.400 5.400 0 1 1-5.100 3.700l1.500.5A3.900 3.900 0 1 0 8 4.100V6.500L3.800 3.300 8 .2z",
  live: "M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6z",
};
const RATES = [
  [1, "1×", "As fast as it happened"],
  [0.5, "½×", "Half as fast"],
  [0.25, "¼×", "A quarter as fast"],
];

const ICON_BOX = { viewBox: "0 0 16 16", class: "labs-button-icon", "aria-hidden": "true" };
const icon = (name) => svgPart("svg", ICON_BOX, svgPart("path", { d: SHAPES_OF[name] }));

export function createControls({ player, timeline, now, act }) {
  const toggle = () => (player.mode === "paused" ? player.resume(now()) : player.pause());
  const withIcon = (name, words, title, act, more = "") => buttonPart({ words, title, act, icon: icon(name), name: more });
  const replay = () => player.replay(now());
  const step = () => player.step(now());
  const live = () => player.live(now());
  const buttons = {
    pause: withIcon("pause", "Pause", "Pause or go on (space)", toggle, "is-main"),
    step: withIcon("step", "Step", "Show the next message alone, then pause (→)", step),
    replay: withIcon("replay", "Replay 30 s", "Go back 30 seconds and play them again (r)", replay),
    live: withIcon("live", "Live", "Back to what happens now (l)", live, "is-live"),
  };
  const rates = RATES.map(([rate, words, title]) => {
    const setRate = () => player.setRate(rate, now());
    return { rate, ...buttonPart({ words, title, act: setRate }) };
  });
  const light = buttonPart({
    words: "Light speed", name: "is-switch", act: () => act.light(),
    title: "On: dots arrive at once, as they do in truth. Off: travel is slowed down, so that one can see it",
  });
  const legend = buttonPart({
    words: "Legend", name: "is-switch", act: () => act.legend(), title: "Show or hide what the signs mean",
  });
  const mode = htmlPart("span", { class: "labs-mode", role: "status" });
  const waits = htmlPart("span", { class: "labs-waits" });

  const group = (label, ...parts) =>
    htmlPart("span", { class: "labs-buttons", role: "group", "aria-label": label }, ...parts.map(({ button }) => button));
  const part = htmlPart(
    "div", { class: "labs-controls", role: "group", "aria-label": "Time" },
    group("Playing", buttons.pause, buttons.step, buttons.replay, buttons.live),
    group("Speed", ...rates),
    htmlPart("span", { class: "labs-told" }, mode, waits),
    group("Showing", light, legend),
  );
  const keys = { " ": toggle, ArrowRight: step, r: replay, l: live };

  function saying() {
    if (player.mode === "paused") return "Paused";
    if (player.mode === "step") return player.armed ? "Step: waits for the next message" : "Step";
    if (player.mode === "live") return "";
    if (player.rate === 1) return "Playing older time";
    return player.rate === 0.5 ? "Slow motion, half speed" : "Slow motion, a quarter of the speed";
  }

  function waiting() {
    const parts = [];
    const events = timeline.waiting;
    if (player.mode === "behind") parts.push(`${(player.behind(now()) / 1_000).toFixed(1)} s behind`);
    if (events && player.mode !== "live") parts.push(events === 1 ? "1 event waits" : `${events} events wait`);
    return parts.length ? ` · ${parts.join(" · ")}` : "";
  }

  return {
    part,
    show({ lightSpeed, legendShown, still }) {
      const paused = player.mode === "paused";
      setText(buttons.pause.text, paused ? "Play" : "Pause");
      setPart(buttons.pause.button.querySelector("path"), "d", SHAPES_OF[paused ? "play" : "pause"]);
      buttons.pause.button.classList.toggle("is-on", paused); // its name changes, so it is not "pressed" as well
      setPart(buttons.step.button, "aria-pressed", player.mode === "step");
      setPart(buttons.live.button, "aria-pressed", player.mode === "live");
      for (const { rate, button } of rates) setPart(button, "aria-pressed", player.rate === rate);
      setPart(light.button, "aria-pressed", lightSpeed);
      setPart(legend.button, "aria-pressed", legendShown);
      part.classList.toggle("is-still", still);
      setText(mode, saying());
      setText(waits, waiting());
    },
    onKey(event) {
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (event.key === " " && event.target.closest("button")) return; // the space that presses a button
      const does = keys[event.key];
      if (!does) return;
      does();
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
