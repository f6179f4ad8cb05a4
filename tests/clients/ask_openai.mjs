// One chat call with the official client of Node.

import { createRequire } from "node:module";

const { OpenAI } = createRequire(`${process.env.GONOGO_CLIENTS}/`)("openai");
const client = new OpenAI();
const stream = await client.chat.completions.create({
  model: "google/gemma-7b-it-lora",
  messages: [{ role: "user", content: "Count to four." }],
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  for (const choice of chunk.choices) process.stdout.write(choice.delta.content ?? "");
  if (chunk.usage) console.log(`\n${chunk.usage.total_tokens} tokens`);
}
