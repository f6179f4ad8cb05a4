"""One chat call with the official client: prints the answer; any failure is an exit code of 1.

gonogo-mock grade -- python examples/ask.py
"""

import os

from openai import OpenAI

with OpenAI() as client:
    stream = client.chat.completions.create(
        model=os.environ.get("MODEL", "google/gemma-7b-it-lora"),
        messages=[{"role": "user", "content": "Count to four."}],
        stream=True,
        stream_options={"include_usage": True},
    )
    for chunk in stream:
        for choice in chunk.choices:
            print(choice.delta.content or "", end="", flush=True)
        if chunk.usage is not None:
            print(f"\n{chunk.usage.total_tokens} tokens")
