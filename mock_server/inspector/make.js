// Makes elements. Every text goes in as text, never as markup, so nothing that was sent can act.

export function make(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = String(text);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

export function drawn(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

export function row(cells) {
  const made = make("tr");
  for (const [text, kind] of cells) {
    made.append(text instanceof Node ? cell(text) : make("td", text, kind ? { class: kind } : {}));
  }
  return made;
}

function cell(node) {
  const made = make("td");
  made.append(node);
  return made;
}

export const usd = (nano) => `$${(nano / 1e9).toLocaleString("en", { maximumFractionDigits: 9 })}`;

export function took(nanoseconds) {
  const ms = nanoseconds / 1e6;
  return ms < 1000 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
