// The events of one answer on their time axis.

import { drawn, make, took } from "./make.js";

const WIDTH = 1000;
const RAIL = 48;

export function axis(line) {
  const writes = line.trace ? line.trace.writes : [];
  const last = Math.max(line.nanoseconds, ...writes.map((write) => write[0]), 1);
  const largest = Math.max(1, ...writes.map((write) => write[1]));
  const label = `${writes.length} writes in ${took(last)}`;
  const view = { viewBox: `0 0 ${WIDTH} 74`, preserveAspectRatio: "none", role: "img", "aria-label": label };
  const svg = drawn("svg", view);
  svg.append(drawn("line", { class: "rail", x1: 0, x2: WIDTH, y1: RAIL, y2: RAIL }));
  for (const [at, size] of writes) {
    const x = (at / last) * (WIDTH - 4) + 2;
    const height = 8 + 34 * Math.sqrt(size / largest);
    svg.append(drawn("line", { class: "tick", x1: x, x2: x, y1: RAIL, y2: RAIL - height }));
  }
  return svg;
}

export function scale(line) {
  const made = make("p", null, { class: "soft scale" });
  made.append(make("span", "0"), make("span", took(line.nanoseconds)));
  return made;
}

export function events(line) {
  const writes = line.trace ? line.trace.writes : [];
  const items = writes.map(([at, size, begins]) => {
    const item = make("li");
    item.append(make("b", `${took(at)}, ${size} bytes  `), document.createTextNode(begins.trimEnd()));
    return item;
  });
  if (line.trace && line.trace.more) items.push(make("li", `and ${line.trace.more} more`));
  return items;
}
