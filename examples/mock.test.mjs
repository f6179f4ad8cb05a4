// Tests in Node: `node --test examples/`, with gonogo-mock on the PATH or in GONOGO_MOCK.

import assert from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";

let mock, process_;

before(async () => {
  const command = (process.env.GONOGO_MOCK ?? "gonogo-mock").split(" ");
  process_ = spawn(command[0], [...command.slice(1), "serve", "--port", "0", "--ready-json"]);
  const [line] = await once(process_.stdout, "data");
  mock = JSON.parse(line); // base_url, api_key, control_url, control_token, port, pid
});

after(() => process_.kill());

function chat(headers = {}) {
  return fetch(`${mock.base_url}/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${mock.api_key}`,
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify({
      model: "google/gemma-7b-it-lora",
      messages: [{ role: "user", content: "Hello!" }],
    }),
  });
}

test("a script is played in order", async () => {
  const control = { authorization: `Bearer ${mock.control_token}` };
  const steps = [{ reply: { status: 503, times: 1 } }, { reply: { text: "Fine." } }];
  const set = { method: "PUT", headers: control, body: JSON.stringify({ steps }) };
  assert.equal((await fetch(`${mock.control_url}scripts/main`, set)).status, 200);
  assert.equal((await chat()).status, 503);
  const answer = await chat();
  assert.equal((await answer.json()).choices[0].message.content, "Fine.");
  const id = answer.headers.get("x-request-id");
  const why = await fetch(`${mock.control_url}explain/${id}`, { headers: control });
  assert.equal((await why.json()).step, 2);
});

test("one request has a reply of its own", async () => {
  const answer = await chat({ "x-gonogo-script": JSON.stringify({ status: 429, retry_after: 7 }) });
  assert.equal(answer.status, 429);
  assert.equal(answer.headers.get("retry-after"), "7");
});
