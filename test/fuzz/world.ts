import { readFileSync } from 'node:fs';
import type { LocalRuntime } from '@parley/local';
import { Outputs } from '../support/outputs.ts';
import { Person } from '../support/person.ts';
import { tokenSigner } from '../support/sign-token.ts';

/** So many, because each has limits of their own. */
const population = 60;

export interface World {
  readonly outputs: Outputs;
  readonly people: readonly Person[];
  /** Names and ids that exist, by the field that they fit: most made-up requests should get as far as a handler. */
  readonly texts: Readonly<Record<string, readonly string[]>>;
}

/** People with conversations, a group, a room, files and messages. */
export async function createWorld(local: LocalRuntime): Promise<World> {
  const outputs = Outputs.parse(local.outputs);
  const sign = await tokenSigner(local);
  const names = Array.from({ length: population }, (_, index) => `p${index}`);
  const people = await Promise.all(
    names.map(async (name) => new Person(outputs, name, { access: await sign(name), id: '' })),
  );
  await Promise.all(people.map((person) => person.get('/me')));
  const [first, second] = people;
  if (!first || !second) throw new Error('nobody is there');

  const group = await first.post('/conversations', { title: 'Fuzz', members: names.slice(1, 20) });
  const conversations = ['room:fuzz', group.body.id, `${names[0]}_${names[1]}`, names.slice(0, 3).join('_')];
  const ids: string[] = [];
  for (const conversation of conversations) {
    for (const message of ['one', 'two @p1', 'three needles']) {
      const sent = await first.post(`/conversations/${conversation}/messages`, { message });
      ids.push(sent.body.id);
    }
  }
  await Promise.all(
    people.map((person) => person.request('PUT', `/conversations/room:fuzz/members/${person.username}`)),
  );
  const picture = { filename: 'a.png', content_type: 'image/png' };
  const uploads = await Promise.all([
    upload(first, '/conversations/p1/attachments', picture),
    upload(first, '/conversations/p1/attachments', picture),
    upload(first, '/me/avatar', picture),
  ]);
  await first.post('/conversations/p1/messages', { attachments: [uploads[0]] });
  const page = await second.get('/users?limit=2');
  const at = new URL(page.body.next).searchParams.get('at') ?? '';

  return {
    outputs,
    people,
    texts: {
      conversation: [...conversations, ...names.slice(0, 8)],
      username: names,
      members: names,
      roles: names,
      seq: ['1', '2', '3', '4', '5', '6', '7', '8'],
      emoji: ['👍', '🎉', '👩‍👩‍👧‍👦', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
      uiid: ids,
      ref_message: ids,
      attachment: uploads,
      attachments: [...uploads, ...uploads.map((id) => `p0_p1/${id}`)],
      avatar: uploads,
      at: [at],
      after: ['0', '1', 'p7', at],
      client_id: ['one', 'two', 'three', 'x'.repeat(64)],
      title: ['Fuzz', 'Σίσυφος'],
      name: ['Alice', 'Ärger'],
      query: ['p', 'p1', 'f'],
      q: ['one', 'needles two'],
      message: ['one', 'hello @p2', 'https://example.com/)))'],
      endpoint: ['https://fcm.googleapis.com/fcm/send/abc', 'https://updates.push.services.mozilla.com/wpush/v2/x'],
      filename: ['a.png', 'résumé.pdf'],
      content_type: ['image/png', 'text/plain', 'application/pdf'],
    },
  };
}

/** @returns the upload's id */
async function upload(person: Person, path: string, file: { filename: string; content_type: string }): Promise<string> {
  const bytes = readFileSync(new URL('../../web/public/icon-192.png', import.meta.url));
  const { body } = await person.post(path, { ...file, size: bytes.length });
  const form = new FormData();
  for (const [name, value] of Object.entries<string>(body.fields)) form.set(name, value);
  form.set('file', new Blob([bytes]));
  const { ok } = await fetch(body.url, { method: 'POST', body: form });
  if (!ok) throw new Error('unable to upload the picture');
  return body.id;
}
