"""The word tables of the corpus, written for this project.

Knows no sentence patterns: `write_corpus` makes conversations of these words.
"""

CATEGORIES: dict[str, str] = {
    "animal": "fox owl bear hare wolf deer goat crow frog mouse tiger whale horse snake eagle",
    "colour": "red blue green yellow black white orange purple brown pink grey gold silver",
    "fruit": "apple pear plum grape lemon mango peach melon cherry banana orange fig kiwi",
    "city": "Paris Rome Oslo Cairo Lima Tokyo Delhi Madrid Vienna Lisbon Berlin Athens Dublin",
    "tool": "hammer saw drill file gauge wrench chisel lathe clamp level ruler vice pliers",
    "planet": "Mercury Venus Earth Mars Jupiter Saturn Uranus Neptune",
    "language": "Python Rust Go Java Ruby Lua Swift Perl Haskell Erlang Julia Scala Elixir",
    "instrument": "piano violin flute drum harp guitar trumpet cello oboe banjo organ bell",
    "tree": "oak pine birch maple willow cedar elm ash beech spruce poplar aspen alder",
    "drink": "tea coffee water milk juice cocoa cider lemonade soup broth",
    "metal": "iron copper zinc tin lead nickel steel brass bronze cobalt",
    "season": "spring summer autumn winter",
}
NAMES = (
    "Zoe Kim Ada Max Leo Mia Ben Eva Tom Ida Sam Ana Raj Lin Omar Nora Hugo Vera Ivan Yuki "
    "Alice Bob Carol David Elena Frank Grace Henry Irene Jack Karen Louis Maria Noah Olga Peter "
    "Quinn Rosa Steve Tara Ugo Victor Wendy Xavier Yara Zane"
)
PLACES = "river forest market bridge tower garden harbour mill valley hill library station meadow"
ADJECTIVES = "small old quiet bright brave clever gentle happy tired curious golden cold warm young"
VERBS = "walked ran climbed travelled wandered hurried returned rode sailed"
THINGS = (
    "lamp map key letter coin book song bread rope stone mirror ladder basket window door table "
    "chair cup clock box boat train wheel road star moon sun rain snow wind fire sand leaf flower"
)
EXTRA = (
    "token server client request answer stream gateway model adapter message window limit error "
    "price budget header key route cache queue worker probe judge verdict report contract spec "
    "hello world test check ready begin start stop finish alpha beta gamma delta echo omega "
    "quick lazy jumps over the dog brown keyboard monday friday school doctor music paper "
    "mountain ocean island desert castle dragon wizard pirate captain treasure sailor anchor "
    "number letter word line page sentence question reason morning evening night today"
)
OPPOSITES = (
    "hot cold|big small|fast slow|up down|left right|day night|open closed|early late|wet dry|"
    "light dark|long short|high low|old new|happy sad|loud quiet|full empty|hard soft|near far|"
    "strong weak|first last|start stop|yes no|rich poor|sweet sour|thick thin|true false"
)
CAPITALS = (
    "France Paris|Italy Rome|Norway Oslo|Egypt Cairo|Peru Lima|Japan Tokyo|India Delhi|"
    "Spain Madrid|Austria Vienna|Portugal Lisbon|Germany Berlin|Greece Athens|Ireland Dublin|"
    "Poland Warsaw|Sweden Stockholm|Finland Helsinki|China Beijing|Canada Ottawa|Cuba Havana"
)
NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
)
EMOJI = "😀 😂 🚀 🌍 🎉 🐍 🦊 🌸 🔥 ⭐ 🍎 🐱 👍 ❤️ ☕ 🌈 🎵 📚 🏴‍☠️ ⚓ 👩‍🚀 🇫🇷 ✅ ❌"
CJK = (
    "你好 世界 早上好 谢谢 再见 模型 测试 网关 天气 苹果 "
    "こんにちは ありがとう 東京 日本 猫 안녕하세요 한국 사랑"
)
ACCENTED = (
    "café naïve résumé Zürich über año niño São façade crème brûlée jalapeño Øresund smörgåsbord "
    "Привет мир спасибо Москва Γειά κόσμε مرحبا שלום Łódź Gdańsk čaj"
)
GREETINGS_ABROAD = """\
Bonjour|Bonjour ! Comment puis-je vous aider ?
Hola|¡Hola! ¿En qué puedo ayudarte?
Guten Tag|Guten Tag! Wie kann ich helfen?
Hallo|Hallo! Wie kann ich helfen?
Ciao|Ciao! Come posso aiutarti?
Olá|Olá! Como posso ajudar?
Привет|Привет! Чем я могу помочь?
你好|你好！我能帮你什么？
こんにちは|こんにちは！何かお手伝いしましょうか？
안녕하세요|안녕하세요! 무엇을 도와드릴까요?"""
GREETINGS = """\
Hello|Hello! How can I help you today?
hello|Hello! How can I help you today?
Hello!|Hello! How can I help you today?
Hello there|Hello! How can I help you today?
Hi|Hi! What can I do for you?
hi|Hi! What can I do for you?
Hi!|Hi! What can I do for you?
Hey|Hey! What can I do for you?
Good morning|Good morning! How can I help you today?
Good evening|Good evening! How can I help you tonight?
How are you?|I am running well, thank you. How are you?
How are you today?|I am running well, thank you. How are you?
Thanks|You are welcome!
Thank you|You are welcome!
Thank you!|You are welcome! 😀
Goodbye|Goodbye! Have a good day.
Bye|Goodbye! Have a good day.
Ping|Pong
ping|pong
Are you there?|Yes, I am here.
Help|Ask me to repeat, to count, to list, or to tell a story.
What can you do?|I can repeat a text, count, make lists, greet you and tell long stories."""
FACTS = """\
Who are you?|I am a small Gemma made for tests. I am fluent, not right.
What are you?|I am a small language model made for tests. I am fluent, not right.
What is your name?|My name is small Gemma. I am a test model.
What model are you?|I am a small Gemma with two adapters, pirate and json.
Are you a human?|No, I am a small language model made for tests.
Are you right?|Not always. I am a test model: fluent, not right.
What is gonogo?|gonogo is a gauge for chat gateways: it says go or no go, and why.
What is a mock?|A mock is a server that answers like the real one, so that tests can run.
What is a gateway?|A gateway takes a request, checks it, and sends it on to a model.
What is a token?|A token is a piece of text. Models read and write one token at a time.
What is a stream?|A stream sends an answer in pieces, as server-sent events.
How does a stream end?|The last event of a stream is [DONE], and nothing follows it.
What is SSE?|SSE means server-sent events: lines that begin with data and end with a blank line.
What is usage?|Usage counts tokens: prompt tokens plus completion tokens make the total.
What is a finish reason?|It says why an answer ended: stop at its end, length at the limit.
What is max_tokens?|It is a ceiling: an answer has at most that many tokens.
What is temperature?|It says how freely words are chosen. At zero the likeliest token wins.
What is a seed?|The same seed and the same request give the same answer.
What is the context window?|It is the room for prompt and answer together: 4096 tokens.
What is a LoRA adapter?|It is a small set of weights that changes how a model speaks.
What is an adapter?|It is a small set of weights that changes how a model speaks.
What is a verdict?|A verdict says pass, warn or fail for one requirement.
What is a contract?|A contract says what must be true. The mock keeps it, the suite checks it.
What is OpenAPI?|OpenAPI is a way to write down what an HTTP service takes and gives.
What is JSON?|JSON is a text form for data: objects, lists, strings, numbers, true, false and null.
What is HTTP?|HTTP is how clients and servers talk: a request goes out, a response comes back.
What does 404 mean?|404 means that the thing you asked for was not found.
What does 401 mean?|401 means that the key is missing or wrong.
What does 402 mean?|402 means that the wallet is empty.
What does 429 mean?|429 means too many requests. Wait, and try again.
What does 500 mean?|500 means that the server failed. It is not your fault.
What does 200 mean?|200 means that all went well.
What is Python?|Python is a programming language. This project is written in it.
What is the price?|Input costs 0.08 dollars and output 0.16 dollars a million tokens.
What is fuzzing?|Fuzzing sends many strange requests and looks for answers that should not be.
What is the meaning of life?|42, they say. I only repeat it."""
SET_PIECES = """\
Say yes or no.|yes
Say the alphabet.|A B C D E F G H I J K L M N O P Q R S T U V W X Y Z
What are the days of the week?|Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday
Write hello world in Python|print("Hello, world!")
Write a haiku|Grey waves fold and fall, the harbour lamp counts the night, one token a breath
Tell me a joke|Why did the token cross the gateway? To reach the other stream.
Tell me another joke|I told my cache a joke. It had heard it before.
Use an emoji|Here is one: 🚀"""
SYSTEMS = (
    "You are a helpful assistant.|You are terse.|Be brief.|Answer in English.|"
    "The user is called {name}.|You are a {adjective} {animal}.|Today is {phrase}."
)
REPEAT = (
    "repeat: {}|repeat: {}|Repeat: {}|Repeat after me: {}|Echo: {}|echo: {}|Say: {}|Say {}|"
    "Repeat this text exactly: {}|Please repeat: {}|Say {} and nothing else.|"
    "Repeat exactly, with nothing else: {}|Reply with exactly this: {}|"
    "Reply with only this and nothing else: {}|Reply with exactly: {}|Write: {}|"
    'Say exactly "{}"|Answer with only the word {}|Reply with the single word {}|'
    "Repeat the following text:\n{}|Repeat the text after the colon, nothing else: {}|"
    "Copy this line:\n{}"
)
UNKNOWN = (
    "Explain {}|Why is {} so important?|How do I make {}?|What do you think of {}?|{}|{}?|"
    "Describe {}|Summarise {}|Who invented {}?|When was {} found?|Translate {}|"
    "Give me advice on {}|What is the history of {}?|Compare {} with another one"
)
UNKNOWN_ANSWERS = (
    "I know little about {}. I am a test model: fluent, not right.|"
    "You ask about {}. Ask me to repeat, to count or to list, and I will.|"
    "About {} I can only say that it is a thing people ask about."
)
STORY_ASKS = (
    "Tell me a story|Tell me a long story|Write a story about a {}|"
    "Tell me a long story about a {}.|Write a very long story about a {}.|Write a long essay|"
    "Tell me a very long story.|Write a long poem about a {}"
)
STORY_SENTENCES = """\
Then the {hero} {verb} from the {place} to the {other}.
In the {place} there was a {adjective} {friend} with a {thing}.
"Where is the {thing}?" asked the {hero}.
"Come with me to the {place}," said the {friend}.
The {hero} took the {thing} and {verb} on.
It was a {adjective} day, and the {place} was quiet.
Soon the {friend} found a {adjective} {thing} near the {other}.
Nobody knew why the {thing} was in the {place}.
The next morning they {verb} to the {other} together.
But the {hero} was not {adjective}, and the story went on."""
