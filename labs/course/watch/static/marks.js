// The dots' faces, drawn once each and then only copied: a thousand dots cost a thousand copies per frame, not a
// thousand paths. Shape, colour and sign all tell what it is, so that no reader depends on one of them:
//   message  a disc in its key's colour with the key's letter; a pill with a number when it stands for many
//   again    the disc in an arrow that goes round: redelivered
//   dead     a diamond; dashed and hollow because it is inferred
//   lost     a hollow disc with a cross: no queue took it
//   gone     a hollow dashed disc: expired, dropped, refused or purged (inferred)

import { shortCount } from "./parts.js";

const MOST_MARKS = 400;
const ROUND = 2 * Math.PI;
const FONT = "system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif";

function disc(pen, radius, fill, stroke, dash = []) {
  pen.beginPath();
  pen.arc(0, 0, radius, 0, ROUND);
  paint(pen, fill, stroke, dash);
}

function paint(pen, fill, stroke, dash) {
  pen.fillStyle = fill;
  pen.fill();
  if (!stroke) return;
  pen.setLineDash(dash);
  pen.strokeStyle = stroke;
  pen.stroke();
  pen.setLineDash([]);
}

function write(pen, text, colour, size, x = 0) {
  pen.font = `700 ${size}px ${FONT}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = colour;
  pen.fillText(text, x, 0.6);
}

const DRAWN = {
  message(pen, { letter, colour }, ink) {
    pen.lineWidth = 1.6;
    disc(pen, 8.2, colour, ink.ground);
    write(pen, letter, "#ffffff", 10);
  },
  again(pen, { letter, colour }, ink) {
    disc(pen, 12.5, ink.ground, null);
    disc(pen, 6.8, colour, null);
    write(pen, letter, "#ffffff", 9);
    [pen.lineWidth, pen.lineCap, pen.strokeStyle] = [2.4, "butt", ink.amber];
    pen.beginPath();
    pen.arc(0, 0, 10.2, -0.38 * Math.PI, 1.42 * Math.PI);
    pen.stroke();
    pen.beginPath();
    for (const [x, y] of [[-3.4, -14.4], [3.6, -9.6], [-4.4, -5.4]]) pen.lineTo(x, y);
    pen.closePath();
    paint(pen, ink.amber, null);
  },
  dead(pen, { letter }, ink) {
    pen.lineWidth = 2;
    pen.beginPath();
    for (const [x, y] of [[0, -11.5], [11.5, 0], [0, 11.5], [-11.5, 0]]) pen.lineTo(x, y);
    pen.closePath();
    paint(pen, ink.ground, ink.red, [3.2, 2.2]);
    write(pen, letter === "?" || !letter ? "†" : letter, ink.red, 11);
  },
  lost(pen, face, ink) {
    pen.lineWidth = 2.2;
    disc(pen, 8.6, ink.ground, ink.red);
    pen.lineCap = "round";
    pen.beginPath();
    for (const way of [-1, 1]) {
      pen.moveTo(-3.4, -3.4 * way);
      pen.lineTo(3.4, 3.4 * way);
    }
    pen.stroke();
  },
  gone(pen, { letter }, ink) {
    pen.lineWidth = 1.8;
    disc(pen, 8.2, ink.ground, ink.quiet, [2.6, 2.2]);
    if (letter && letter !== "?") write(pen, letter, ink.quiet, 9.5);
  },
  halo(pen, face, ink) {
    pen.lineWidth = 3;
    disc(pen, 13.5, "transparent", ink.focus);
  },
};

const SHAPES = Object.fromEntries(Object.keys(DRAWN).map((shape, i) => [shape, i]));
const SIZES = { message: 20 }; // the most frequent one is kept small: its area is what a frame costs
const INKS = ["ground", "ink", "quiet", "red", "amber", "focus", "orange", "blue"];
const NAMELESS = { letter: "?", colour: "#64748b", index: -1 };

export function createMarks(root) {
  const kept = new Map();
  let ink = {};
  let scale = 1;
  let theme = "";

  function draw(wide, high, paintOn) {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.ceil(wide * scale), Math.ceil(high * scale)];
    const pen = canvas.getContext("2d");
    pen.translate(canvas.width / 2, canvas.height / 2);
    pen.scale(scale, scale);
    paintOn(pen);
    return { canvas, width: canvas.width, height: canvas.height };
  }

  // Many: a pill with their number for plain messages, a number beside its shape for the others.
  function drawMany(shape, face, n) {
    const text = shortCount(n);
    const wide = Math.max(18, 11 + 6.6 * text.length);
    const pill = (pen, x, colour) => {
      pen.lineWidth = 1.6;
      pen.beginPath();
      pen.roundRect(x - wide / 2, -9, wide, 18, 9);
      paint(pen, colour, ink.ground, []);
      write(pen, text, "#ffffff", 10.5, x);
    };
    if (shape === "message") return draw(wide + 4, 24, (pen) => pill(pen, 0, face.colour));
    return draw(2 * wide + 34, 30, (pen) => {
      pill(pen, wide / 2 + 12, { again: "#a35c00", dead: "#cf2a2a", lost: "#cf2a2a" }[shape] ?? "#5b6675");
      DRAWN[shape](pen, face, ink);
    });
  }

  const kinds = { again: "amber", dead: "red", lost: "red" };

  return {
    // To be asked now and then: a theme or a zoom that changed makes all marks anew.
    refresh(nextScale) {
      const style = getComputedStyle(root);
      const now = INKS.map((name) => style.getPropertyValue(`--labs-${name}`).trim() || "#888888");
      if (now.join() === theme && nextScale === scale) return false;
      [theme, scale] = [now.join(), nextScale];
      ink = Object.fromEntries(INKS.map((name, i) => [name, now[i]]));
      kept.clear();
      return true;
    },
    // In the colour of the part: exchanges, queues, everybody else.
    glow: (node) => ink[{ x: "orange", q: "blue", g: "blue" }[node[0]] ?? "quiet"],
    of(shape, face, n) {
      const who = face ?? NAMELESS;
      const id = n * 128 + (who.index + 1) * 8 + SHAPES[shape];
      let mark = kept.get(id);
      if (mark) return mark;
      if (kept.size >= MOST_MARKS) kept.clear();
      mark = n > 1 ? drawMany(shape, who, n) : draw(SIZES[shape] ?? 30, SIZES[shape] ?? 30, (pen) => DRAWN[shape](pen, who, ink));
      kept.set(id, mark);
      return mark;
    },
    word(text, shape) {
      let mark = kept.get(text);
      if (!mark) {
        mark = draw(16 + 6.6 * text.length, 18, (pen) => {
          pen.font = `600 11.5px ${FONT}`;
          [pen.textAlign, pen.textBaseline, pen.lineJoin] = ["center", "middle", "round"];
          [pen.lineWidth, pen.strokeStyle, pen.fillStyle] = [4, ink.ground, ink[kinds[shape] ?? "quiet"]];
          pen.strokeText(text, 0, 0.6);
          pen.fillText(text, 0, 0.6);
        });
        kept.set(text, mark);
      }
      return mark;
    },
  };
}
