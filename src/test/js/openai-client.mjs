// The official client, unchanged, against BASE_URL. One line a check; the first that fails ends it with status 1.
//
//   BASE_URL       http://127.0.0.1:8080/v1
//   MODELS         names to ask, comma separated
//   LISTED         names the model list must have, comma separated (default: none in particular)
//   MIN_SPREAD_MS  a stream must take at least this long from its first to its last chunk (default 10)
//   IDEMPOTENT     1: a request with the same Idempotency-Key must be answered with the same answer
//   EXPECT_404     1: an unknown model must be a NotFoundError
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const names = (list) => (list ?? '').split(',').filter(Boolean);
const baseURL = process.env.BASE_URL;
const models = names(process.env.MODELS);
const minSpread = Number(process.env.MIN_SPREAD_MS ?? 10);
assert(baseURL, 'BASE_URL is not set');
assert(models.length > 0 || process.env.EXPECT_404 === '1', 'MODELS is not set');

// no retries: a failure must be seen
const client = new OpenAI({ baseURL, apiKey: process.env.API_KEY ?? 'any', maxRetries: 0, timeout: 20_000 });

const question = [{ role: 'user', content: 'What is the weather in Bern?' }];
const parameters = {
  type: 'object',
  properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['celsius', 'fahrenheit'] } },
  required: ['city'],
};
const tools = [{ type: 'function', function: { name: 'get_weather', description: 'The weather now', parameters } }];
const WEATHER = 'twelve-degrees-and-fog';

async function check(name, run) {
  try {
    const detail = await run();
    console.log(`ok   ${name}${detail ? `: ${detail}` : ''}`);
  } catch (error) {
    console.log(`FAIL ${name}: ${error?.stack ?? error}`);
    process.exit(1);
  }
}

/** Every call answered with the weather, as the next request wants it. */
function withResults(message) {
  const results = message.tool_calls.map((call) => ({ role: 'tool', tool_call_id: call.id, content: WEATHER }));
  return [...question, message, ...results];
}

function assertWeatherCall(message) {
  assert.equal(message.tool_calls?.length, 1, 'one tool call');
  const [call] = message.tool_calls;
  assert(call.id, 'the call has an id');
  assert.equal(call.function.name, 'get_weather');
  assert.equal(typeof JSON.parse(call.function.arguments).city, 'string', 'the arguments fit the schema');
}

await check('models.list', async () => {
  const ids = [];
  for await (const model of client.models.list()) {
    assert.equal(model.object, 'model');
    ids.push(model.id);
  }
  assert(ids.length > 0, 'at least one model');
  for (const name of names(process.env.LISTED)) {
    assert(ids.includes(name), `${name} is not among ${ids}`);
  }
  assert.equal((await client.models.retrieve(ids[0])).id, ids[0], 'models.retrieve');
  return `${ids.length} models`;
});

for (const model of models) {
  await check(`${model} chat`, async () => {
    const answer = await client.chat.completions.create({ model, messages: question });
    assert.equal(answer.object, 'chat.completion');
    const [choice] = answer.choices;
    assert.equal(choice.message.role, 'assistant');
    assert(choice.message.content.length > 0, 'the answer has text');
    assert.equal(choice.finish_reason, 'stop');
    assert(answer.usage.prompt_tokens > 0 && answer.usage.completion_tokens > 0, 'usage is counted');
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
    return choice.message.content;
  });

  await check(`${model} chat with an idempotency key`, async () => {
    const headers = { 'Idempotency-Key': `${model}-${Date.now()}` };
    const body = { model, messages: question };
    const { data: first } = await client.chat.completions.create(body, { headers }).withResponse();
    const { data: again, response } = await client.chat.completions.create(body, { headers }).withResponse();
    assert(first.choices[0].message.content.length > 0, 'the answer has text');
    assert(again.choices[0].message.content.length > 0, 'the second answer has text');
    if (process.env.IDEMPOTENT === '1') {
      assert.deepEqual(again, first, 'the second answer is the first');
      assert.equal(response.headers.get('x-llm-idempotent-replay'), 'true');
    }
  });

  await check(`${model} stream`, async () => {
    const stream = await client.chat.completions.create({
      model,
      messages: question,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let finish;
    let usage;
    const times = [];
    for await (const chunk of stream) {
      assert.equal(chunk.object, 'chat.completion.chunk');
      usage = chunk.usage ?? usage;
      const [choice] = chunk.choices;
      finish = choice?.finish_reason ?? finish;
      if (choice?.delta?.content) {
        text += choice.delta.content;
        times.push(performance.now());
      }
    }
    assert(times.length > 1, `${times.length} chunk(s) with text`);
    const spread = times.at(-1) - times[0];
    assert(spread >= minSpread, `all ${times.length} chunks came within ${spread.toFixed(1)} ms`);
    assert.equal(finish, 'stop');
    assert(text.length > 0, 'the stream has text');
    assert(usage?.completion_tokens > 0, 'the stream tells its usage');
    return `${times.length} chunks in ${spread.toFixed(0)} ms`;
  });

  await check(`${model} tools`, async () => {
    const first = await client.chat.completions.create({ model, messages: question, tools });
    assert.equal(first.choices[0].finish_reason, 'tool_calls');
    const { message } = first.choices[0];
    assertWeatherCall(message);
    const second = await client.chat.completions.create({ model, messages: withResults(message), tools });
    assert.equal(second.choices[0].finish_reason, 'stop');
    assert(second.choices[0].message.content.includes(WEATHER), second.choices[0].message.content);
  });

  await check(`${model} tools, streamed`, async () => {
    const first = client.chat.completions.stream({ model, messages: question, tools });
    const message = await first.finalMessage();
    assertWeatherCall(message);
    const second = client.chat.completions.stream({ model, messages: withResults(message), tools });
    const text = await second.finalContent();
    assert(text.includes(WEATHER), text);
  });

  for (const stream of [false, true]) {
    await check(`${model} runTools, ${stream ? 'streamed' : 'plain'}`, async () => {
      let asked;
      const tool = {
        type: 'function',
        function: {
          ...tools[0].function,
          parse: JSON.parse,
          function: (args) => {
            asked = args;
            return WEATHER;
          },
        },
      };
      const runner = client.chat.completions.runTools({ model, messages: question, tools: [tool], stream });
      const text = await runner.finalContent();
      assert.equal(typeof asked?.city, 'string', 'the tool was run');
      assert(text.includes(WEATHER), text);
    });
  }
}

if (process.env.EXPECT_404 === '1') {
  await check('unknown model', async () => {
    const ask = client.chat.completions.create({ model: 'no-such-model-anywhere', messages: question });
    const error = await ask.then(() => null, (failure) => failure);
    assert(error instanceof OpenAI.NotFoundError, `not a NotFoundError: ${error}`);
    assert.equal(error.status, 404);
    assert.equal(typeof error.message, 'string');
    return error.code;
  });
}
