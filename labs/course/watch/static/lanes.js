// The geometry of a lane: the path that the drawing gave (absolute M, L and C with numbers), and points on it.
// Own arithmetic instead of getPointAtLength: that one is slow, and wrong while a path is on its way elsewhere.

const PIECES = 24; // straight pieces per curve: under a tenth of a pixel away from the true one
const TAKES = { M: 2, L: 2, C: 6 };

export function parsePath(d) {
  const shape = [];
  const numbers = [];
  for (const [, letter, rest] of d.matchAll(/([MLC])([^MLC]*)/g)) {
    const found = (rest.match(/-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi) ?? []).map(Number);
    for (let i = 0; i + TAKES[letter] <= found.length; i += TAKES[letter]) {
      shape.push(letter === "M" && i ? "L" : letter);
      numbers.push(...found.slice(i, i + TAKES[letter]));
    }
  }
  return { shape: shape.join(""), numbers };
}

export function writePath(shape, numbers) {
  let text = "";
  let place = 0;
  for (const letter of shape) {
    text += letter;
    for (let i = 0; i < TAKES[letter]; i += 1) text += `${i ? " " : ""}${Math.round(numbers[place++] * 100) / 100}`;
  }
  return text;
}

const cubic = (a, b, c, d, t) => {
  const u = 1 - t;
  return u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
};

// Points along the path with the way travelled at each: {points: [x, y, …], ways: [0, …, length]}.
export function measurePath(shape, numbers) {
  const points = [];
  const ways = [];
  let [x, y, place, way] = [0, 0, 0, 0];
  const go = (nextX, nextY) => {
    if (ways.length) way += Math.hypot(nextX - x, nextY - y);
    [x, y] = [nextX, nextY];
    points.push(x, y);
    ways.push(way);
  };
  for (const letter of shape) {
    const n = numbers.slice(place, (place += TAKES[letter]));
    if (letter === "C") {
      const [fromX, fromY] = [x, y];
      for (let i = 1; i <= PIECES; i += 1) {
        const t = i / PIECES;
        go(cubic(fromX, n[0], n[2], n[4], t), cubic(fromY, n[1], n[3], n[5], t));
      }
    } else go(n[0], n[1]);
  }
  return { points, ways, length: way };
}

// The point at a fraction (0…1) of the way.
export function pointAlong({ points, ways, length }, fraction) {
  if (!ways.length) return [0, 0];
  const way = Math.min(1, Math.max(0, fraction)) * length;
  let low = 0;
  let high = ways.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (ways[middle] <= way) low = middle;
    else high = middle;
  }
  const step = ways[high] - ways[low];
  const part = step ? (way - ways[low]) / step : 0;
  return [0, 1].map((axis) => points[2 * low + axis] + (points[2 * high + axis] - points[2 * low + axis]) * part);
}
