// The last day in a chart made by hand: one bar for each hour, and the same numbers as a table for who cannot see it.
import { ask } from "./api.js";
import { bidi, dinars, element } from "./text.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 480;
const HEIGHT = 150;
const FOOT = 20; // room for the hours below
const EVERY_MS = 60_000;
const SOON_MS = 1500; // a rush of orders is one look
const byId = (id) => document.getElementById(id);

let timer = null;

/** Fetch and draw, and again every minute. Hides the panel where the shop counts nothing. */
export async function showTrends() {
  clearTimeout(timer);
  const { ok, status, data } = await ask("GET", "/api/trends?hours=24");
  if (ok) draw(data);
  if (ok || status === 404) byId("trends").hidden = !ok; // while the shop is away, the last numbers stay
  if (status === 404) return;
  timer = setTimeout(showTrends, EVERY_MS);
}

/** Something happened: look again in a moment. */
export function trendsSoon() {
  if (byId("trends").hidden) return;
  clearTimeout(timer);
  timer = setTimeout(showTrends, SOON_MS);
}

function draw({ hours, wilayas }) {
  const sum = (name) => hours.reduce((all, hour) => all + hour[name], 0);
  byId("trend-orders").textContent = String(sum("orders"));
  byId("trend-total").textContent = dinars(sum("total"));
  byId("trend-cancelled").textContent = String(sum("cancelled"));
  const busiest = hours.reduce((one, other) => (other.orders > one.orders ? other : one), { orders: 0 });
  const most = busiest.orders ? ` Most in one hour: ${busiest.orders}, at ${clockHour(busiest.hour)}.` : "";
  byId("chart").replaceChildren(bars(hours, `Orders in each of the last ${hours.length} hours, ${sum("orders")} in all.${most}`));
  byId("hours-table").replaceChildren(...hours.filter((hour) => hour.orders || hour.cancelled).map((hour) => (
    row(element("time", "", clockHour(hour.hour)), hour.orders, hour.cancelled, dinars(hour.total)))));
  const top = wilayas.slice(0, 5);
  byId("wilayas").replaceChildren(...top.map((each) => {
    const meter = element("span", "meter", null, element("span", "meter-bar"));
    meter.firstChild.style.inlineSize = `${(100 * each.orders) / top[0].orders}%`;
    return element("li", "", null, bidi(each.wilaya), meter, element("span", "count", each.orders));
  }));
  byId("wilayas-part").hidden = !top.length;
}

const clockHour = (iso) => new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

function row(head, ...cells) {
  const th = element("th", "", null, head);
  th.scope = "row";
  return element("tr", "", null, th, ...cells.map((cell) => element("td", "", cell)));
}

function bars(hours, label) {
  const top = Math.max(4, ...hours.map((hour) => hour.orders));
  const slot = WIDTH / hours.length;
  const chart = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label });
  const y = (orders) => (HEIGHT - FOOT) * (1 - orders / top) + 2;
  for (const part of [0, 0.5, 1]) {
    chart.append(svg("line", { x1: 0, x2: WIDTH, y1: y(top * part), y2: y(top * part), class: "grid" }));
  }
  chart.append(svg("text", { x: 0, y: y(top) + 12, class: "scale" }, String(top)));
  hours.forEach((hour, at) => {
    const bar = (count, from, name) => svg("rect", {
      x: at * slot + slot * 0.16, width: slot * 0.68, rx: 2, class: name,
      y: y(from + count), height: Math.max(0, y(from) - y(from + count)),
    });
    const stood = Math.max(0, hour.orders - hour.cancelled);
    chart.append(bar(stood, 0, "bar-orders"), bar(hour.orders - stood, stood, "bar-cancelled"));
    if (at % 6 === 5 || at === hours.length - 1) {
      const last = at === hours.length - 1;
      chart.append(svg("text", { x: last ? WIDTH : at * slot + slot / 2, y: HEIGHT - 3, class: last ? "hour last" : "hour" }, clockHour(hour.hour)));
    }
  });
  return chart;
}

function svg(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  if (text) node.textContent = text;
  return node;
}
