/**
 * Tries a deployment as people use it, on the host of the page: `npm run smoke -- outputs.json [TOKEN TOKEN] [--no-page]`. Two people connect, one
 * writes to the other, who gets the message and reads it by HTTP. The tokens are for a chat with an issuer of its own.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { z } from 'zod';

const DeployedOutputs = z.looseObject({
  WebUrl: z.url(),
  Region: z.string(),
  UserPoolId: z.string(),
  UserPoolClientId: z.string(),
  /** Of a local pool. */
  CognitoEndpoint: z.url().optional(),
});
type DeployedOutputs = z.infer<typeof DeployedOutputs>;

/** ms; for all of it, so that a pipeline never hangs */
const patience = 60_000;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { 'no-page': { type: 'boolean' } }, allowPositionals: true });
  const [file = join(process.env.PARLEY_DATA || '.parley', 'outputs.json'), ...given] = positionals;
  const outputs = readOutputs(file);
  if (!values['no-page']) await step('the page is there', () => seePage(outputs));
  const tokens = given.length === 2 ? given : await step('two people sign in', () => signIn(outputs, dirname(file)));
  const [a = '', b = ''] = tokens;
  const [alice, bob] = await step('they say who they are', () => Promise.all([whoIs(outputs, a), whoIs(outputs, b)]));
  // A chat with `friendsFirst` lets only friends write to each other.
  await step('they are friends', async () => {
    await api(outputs, a, `me/friends/${bob}`, { method: 'PUT' });
    await api(outputs, b, `me/friends/${alice}`, { method: 'PUT' });
  });
  const sockets = await step('they connect', () => Promise.all([connect(outputs, a), connect(outputs, b)]));
  const message = `smoke ${randomUUID()}`;
  await step('one writes, and the other gets it', () => deliver(sockets, { conversation: bob, message }));
  await step('the other reads it', async () => {
    const { results } = await api(outputs, b, `conversations/${alice}/messages`);
    const texts = z.array(z.looseObject({ message: z.unknown() })).parse(results);
    if (!texts.some((one) => one.message === message)) throw new Error('the conversation does not have the message');
  });
  for (const socket of sockets) socket.close();
  console.log(`${outputs.WebUrl} works.`);
}

/** The file of `cdk deploy --outputs-file` has the outputs of each stack by its name. */
function readOutputs(file: string): DeployedOutputs {
  const stacks = Object.values(z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(file, 'utf8'))));
  const [outputs, another] = stacks.filter((stack) => DeployedOutputs.safeParse(stack).success);
  if (outputs === undefined || another !== undefined) {
    throw new Error(
      `unable to find the chat in ${file}; it must have the outputs of one stack of Parley, as cdk deploy --outputs-file writes them`,
    );
  }
  return DeployedOutputs.parse(outputs);
}

async function step<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
  const begin = performance.now();
  try {
    const result = await run();
    console.log(`${what}: ${Math.round(performance.now() - begin)} ms`);
    return result;
  } catch (error) {
    throw new Error(`not seen: ${what}; ${reasonOf(error)}`, { cause: error });
  }
}

/** With the cause, because `fetch` says no more than that it has failed. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message, cause } = error;
  return `${name}: ${message}${cause === undefined ? '' : ` (${reasonOf(cause)})`}`;
}

async function signIn(outputs: DeployedOutputs, folder: string): Promise<string[]> {
  // Its clients would say at every start what Node they will need next year.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const { signInTwo } = await import('./smoke-people.ts');
  return signInTwo(outputs, folder);
}

async function seePage({ WebUrl }: DeployedOutputs): Promise<void> {
  const response = await fetch(WebUrl, { signal: AbortSignal.timeout(patience) });
  if (!response.ok) throw new Error(`the answer is ${response.status} (for a chat without a page: --no-page)`);
}

async function whoIs(outputs: DeployedOutputs, token: string): Promise<string> {
  const { username } = await api(outputs, token, 'me');
  return z.string().parse(username);
}

async function api(outputs: DeployedOutputs, token: string, path: string, { method = 'GET' } = {}) {
  const response = await fetch(`${outputs.WebUrl}/api/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(patience),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} /${path} is answered with ${response.status}: ${text}`);
  return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
}

function connect({ WebUrl }: DeployedOutputs, token: string): Promise<WebSocket> {
  const protocols = ['parley.v1', `token.${token}`];
  const socket = new WebSocket(`${WebUrl.replace(/^http/, 'ws')}/ws/`, protocols, { handshakeTimeout: patience });
  return new Promise((resolve, reject) => socket.once('open', () => resolve(socket)).once('error', reject));
}

/** Resolves when the second socket has got what the first has sent. */
function deliver([from, to]: readonly WebSocket[], frame: { conversation: string; message: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`nothing came in ${patience / 1000} s`)), patience);
    to?.on('message', (data) => {
      if (!String(data).includes(frame.message)) return;
      clearTimeout(late);
      resolve();
    });
    from?.on('message', (data) => {
      const { type, ...rest } = Object(JSON.parse(String(data)));
      if (type === 'error') reject(new Error(JSON.stringify(rest)));
    });
    from?.send(JSON.stringify({ type: 'create', client_id: randomUUID(), ...frame }));
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  // An open socket must not keep a pipeline waiting.
  process.exit(1);
});
