/** Prepares data to measure on, with the functions of the store. Only the long log is written as items. */
import { UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { allocateSeq } from '#lambdas/store/allocate-seq';
import { claimSend } from '#lambdas/store/claim-send';
import { getConversationState } from '#lambdas/store/conversation-state';
import { advanceDeliveredUntil } from '#lambdas/store/cursor';
import { entryKey, getEntries, type MessageEntry, putEntry } from '#lambdas/store/entry';
import { hashClientId } from '#lambdas/store/idempotency-window';
import { createMembership, getMembership } from '#lambdas/store/membership';
import { claimNamedSend } from '#lambdas/store/named-sends';
import { openWindows } from '#lambdas/store/named-windows';
import { createUser } from '#lambdas/store/user';
import { parseConversation } from '#protocol/names';
import type { Person } from '#test/support/person';
import { setLength } from '#test/support/set-length';
import type { Socket } from '#test/support/socket';
import { inBatches, type Stage } from '#test/support/stage';
import { untilIdle } from '#test/support/until-idle';

export interface Guest {
  readonly person: Person;
  /** A socket for everything. */
  readonly socket: Socket;
}

/** `count` people called `<name>0`, `<name>1`, …, each with a socket for everything. */
export async function invite(stage: Stage, name: string, count: number): Promise<Guest[]> {
  const names = Array.from({ length: count }, (_, index) => `${name}${index}`);
  const guests = await inBatches(names, 20, async (username) => {
    await createUser(stage.store, stage.newUser(username));
    const person = await stage.person(username);
    return { person, socket: await person.everything() };
  });
  await untilIdle(stage.runtime);
  return guests;
}

/** Makes these the members of a conversation. */
export async function seat(stage: Stage, id: string, people: readonly { readonly username: string }[]): Promise<void> {
  const conversation = parseConversation(id);
  await inBatches(people, 20, ({ username }) =>
    createMembership(stage.store, username, conversation, { seq: 0, count: 0 }),
  );
  // As after the first message.
  if ('members' in conversation) await openWindows(stage.store, conversation);
}

/** Stores a message as if it had been sent a minute ago. */
export async function say(stage: Stage, conversation: string, user: string, text: string): Promise<void> {
  const at = Date.now() - 60_000;
  const { seq, count } = await allocateSeq(stage.store, conversation, { user, text, content_type: 'text', at });
  await putEntry(stage.store, message(conversation, user, seq, text, count, at));
}

function message(
  conversation: string,
  user: string,
  seq: number,
  text: string,
  count: number,
  at: number,
): MessageEntry {
  const id = `01JD3Y2V3W4X5Y6Z7A${String(seq).padStart(8, '0')}`;
  const kind = { type: 'message', content_type: 'text', reply_to: null } as const;
  return { ...kind, files: [], reactions: [], conversation, seq, id, user, text, count, at, client_id: id };
}

/**
 * Makes a log of `length` messages. Only the newest `written` entries are stored, when nothing reads the others.
 * It writes a hundred items at a time, so it repeats the shape of an item, and checks it by reading them through the store.
 * Meanwhile the table has no stream: the local engine becomes slower with every record in a stream, and nothing needs these records.
 */
export async function fillLog(
  stage: Stage,
  conversation: string,
  user: string,
  length: number,
  written = length,
): Promise<void> {
  const { client, name } = stage.store.table;
  const at = Date.now() - 3_600_000;
  const put = (seq: number) => {
    const entry = message(conversation, user, seq, `message ${seq}`, seq, at);
    const { conversation: _conversation, seq: _seq, ...fields } = entry;
    return { Put: { TableName: name, Item: { ...entryKey(entry), ...fields } } };
  };
  const ends = Array.from({ length: Math.ceil(written / 100) }, (_, index) => length - index * 100);
  await client.send(new UpdateTableCommand({ TableName: name, StreamSpecification: { StreamEnabled: false } }));
  await inBatches(ends, 4, (end) => {
    const first = Math.max(1, end - 99);
    const TransactItems = Array.from({ length: end - first + 1 }, (_, index) => put(first + index));
    return client.send(new TransactWriteCommand({ TransactItems }));
  });
  await stage.runtime.reload(stage.assemblyDirectory);

  await allocateSeq(stage.store, conversation, { user, text: `message ${length}`, content_type: 'text', at });
  await setLength(stage.store, conversation, length);
  await untilIdle(stage.runtime);

  const { seq, count, last } = await getConversationState(stage.store, conversation);
  const newest = await getEntries(stage.store, conversation, length - 99, length);
  const right = seq === length && count === length && last?.seq === length && newest.length === 100;
  if (!right) throw new Error(`unable to fill the log of ${conversation}; it is not what the store reads`);
}

/** Fills the author's idempotency window. In a room, the membership also gets a `delivered_until` as after a closed connection. */
export async function fillIdempotencyWindow(stage: Stage, id: string, username: string): Promise<void> {
  const conversation = parseConversation(id);
  const unlimited = { ...stage.store, config: { ...stage.store.config, sends: { count: 0, seconds: 1 } } };
  for (let index = 0; index < 24; index++) {
    const clientId = `old ${index}`;
    if ('members' in conversation) {
      const message = { user: username, text: clientId, content_type: 'text', at: Date.now() - 3_600_000 } as const;
      await claimNamedSend(unlimited, conversation, username, { clientId, message });
      continue;
    }
    const membership = await getMembership(stage.store, username, id);
    if (!membership) throw new Error(`unable to fill the idempotency window; ${username} is not a member of ${id}`);
    const send = { seq: 100_000 + index, count: 100_000 + index, at: Date.now() - 3_600_000 };
    await claimSend(unlimited, membership, hashClientId(clientId), send, { moveCursor: false });
  }
  await advanceDeliveredUntil(stage.store, { username, conversation: id }, Date.now());
}
