/** Every pair of sends under one client_id, in every kind of conversation: a repeat is answered as before, anything else is refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addOrRemoveReaction, deleteMessage, editMessage } from '#lambdas/chat/change-message';
import { deleteMessageForMe } from '#lambdas/chat/delete-for-me';
import { sendMessage } from '#lambdas/chat/send-message';
import type { Services } from '#lambdas/runtime/services';
import { getConversationState } from '#lambdas/store/conversation-state';
import { entryKey, getEntry } from '#lambdas/store/entry';
import { updateItem } from '#lambdas/store/item';
import { createMembership } from '#lambdas/store/membership';
import { createUser } from '#lambdas/store/user';
import { type Conversation, parseConversation } from '#protocol/names';
import { startDomain } from './engine.ts';

let services: Services;
let clock: { now: number };
let stop: () => Promise<void>;
const ann = { username: 'ann', name: 'Ann' };
beforeAll(async () => {
  ({ services, clock, stop } = await startDomain());
  for (const username of ['ann', 'ben', 'cora']) await createUser(services, { username, name: username });
});
afterAll(() => stop());

let rooms = 0;

/** Ann has written eight messages. */
async function start(kind: Conversation['kind']): Promise<Conversation> {
  const name = {
    direct: 'ann_ben',
    fixed: 'ann_ben_cora',
    room: `room:r${++rooms}`,
    group: `group:0123456789abcdefghjkmnp${100 + ++rooms}`,
  };
  const conversation = parseConversation(name[kind]);
  if (!('members' in conversation)) {
    await createMembership(services, 'ann', conversation, { seq: 0, count: 0 }, 'owner');
  }
  for (let number = 1; number <= 8; number++) {
    await sendMessage(services, conversation, ann, { message: `message ${number}` });
  }
  clock.now += 60_000;
  return conversation;
}

type Send = (conversation: Conversation, clientId: string, first: number) => Promise<unknown>;

const create =
  (message: string, replyTo?: number): Send =>
  (conversation, clientId, first) =>
    sendMessage(services, conversation, ann, {
      message,
      client_id: clientId,
      reply_to: replyTo === undefined ? undefined : { seq: first + replyTo },
    });
const request = (conversation: Conversation, clientId: string, seq: number) => ({
  conversation,
  caller: ann,
  target: { seq },
  clientId,
});
const edit =
  (target: number, text: string): Send =>
  (conversation, clientId, first) =>
    editMessage(services, request(conversation, clientId, first + target), text);
const remove =
  (target: number): Send =>
  (conversation, clientId, first) =>
    deleteMessage(services, request(conversation, clientId, first + target));
const react =
  (target: number, emoji: string, removed = false): Send =>
  (conversation, clientId, first) =>
    addOrRemoveReaction(services, request(conversation, clientId, first + target), { emoji, removed });
const hide =
  (target: number): Send =>
  (conversation, clientId, first) =>
    deleteMessageForMe(services, request(conversation, clientId, first + target));

/** In this order each changes something. */
const sends: Readonly<Record<string, Send>> = {
  'a message': create('hello'),
  'another message': create('good bye'),
  'a reply with the same text': create('hello', 1),
  'a reply to another message': create('hello', 2),
  'an edit': edit(1, 'hello'),
  'another edit of it': edit(1, 'good bye'),
  'an edit of another message': edit(2, 'hello'),
  'a reaction': react(3, '👍'),
  'another reaction': react(3, '🎉'),
  'the reaction taken back': react(3, '👍', true),
  'a reaction to another message': react(4, '👍'),
  'a deletion': remove(5),
  'another deletion': remove(6),
};
const hidings = { 'a deletion for oneself': hide(3), 'another deletion for oneself': hide(4) };

describe.each(['direct', 'fixed', 'room', 'group'] as const)('in a %s conversation', (kind) => {
  it('a client_id that stands for one send is refused for every other, and repeats get the answer of the first', async () => {
    const conversation = await start(kind);
    const first = (await getConversationState(services, conversation.id)).seq - 8;
    let number = 0;
    for (const [name, send] of Object.entries(sends)) {
      const clientId = `${kind}-${++number}`;
      const answer = await send(conversation, clientId, first);
      const { seq } = await getConversationState(services, conversation.id);
      const others = Object.entries({ ...sends, ...hidings }).filter(([other]) => other !== name);
      const refused = others.map(([other, another]) =>
        expect(another(conversation, clientId, first), `${other} after ${name}`).rejects.toMatchObject({
          code: 'conflict',
        }),
      );
      await Promise.all(refused);
      expect(await send(conversation, clientId, first), name).toEqual(answer);
      expect((await getConversationState(services, conversation.id)).seq).toBe(seq);
      clock.now += 60_000;
    }
  });

  it('a message that was edited or deleted since is told from another one, and from a change of it', async () => {
    const conversation = await start(kind);
    const send = (message: string) => sendMessage(services, conversation, ann, { message, client_id: `later-${kind}` });
    const { seq } = await send('first');
    const change = request(conversation, `edit-${kind}`, seq);
    await editMessage(services, change, 'second');
    await editMessage(services, { ...change, clientId: `again-${kind}` }, 'third');
    expect(await send('first')).toMatchObject({ seq, message: 'third' });
    for (const other of ['second', 'third']) await expect(send(other)).rejects.toMatchObject({ code: 'conflict' });
    await deleteMessage(services, { ...change, clientId: `delete-${kind}` });
    expect(await send('first')).toMatchObject({ seq, deleted: true });
    await expect(send('third')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('of two different sends at the same time one is done, and the other refused', async () => {
    const conversation = await start(kind);
    const { seq } = await getConversationState(services, conversation.id);
    const id = `race-${kind}`;
    const change = request(conversation, id, seq);
    const tries = [
      create('hello')(conversation, id, 0),
      editMessage(services, change, 'x'),
      deleteMessage(services, change),
    ];
    const refused = (await Promise.allSettled(tries)).filter((one) => one.status === 'rejected');
    expect(refused.map(({ reason }) => reason.code)).toEqual(['conflict', 'conflict']);
  });

  it('a message that was edited before changes left a fingerprint is answered, whatever the repeat says', async () => {
    const conversation = await start(kind);
    const send = (message: string) => sendMessage(services, conversation, ann, { message, client_id: `old-${kind}` });
    const { seq } = await send('first');
    await editMessage(services, request(conversation, `old-edit-${kind}`, seq), 'second');
    await updateItem(services.table, {
      Key: entryKey({ conversation: conversation.id, seq }),
      UpdateExpression: 'REMOVE sent',
    });
    expect(await getEntry(services, conversation.id, seq)).not.toHaveProperty('sent');
    expect(await send('first')).toMatchObject({ seq, message: 'second' });
  });
});

it('the other names of one target are the same target, and one name that fits and one that does not are another', async () => {
  const conversation = await start('room');
  const { id, seq } = await sendMessage(services, conversation, ann, { message: 'target' });
  const reply = (reply_to: { seq?: number; id?: string }) =>
    sendMessage(services, conversation, ann, { message: 'reply', client_id: 'reply', reply_to });
  const answer = await reply({ seq });
  expect(await reply({ id })).toEqual(answer);
  await expect(reply({ id, seq: seq - 1 })).rejects.toMatchObject({ code: 'conflict' });
  const change = (target: { seq?: number; id?: string }) =>
    editMessage(services, { conversation, caller: ann, target, clientId: 'edit' }, ' changed ');
  const changed = await change({ id });
  expect(await change({ seq })).toEqual(changed);
  await expect(change({ id, seq: seq - 1 })).rejects.toMatchObject({ code: 'conflict' });
});
