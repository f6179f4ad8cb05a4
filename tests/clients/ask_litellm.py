"""One chat call with litellm as a client."""

import os

import litellm

stream = litellm.completion(
    model="openai/google/gemma-7b-it-lora",
    api_base=os.environ["OPENAI_BASE_URL"],
    messages=[{"role": "user", "content": "Count to four."}],
    stream=True,
    stream_options={"include_usage": True},
)
for chunk in stream:
    for choice in chunk.choices:
        print(choice.delta.content or "", end="", flush=True)
    if getattr(chunk, "usage", None):
        print(f"\n{chunk.usage.total_tokens} tokens")
