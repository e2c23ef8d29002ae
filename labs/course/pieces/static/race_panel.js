// One race: a lane for the queue, a lane for each worker, and the time it takes on the scale of the longest race.

import { make, say } from "./make.js";

// The last row at or before a moment; rows are in the order of their moments.
function rowAt(rows, at) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle][0] <= at) low = middle + 1;
    else high = middle;
  }
  return rows[low - 1];
}

function lane(orders, kinds) {
  const fills = Object.fromEntries(kinds.map((kind) => [kind, make("div", { class: `labs-is-${kind}` })]));
  const root = make("div", { class: "labs-lane", style: `--orders:${orders}` }, ...Object.values(fills));
  return { root, set: (kind, count) => { fills[kind].style.width = `${(count / orders) * 100}%`; } };
}

function laneRow(name, note, one) {
  const words = make("td", { class: "labs-words" });
  const row = make("tr", {}, make("th", { scope: "row" }, name, make("small", {}, note)), make("td", { "aria-hidden": "true" }, one.root), words);
  return { row, words };
}

export function racePanel(race, orders) {
  const clock = make("div", { class: "labs-is-time" });
  const time = laneRow("time", "", { root: make("div", { class: "labs-clock" }, clock) });
  const queueLane = lane(orders, ["ready"]);
  const queue = laneRow("in the queue", "", queueLane);
  const workers = race.workers.map(({ name, ms }) => {
    const own = lane(orders, ["done", "held"]);
    return { name, own, ...laneRow(name, ` ${ms} ms each`, own) };
  });
  const caption = make("caption", {}, make("b", {}, race.title), ` · prefetch ${race.prefetch}`);
  const rows = [queue.row, ...workers.map(({ row }) => row), time.row];
  const root = make("table", { class: "labs-panel" }, caption, make("tbody", {}, ...rows));

  function draw(now, at, longest) {
    const row = rowAt(now.rows, at) ?? [0, 0, ...now.workers.flatMap(() => [0, 0])];
    const pairs = workers.map((_, who) => row.slice(2 + 2 * who, 4 + 2 * who));
    const waits = row[1] - pairs.reduce((sum, [held, did]) => sum + held + did, 0);
    const over = now.over && at >= (now.rows.at(-1)?.[0] ?? 0);
    queueLane.set("ready", waits);
    say(queue.words, `${waits} waiting`);
    workers.forEach(({ own, words, row: line }, who) => {
      const [held, did] = pairs[who];
      const idle = !over && row[1] > 0 && held === 0;
      const most = Math.max(...now.rows.map((one) => one[2 + 2 * who]));
      own.set("done", did);
      own.set("held", held);
      say(words, `${did} acknowledged · ${over ? `held ${most} at most` : idle ? "idle" : `${held} held`}`);
      line.classList.toggle("labs-is-idle", idle);
    });
    root.classList.toggle("labs-is-over", over);
    clock.style.width = `${(at / longest) * 100}%`;
    say(time.words, `${(at / 1000).toFixed(2)} s${over ? " · over" : ""}`);
  }

  function words(now) {
    const last = now.rows.at(-1) ?? [0];
    const each = now.workers.map(({ name }, who) => `${name} acknowledged ${last[3 + 2 * who] ?? 0}`);
    return `${now.title} is over after ${(last[0] / 1000).toFixed(2)} seconds: ${each.join(", ")}.`;
  }

  return { root, draw, words };
}
