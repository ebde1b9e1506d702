/**
 * An event for the members of a large conversation: pages through them and hands `deliver` a chunk each. Invoked asynchronously; tried again
 * it hands out every chunk once more, and clients drop what they have by its number.
 */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import { type Chunk, FanOutJob } from './delivery/fan-out-job.ts';
import { openTable } from './runtime/services.ts';
import { membersOf } from './store/membership.ts';

const environment = z.parse(
  z.object({ TABLE_NAME: z.string(), DELIVER_FUNCTION: z.string(), INLINE_MEMBERS: z.coerce.number() }),
  process.env,
);
const table = openTable(environment.TABLE_NAME);
const lambda = new LambdaClient({});

export async function handler(event: unknown): Promise<void> {
  const { without, ...told } = z.parse(FanOutJob, event);
  const excluded = new Set(without);
  const size = environment.INLINE_MEMBERS;
  let waiting: string[] = [];
  let part = 0;
  for await (const page of membersOf({ table }, told.conversation)) {
    waiting.push(...page.filter((name) => !excluded.has(name)));
    const whole = waiting.length - (waiting.length % size);
    const names = waiting.slice(0, whole);
    waiting = waiting.slice(whole);
    await Promise.all(inChunks(names, size).map((chunk) => deliver({ ...told, names: chunk, part: part++ })));
  }
  if (waiting.length > 0) await deliver({ ...told, names: waiting, part });
}

async function deliver(chunk: Chunk): Promise<void> {
  await lambda.send(
    new InvokeCommand({
      FunctionName: environment.DELIVER_FUNCTION,
      InvocationType: 'Event',
      Payload: JSON.stringify(chunk),
    }),
  );
}

function inChunks(names: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(names.length / size) }, (_, index) =>
    names.slice(index * size, (index + 1) * size),
  );
}
