/** The closed list of error codes, with the HTTP status that each has over HTTP. Source: PROTOCOL section 4. */
export const errorStatus = {
  unauthenticated: 401,
  token_expired: 401,
  forbidden: 403,
  unknown_conversation: 404,
  unknown_user: 404,
  not_found: 404,
  invalid_frame: 400,
  too_large: 413,
  rate_limited: 429,
  conflict: 409,
  attachment_missing: 400,
  attachment_rejected: 400,
  internal: 500,
} as const;

export type ErrorCode = keyof typeof errorStatus;

export const errorCodes = Object.keys(errorStatus) as readonly ErrorCode[];

/**
 * An error that the caller is meant to see. Its sentence has one form everywhere: "unable to <what>; <why, and what would be right>".
 * Whatever else is thrown reaches the caller as `internal` and the log in full.
 */
export class ChatError extends Error {
  override readonly name = 'ChatError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** Seconds after which the same request may succeed. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** `unable('forbidden', 'read alice_bob', 'you are not a member')` */
export function unable(code: ErrorCode, toDoWhat: string, why: string, retryAfter?: number): ChatError {
  return new ChatError(code, `unable to ${toDoWhat}; ${why}`, retryAfter);
}
