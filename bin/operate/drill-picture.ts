import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { ConversationPage, MessagePage } from '#protocol/http';
import { ConversationView, Me } from '#protocol/message';
import type { DrillPerson } from './drill-people.ts';

/** What a person sees: their conversations with members, roles and counts, and every message with what became of it and what is in its files. */
export async function pictureOf(person: DrillPerson): Promise<unknown> {
  const { results } = z.parse(ConversationPage, await person.request('GET', '/conversations'));
  const conversations = await Promise.all(results.map(({ id }) => conversationOf(person, id)));
  return {
    inbox: results.map(({ id }) => id),
    conversations,
    friends: withoutPresence(await person.request('GET', '/me/friends')),
    portrait: await read(z.parse(Me, await person.request('GET', '/me')).avatar),
  };
}

async function conversationOf(person: DrillPerson, id: string): Promise<unknown> {
  // Not the newest number: a restore leaves some out.
  const { seq, ...view } = z.parse(ConversationView, await person.request('GET', `/conversations/${id}`));
  const page = z.parse(MessagePage, await person.request('GET', `/conversations/${id}/messages?limit=100`));
  const messages = await Promise.all(
    page.results.map(async ({ attachments, ...message }) => ({
      ...message,
      // Addresses are signed anew each time: what is behind them counts.
      files: await Promise.all(attachments.map(({ url }) => read(url))),
    })),
  );
  const pins = await person.request('GET', `/conversations/${id}/pins`);
  return withoutPresence({ view, count: page.count, messages, pins, look: await read(view.picture) });
}

async function read(url: string | null | undefined): Promise<string | undefined> {
  if (!url) return undefined;
  const response = await fetch(url);
  return response.ok ? response.text() : `answered with ${response.status}`;
}

/** Where two pictures differ first; undefined if they are equal. */
export function firstDifference(before: unknown, now: unknown, path = ''): string | undefined {
  if (isDeepStrictEqual(before, now)) return undefined;
  const [a, b] = [Object(before), Object(now)];
  const isLeaf = typeof before !== 'object' || typeof now !== 'object' || before === null || now === null;
  if (isLeaf) return `${path}: ${JSON.stringify(before)} has become ${JSON.stringify(now)}`;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const name of names) {
    const found = firstDifference(a[name], b[name], `${path}/${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What changes by itself, and addresses of pictures, which are signed anew each time. */
const changing = ['last_seen', 'online', 'delivered_until', 'avatar', 'picture', 'multimedia_url', 'url'];

/** Without what changes by itself. */
function withoutPresence(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPresence);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !changing.includes(name));
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutPresence(member)]));
}
