"""One chat call with langchain-openai."""

from langchain_openai import ChatOpenAI

chat = ChatOpenAI(model="google/gemma-7b-it-lora", stream_usage=True)
usage = None
for chunk in chat.stream("Count to four."):
    print(chunk.content, end="", flush=True)
    usage = chunk.usage_metadata or usage
if usage is not None:
    print(f"\n{usage['total_tokens']} tokens")
