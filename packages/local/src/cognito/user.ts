import { z } from 'zod';

const code = z.object({ code: z.string(), expiresAt: z.number() });

/** One sign-in: everything that one refresh token gave. Times are milliseconds since the epoch. */
export const session = z.object({
  /** `origin_jti` of all its tokens. */
  id: z.string(),
  /** `event_id` of all its tokens. */
  eventId: z.string(),
  clientId: z.string(),
  /** SHA-256 of the refresh token, base64url; the token itself is not kept. */
  refreshHash: z.string(),
  startedAt: z.number(),
  expiresAt: z.number(),
  revoked: z.boolean(),
});
export type Session = z.infer<typeof session>;

/** A user as stored, one file each. Codes stand in clear: they lie in the mail folder anyway, and live for hours. */
export const user = z.object({
  sub: z.string(),
  username: z.string(),
  status: z.enum(['UNCONFIRMED', 'CONFIRMED']),
  /** `scrypt$N$r$p$salt$hash` */
  password: z.string(),
  /** Without `sub`, which never changes. */
  attributes: z.record(z.string(), z.string()),
  createdAt: z.number(),
  modifiedAt: z.number(),
  codes: z.object({
    confirm: code.optional(),
    forgot: code.optional(),
    /** By attribute; the value is the one that the code proves. */
    verify: z.record(z.string(), code.extend({ value: z.string() })).optional(),
  }),
  sessions: z.array(session),
});
export type User = z.infer<typeof user>;
