// The inspector: asks the control API once a second and shows what it tells.

import { axis, events, scale } from "./axis.js";
import { make, took, usd } from "./make.js";
import { accountRow, answered, cardRows, haystack, requestRow, why } from "./tables.js";

const EVERY = 1000;
const SHOWN = 200;
const OFFERED = [
  ["429, Retry-After 2", { status: 429, retry_after: 2 }],
  ["500", { status: 500 }],
  ["503", { status: 503 }],
  ["402", { status: 402 }],
  ["Cut after event 3", { cut: { event: 3 } }],
  ["Reset", { cut: { event: 3, how: "reset" } }],
  ["Ends early", { cut: { event: 3, how: "end" } }],
  ["Error event", { error: { event: 3 } }],
  ["Stall 10 s", { stall: { event: 3, for: 10 } }],
  ["No [DONE]", { drop: "done" }],
];
const at = (id) => document.getElementById(id);
const base = new URL(".", location.href);
let token = location.hash.slice(1) || sessionStorage.getItem("gonogo-token") || "";
let lines = [];
let chosen = null;
let paused = false;
let tracing = false;

async function ask(path, method = "GET", body = undefined) {
  const asked = {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const answer = await fetch(new URL(path, base), asked);
  const told = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(told.error.message), { status: answer.status });
  return told;
}

function show(open, wrong = "") {
  at("main").hidden = !open;
  at("door").hidden = open;
  at("wrong").textContent = wrong;
}

async function look() {
  const [about, live, journal] = await Promise.all([ask("about"), ask("live"), ask("journal")]);
  show(true);
  tracing = live.tracing;
  at("tracing").setAttribute("aria-pressed", String(tracing));
  at("about").textContent = `${about.model}, engine ${about.engine}${about.faults.length ? `, faults ${about.faults.join(", ")}` : ""}`;
  at("count").textContent = `${journal.seen} seen`;
  lines = [...live.calls.map((line) => ({ ...line, live: true })), ...journal.calls.reverse()].slice(0, SHOWN);
  list();
  const [accounts, scripts, card] = await Promise.all([ask("accounts"), ask("scripts"), ask("card")]);
  keepFocus(at("accounts").tBodies[0], accounts.accounts.map((one) => accountRow(one, act)));
  const parts = Object.entries(scripts.scripts).flatMap(scriptParts);
  at("scripts").replaceChildren(...(parts.length ? parts : [make("p", "No script is set.", { class: "soft" })]));
  at("card").tBodies[0].replaceChildren(...cardRows(card));
}

// Rows are made anew each second; whoever was on a button stays on it.
function keepFocus(body, rows) {
  const label = body.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
  body.replaceChildren(...rows);
  if (label) [...body.querySelectorAll("button")].find((each) => each.getAttribute("aria-label") === label)?.focus();
}

function list() {
  const wanted = at("filter").value.trim().toLowerCase();
  const body = at("requests").tBodies[0];
  const focused = body.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  const found = lines.filter((line) => haystack(line).includes(wanted));
  body.replaceChildren(...found.map(requestRow));
  for (const each of body.rows) {
    each.setAttribute("aria-selected", String(each.dataset.id === chosen));
    if (each.dataset.id === focused) each.focus();
  }
  at("none").hidden = found.length > 0;
  at("state").textContent = wanted ? `${found.length} of ${lines.length} shown` : "";
  detail();
}

function scriptParts([name, told]) {
  const again = make("button", "Begin anew", { type: "button", "aria-label": `Begin anew: ${name}` });
  again.addEventListener("click", () => act(`scripts/${encodeURIComponent(name)}/reset`, {}));
  const head = make("p", null, { class: "row" });
  head.append(make("b", `${name}${told.name === name ? "" : ` (${told.name})`}, from ${told.from}`), again);
  const played = told.steps.map((step) => `${step.step}: ${step.played ?? "?"} of ${step.of ?? "all"} played`).join(", ");
  return [head, make("p", played, { class: "soft" }), make("pre", told.plan.join("\n"))];
}

let explained = { id: null, told: null };

