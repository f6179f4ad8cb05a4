// One chat call with Node's own fetch: prints the answer; any failure is an exit code of 1.
//
//     gonogo-mock grade -- node examples/ask.mjs

const url = `${process.env.OPENAI_BASE_URL}/chat/completions`;
const retryable = new Set([429, 500, 503]);
const sleep = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));

async function ask() {
  for (let attempt = 0; attempt < 4; attempt++) {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        authorization: `Bearer ${process.env.OPENAI_API_KEY}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({
        model: "google/gemma-7b-it-lora",
        messages: [{ role: "user", content: "Count to four." }],
        stream: true,
        stream_options: { include_usage: true },
      }),
    });
    if (response.ok) return response;
    if (!retryable.has(response.status)) throw new Error(`refused with ${response.status}`);
    const told = response.headers.get("retry-after");
    await sleep(told === null ? 0.2 * 2 ** attempt : Number(told));
  }
  throw new Error("given up");
}

async function* events(body) {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    // A CR at the end may be half of a line end.
    const whole = (rest + text).replace(/\r\n/g, "\n");
    const blocks = whole.split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const data = block.split("\n").filter((line) => line.startsWith("data:"));
      if (data.length) yield data.map((line) => line.slice(5).replace(/^ /, "")).join("\n");
    }
  }
}

let finish = null;
for await (const data of events((await ask()).body)) {
  if (data === "[DONE]") break;
  const chunk = JSON.parse(data);
  if (chunk.error) throw new Error(chunk.error.message);
  for (const choice of chunk.choices) {
    process.stdout.write(choice.delta.content ?? "");
    finish = choice.finish_reason ?? finish;
  }
  if (chunk.usage) console.log(`\n${chunk.usage.total_tokens} tokens`);
}
if (finish === null) throw new Error("the stream ended early");
console.log(`\n(${finish})`);
