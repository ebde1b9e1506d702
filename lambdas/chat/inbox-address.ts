/** The address of a page of the inbox: where it begins, in the parameter `at`. Clients use it as it is. */
import * as z from 'zod/mini';
import { ChatError } from '#protocol/errors';
import type { Services } from '../runtime/services.ts';
import type { InboxPlace } from './inbox-page.ts';

const Place = z.object({
  at: z.number(),
  id: z.string().check(z.maxLength(1_000)),
  pinned: z.optional(z.literal(true)),
});
const InboxAt = z.union([
  z.object({ part: z.literal('after'), start: z.number(), place: Place }),
  z.object({ part: z.literal('moved'), start: z.number(), place: Place, end: Place }),
  z.object({
    part: z.literal('older'),
    start: z.number(),
    // DynamoDB refuses longer keys.
    after: z.optional(z.string().check(z.minLength(1), z.maxLength(1_000))),
    end: Place,
  }),
]);

export function writeInboxPlace(place: InboxPlace): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @throws ChatError `invalid_frame` for a place that no page gave */
export function readInboxPlace(at: string): InboxPlace {
  const { data } = z.safeParse(InboxAt, parseJson(Buffer.from(at, 'base64url').toString()));
  if (data?.part === 'older') return { ...data, after: data.after };
  if (data) return data;
  throw new ChatError('invalid_frame', 'at comes with the addresses of other pages: use those as they are');
}

/** The address of the page that begins there. */
export function nextPage({ config }: Pick<Services, 'config'>, next: InboxPlace | undefined): string | null {
  return next ? `${config.httpUrl}/conversations?at=${writeInboxPlace(next)}` : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