async function detail() {
  const line = lines.find((each) => each.id === chosen);
  at("detail").hidden = !line;
  document.querySelector(".columns").classList.toggle("open", Boolean(line));
  if (!line) return;
  at("detail-title").textContent = line.id;
  const facts = [
    ["asked", `${line.method} ${line.path}`],
    ["model", line.model ?? ""],
    ["answer", line.live ? "still open" : answered(line)],
    ["took", took(line.nanoseconds)],
    ["tokens", line.prompt_tokens === null ? "none" : `${line.prompt_tokens} prompt, ${line.completion_tokens} completion`],
    ["cost", line.cost === null ? "nothing" : usd(line.cost)],
    ["client", line.trace ? line.trace.agent || "unnamed" : "not noted"],
  ];
  at("facts").replaceChildren(...facts.flatMap(([name, value]) => [make("dt", name), make("dd", value)]));
  at("axis").replaceChildren(...(line.trace ? [axis(line), scale(line)] : [make("p", "Events were not noted; press Note events and ask again.", { class: "soft" })]));
  at("events").replaceChildren(...events(line));
  if (explained.id !== line.id || line.live) {
    try {
      explained = { id: line.id, told: await ask(`explain/${encodeURIComponent(line.id)}`) };
    } catch (error) {
      explained = { id: line.id, told: { script: null } };
    }
  }
  if (explained.id === chosen) at("why").replaceChildren(...why(explained.told));
}

function choose(id, focus) {
  chosen = id;
  list();
  if (focus) [...at("requests").tBodies[0].rows].find((each) => each.dataset.id === id)?.focus();
}

function step(by) {
  const rows = [...at("requests").tBodies[0].rows];
  const now = rows.findIndex((each) => each.dataset.id === chosen);
  const next = rows[Math.min(rows.length - 1, Math.max(0, now + by))];
  if (next) choose(next.dataset.id, true);
}

async function act(path, body, method = "POST") {
  try {
    await ask(path, method, body);
    at("state").textContent = "";
    await look();
  } catch (error) {
    at("state").textContent = error.message;
  }
}

async function inject(reply, words) {
  const times = Math.max(1, Number(at("times").value) || 1);
  await act("scripts/next", { steps: [{ name: `injected: ${words}`, reply: { ...reply, times } }] }, "PUT");
  if (!at("state").textContent) at("injected").textContent = `${words}, ${times === 1 ? "once" : `${times} times`}`;
}

async function tick() {
  try {
    if (!paused && !document.hidden) await look();
  } catch (error) {
    if (error.status === 401) show(false, token ? error.message : "");
    else at("state").textContent = error.status ? error.message : "The mock does not answer.";
  }
  setTimeout(tick, EVERY);
}

for (const [words, reply] of OFFERED) {
  const button = make("button", words, { type: "button" });
  button.addEventListener("click", () => inject(reply, words));
  at("faults").append(button);
}
at("inject").addEventListener("click", () => at("fault").value && inject({ fault: at("fault").value }, at("fault").value));
at("clear").addEventListener("click", async () => {
  await act("scripts/next", undefined, "DELETE");
  at("injected").textContent = "";
});
at("fault").addEventListener("focus", async () => {
  if (at("known").children.length) return;
  const { faults } = await ask("behaviours");
  at("known").replaceChildren(...Object.entries(faults).map(([name, words]) => make("option", words, { value: name })));
});
at("pause").addEventListener("click", () => {
  paused = !paused;
  at("pause").setAttribute("aria-pressed", String(paused));
});
at("tracing").addEventListener("click", () => act("tracing", { on: !tracing }, "PUT"));
at("filter").addEventListener("input", list);
at("requests").addEventListener("click", (event) => {
  const found = event.target.closest("tbody tr");
  if (found) choose(found.dataset.id, true);
});
at("door").addEventListener("submit", (event) => {
  event.preventDefault();
  token = at("token").value.trim();
  sessionStorage.setItem("gonogo-token", token);
  look().catch((error) => show(false, error.message));
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input");
  if (event.key === "Escape") {
    if (typing && event.target.id === "filter") event.target.value = "";
    event.target.blur();
    choose(null, false);
  } else if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  else if (event.key === "/") {
    event.preventDefault();
    at("filter").focus();
  } else if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
  else if (event.key === "Enter" && event.target.matches("#requests tr")) {
    choose(event.target.dataset.id, false);
    at("detail-title").focus();
  }
});
if (location.hash) {
  sessionStorage.setItem("gonogo-token", token);
  history.replaceState(null, "", location.pathname);
}
tick();
