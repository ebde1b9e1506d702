/** Messages of the queue between planning and sending: one for each device, so that each is retried and given up by itself. */
import * as z from 'zod/mini';

/** What a device shows. Browsers get it as it is, encrypted; apps get it as FCM's notification and data. */
export const Push = z.object({
  type: z.literal('chat_message'),
  conversation: z.string(),
  seq: z.number(),
  id: z.string(),
  from_user: z.object({ username: z.string(), name: z.string() }),
  title: z.string(),
  body: z.string(),
  /** Unread messages of the conversation. */
  unread_count: z.number(),
  /** The message mentions the receiver. */
  mentioned: z.optional(z.boolean()),
});
export type Push = z.infer<typeof Push>;

/** It names the device and not its address: the sender checks whose device it is then. `expires` in seconds since 1970. */
export const PushJob = z.object({ user: z.string(), device: z.string(), expires: z.number(), push: Push });
export type PushJob = z.infer<typeof PushJob>;

/** `failed`: it may succeed later, after `retryAfter` seconds if the service said so. */
export type Outcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'gone'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string; readonly retryAfter: number | undefined };
