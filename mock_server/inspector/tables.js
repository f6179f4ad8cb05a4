// Rows of the tables, from what the control API tells.

import { make, row, took, usd } from "./make.js";

export function requestRow(line) {
  const live = line.live ? `${line.trace.writes.length} writes, live` : null;
  const status = make("span", live ?? answered(line), { class: line.live ? "live" : `s${Math.floor(line.status / 100)}` });
  const tokens = line.prompt_tokens === null ? "" : `${line.prompt_tokens} + ${line.completion_tokens}`;
  const asked = `${line.method} ${line.path}${line.stream ? " (stream)" : ""}`;
  const made = row([
    [new Date(line.at / 1e6).toLocaleTimeString("en-GB")],
    [asked],
    [line.account ?? "nobody"],
    [status],
    [line.step ?? ""],
    [tokens, "n"],
    [line.cost === null ? "" : usd(line.cost), "n"],
    [took(line.nanoseconds), "n"],
  ]);
  made.dataset.id = line.id;
  made.tabIndex = 0;
  return made;
}

export function answered(line) {
  const ending = line.status === 200 && line.ending && line.ending !== "complete" ? `, ${line.ending}` : "";
  return `${line.status}${line.code ? ` ${line.code}` : ""}${ending}`;
}

export function haystack(line) {
  return [line.id, line.method, line.path, line.account, line.model, line.status, line.code, line.step, line.ending]
    .join(" ")
    .toLowerCase();
}

export function accountRow(account, act) {
  const buttons = make("span", null, { class: "row" });
  const name = account.account;
  const offers = [
    ["Top up 1 USD", "wallet", { top_up: 1 }],
    ["Drain", "wallet", { drain: true }],
    ["Use up limits", "limits", { used_up: true }],
    ["Refill limits", "limits", {}],
  ];
  for (const [words, path, body] of offers) {
    const button = make("button", words, { type: "button", "aria-label": `${words}: ${name}` });
    button.addEventListener("click", () => act(`accounts/${encodeURIComponent(name)}/${path}`, body));
    buttons.append(button);
  }
  const left = (limit) => (limit && limit.burst < 1e9 ? `${limit.remaining} of ${limit.burst}` : used(limit));
  return row([
    [name],
    [usd(account.wallet.available), "n"],
    [usd(account.spent.charged), "n"],
    [usd(account.spent.held), "n"],
    [left(account.requests), "n"],
    [left(account.tokens), "n"],
    [buttons],
  ]);
}

function used(limit) {
  return limit && limit.remaining < limit.burst / 2 ? `${limit.remaining}` : "no limit";
}

export function cardRows(card) {
  const marks = ["FAIL", "WARN", "PASS", "NOT_SEEN"];
  const grades = [...card.grades].sort((one, two) => marks.indexOf(one.mark) - marks.indexOf(two.mark));
  return grades.map((grade) =>
    row([[make("span", grade.mark.replace("_", " ").toLowerCase(), { class: grade.mark })], [grade.sentence], [grade.expected], [grade.got]]),
  );
}

export function why(told) {
  if (!told.script) return [make("p", "No script was asked.", { class: "soft" })];
  const answering = told.step === null ? "No step answered; the engine did." : `Step ${told.step} of ${told.script}, play ${told.play}.`;
  const made = [make("p", answering)];
  for (const step of told.steps) {
    const head = `${step.script} ${step.step}. ${step.name}${step.answers ? " answered" : ""}`;
    made.push(make("p", head, step.answers ? { class: "answers" } : {}));
    const list = make("ul");
    for (const each of step.against) list.append(make("li", `${each.condition}: expected ${each.expected}, got ${each.got}`));
    if (step.against.length) made.push(list);
  }
  return made;
}
