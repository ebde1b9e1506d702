/** The client's entries for pinned messages, pictures and invite links, against a running Parley. */
import { createChat, type Message, NotFound } from '@parley/client';
import { createInviteLinks } from '@parley/client/invite-links';
import { createLastMessages } from '@parley/client/last-messages';
import { createLook } from '@parley/client/look';
import { createPins } from '@parley/client/pins';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { png } from '../seeds/upload.ts';
import { type Chat, startChat } from '../support/chat.ts';
import type { Person } from '../support/person.ts';

let stack: Chat;
beforeAll(async () => {
  stack = await startChat();
});
afterAll(() => stack.stop());

const connect = ({ outputs, tokens }: Person) =>
  createChat({ url: outputs.WebUrl, getToken: () => tokens.access, WebSocket });

it('a link leads into a group; its picture, description and pinned messages are in the views of all', async () => {
  const [anna, ben] = await stack.people('anna', 'ben');
  const [annas, bens] = [connect(anna), connect(ben)];
  const { id } = (await anna.post('/conversations', { title: 'Trip', members: [] })).body;
  const links = createInviteLinks(annas);
  const revoked = await links.make(id);
  await links.revoke(revoked);
  const { code } = await links.make(id, { expires_in: 3_600, max_uses: 2 });
  expect(await links.list(id)).toMatchObject([{ code, uses: 0, max_uses: 2 }]);

  const follower = createInviteLinks(bens);
  await expect(follower.follow(revoked.code)).rejects.toBeInstanceOf(NotFound);
  expect(await follower.follow(code)).toMatchObject({ title: 'Trip', member: false });
  expect(await follower.join(code)).toMatchObject({ id });
  const conversation = await bens.open(id);
  const until = (isSo: () => boolean) =>
    new Promise<void>((resolve) => {
      const stop = conversation.subscribe(() => {
        if (!isSo()) return;
        stop();
        resolve();
      });
      if (isSo()) resolve();
    });

  const look = createLook(annas);
  await look.setDescription(id, 'Every Sunday.');
  await look.setPicture(id, new Blob([png], { type: 'image/png' }), { filename: 'us.png' });
  await until(() => conversation.view.description === 'Every Sunday.' && conversation.view.picture !== undefined);
  expect((await fetch(conversation.view.picture ?? '')).status).toBe(200);
  await look.setPicture(id, null);
  await until(() => conversation.view.picture === undefined);

  const { seq } = await conversation.send('Meet at nine');
  const pins = createPins(annas);
  await pins.pin(id, seq);
  await until(() => conversation.view.pinned_messages === 1);
  expect(await createPins(bens).list(id)).toMatchObject([{ message: { seq, message: 'Meet at nine' } }]);
  await pins.unpin(id, seq);
  await until(() => conversation.view.pinned_messages === undefined);
  for (const chat of [annas, bens]) chat.close();
});

it('the last messages of the inbox are told whole, those that were there and those that come', async () => {
  const [anna, ben] = await stack.people('anna', 'ben');
  const chat = connect(anna);
  const { id } = (await anna.post('/conversations', { title: 'Trip', members: [] })).body;
  await anna.post(`/conversations/${id}/messages`, { message: `I am @${anna.username}`, client_id: 'one' });
  let stored: readonly Message[] = [];
  const store = {
    load: () => stored,
    save(messages: readonly Message[]) {
      stored = messages;
    },
  };
  const last = createLastMessages(chat, store);
  const until = (isSo: () => boolean) =>
    new Promise<void>((resolve) => {
      const stop = last.subscribe(() => {
        if (!isSo()) return;
        stop();
        resolve();
      });
    });
  const view = async () => (await anna.get(`/conversations/${id}`)).body;

  const before = await view();
  expect(last.of(before)).toBeUndefined();
  await until(() => last.of(before) !== undefined);
  expect(last.of(before)).toMatchObject({ mentions: [anna.username], attachments: [] });
  // The next visit knows it at once.
  expect(createLastMessages(chat, store).of(before)).toMatchObject({ mentions: [anna.username] });

  await chat.open(id);
  const comes = until(() => true);
  await anna.post(`/conversations/${id}/messages`, { message: `not @${ben.username}`, client_id: 'two' });
  await comes;
  // An event brought it: nothing is asked for.
  expect(last.of(await view())).toMatchObject({ message: `not @${ben.username}`, mentions: [] });
  chat.close();
});
