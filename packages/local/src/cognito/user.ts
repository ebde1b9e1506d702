import { z } from 'zod';

const code = z.object({ code: z.string(), expiresAt: z.number() });

/** One sign-in with its refresh token. Times are milliseconds since the epoch. */
export const session = z.object({
  /** The `origin_jti` of all its tokens. */
  id: z.string(),
  /** The `event_id` of all its tokens. */
  eventId: z.string(),
  clientId: z.string(),
  /** SHA-256 of the refresh token in base64url. The token itself is not stored. */
  refreshHash: z.string(),
  startedAt: z.number(),
  expiresAt: z.number(),
  revoked: z.boolean(),
});
export type Session = z.infer<typeof session>;

/** The file of a user. Codes are not hashed, because the mail folder contains them too, and they expire after hours. */
export const user = z.object({
  sub: z.string(),
  username: z.string(),
  status: z.enum(['UNCONFIRMED', 'CONFIRMED', 'FORCE_CHANGE_PASSWORD', 'RESET_REQUIRED']),
  enabled: z.boolean().default(true),
  /** `scrypt$N$r$p$salt$hash` */
  password: z.string(),
  /** Of the same password, for SRP. Absent: no client signs in with SRP, or the user is from before it was served. */
  srp: z.object({ salt: z.string(), verifier: z.string() }).optional(),
  /** Until when a temporary password is good: milliseconds since the epoch. */
  temporaryUntil: z.number().optional(),
  /** Without `sub`, which never changes. */
  attributes: z.record(z.string(), z.string()),
  /** Their names. */
  groups: z.array(z.string()).default([]),
  createdAt: z.number(),
  modifiedAt: z.number(),
  codes: z.object({
    confirm: code.optional(),
    forgot: code.optional(),
    /** By attribute. The code verifies `value`. */
    verify: z.record(z.string(), code.extend({ value: z.string() })).optional(),
  }),
  sessions: z.array(session),
});
export type User = z.infer<typeof user>;
