import { UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conversationStateKey } from '#lambdas/store/conversation-state';
import { hashClientId, packSend } from '#lambdas/store/idempotency-window';
import { membershipKey } from '#lambdas/store/membership';
import { type Chat, startChat } from '../support/chat.ts';
import { type Chatting, Model, step } from '../support/count-model.ts';
import type { Answer, Person } from '../support/person.ts';
import { openTable, type TestTable } from '../support/table.ts';

describe.skipIf(process.env.PARLEY_OUTPUTS)('the count of a page', () => {
  let chat: Chat;
  let table: TestTable;
  let people: readonly Person[];
  beforeAll(async () => {
    chat = await startChat();
    if (chat.local) table = openTable(chat.local);
    people = await chat.people('counta', 'countb', 'countc');
  });
  afterAll(async () => {
    table.client.destroy();
    await chat.stop();
  });

  const update = async (input: Omit<UpdateCommandInput, 'TableName'>) =>
    (await table.client.send(new UpdateCommand({ TableName: table.name, ...input }))).Attributes;

  let runs = 0;

  /** A room that only these people use, over HTTP. Numbers whose writers died are taken in the table. */
  async function start(): Promise<Model> {
    const room = `room:counts${++runs}-${chat.run}`;
    const path = `/conversations/${room}`;
    const person = (who: number) => people[who] as Person;
    const done = async (answer: Promise<Answer>) => {
      const { status, body } = await answer;
      expect(status, JSON.stringify(body)).toBeLessThan(300);
      return body;
    };
    /** So many sends need no pauses. */
    const fillBucket = (who: number) =>
      update({ Key: membershipKey(person(who).username, room), UpdateExpression: 'REMOVE spent' });
    const chatting: Chatting = {
      people: people.length,
      async say(who, clientId) {
        await fillBucket(who);
        return done(person(who).post(`${path}/messages`, { message: clientId, client_id: clientId }));
      },
      async remove(who, seq, clientId) {
        await fillBucket(who);
        return done(person(who).request('DELETE', `${path}/messages/${seq}?client_id=${clientId}`));
      },
      async change(author, who, seq) {
        await person(author).request('PATCH', `${path}/messages/${seq}`, { message: `edited ${seq}` });
        await person(who).request('PUT', `${path}/messages/${seq}/reactions/${encodeURIComponent('👍')}`);
      },
      hide: (who, seq) => done(person(who).request('DELETE', `${path}/messages/${seq}?for=me`)),
      clear: (who, upTo) => done(person(who).request('DELETE', `${path}/messages?up_to=${upTo}`)),
      async leaveAndReturn(who) {
        const own = `${path}/members/${person(who).username}`;
        await done(person(who).request('DELETE', own));
        await done(person(who).request('PUT', own));
      },
      async die(who, clientId, isMessage) {
        const state = await update({
          Key: conversationStateKey(room),
          UpdateExpression: `SET seq = seq + :one, #at = :at${isMessage ? ', #count = #count + :one' : ''}`,
          ExpressionAttributeNames: { '#at': 'at', ...(isMessage ? { '#count': 'count' } : {}) },
          ExpressionAttributeValues: { ':one': 1, ':at': Date.now() },
          ReturnValues: 'ALL_NEW',
        });
        const [seq, count] = [Number(state?.seq), Number(state?.count)];
        await update({
          Key: membershipKey(person(who).username, room),
          UpdateExpression: 'SET ring.#hash = :record',
          ExpressionAttributeNames: { '#hash': hashClientId(clientId) },
          ExpressionAttributeValues: { ':record': packSend({ seq, count, at: Date.now() }) },
        });
      },
      newest: async () => (await done(person(0).get(path))).seq,
      page: (who, { limit, before }) =>
        done(person(who).get(`${path}/messages?limit=${limit}${before === undefined ? '' : `&before=${before}`}`)),
      wait() {},
    };
    for (const one of people) await done(one.request('PUT', `${path}/members/${one.username}`));
    return new Model(chatting, room);
  }

  it('is that of what its reader can read, whatever was deleted, hidden, cleared, repeated or lost', async () => {
    const steps = fc.array(step, { minLength: 8, maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 5, max: 60 }), async (all, limit) => {
        const model = await start();
        await model.perform({ do: 'send', who: 0, times: 4 });
        for (const one of all) await model.perform(one);
        await model.assertExact(limit);
      }),
      { numRuns: Number(process.env.PARLEY_RUNS ?? 2), endOnFailure: true },
    );
  }, 60_000);
});
