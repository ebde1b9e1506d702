/** What the queue between planning and sending holds: one message a device, so that each is retried, and given up, by itself. */
import * as z from 'zod/mini';

/** What a device shows. It travels to browsers as it is, encrypted; apps get it as FCM's notification and data. */
export const Push = z.object({
  type: z.literal('chat_message'),
  conversation: z.string(),
  seq: z.number(),
  id: z.string(),
  from_user: z.object({ username: z.string(), name: z.string() }),
  title: z.string(),
  body: z.string(),
  /** Of the conversation. */
  unread_count: z.number(),
  /** The message mentions who is pushed to. */
  mentioned: z.optional(z.boolean()),
});
export type Push = z.infer<typeof Push>;

/** Names the device and not its address: whose it is, is asked when it is sent, however long that was after. */
export const PushJob = z.object({ user: z.string(), device: z.string(), expires: z.number(), push: Push });
export type PushJob = z.infer<typeof PushJob>;

/** `failed`: it may succeed later; the service may have said after how many seconds. */
export type Outcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'gone'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string; readonly retryAfter: number | undefined };
