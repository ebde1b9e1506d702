/** A class for each error code of the protocol. The list is closed. Source: docs/protocol.md, "error". */
import type { ErrorCode } from './protocol.ts';

/**
 * The base of every error that the client throws or reports.
 * @example
 * try { await conversation.send('Hello') } catch (error) { if (error instanceof TooLarge) … }
 */
export class ParleyError<Code extends ErrorCode = ErrorCode> extends Error {
  constructor(
    readonly code: Code,
    message: string,
    /** Seconds to wait before the next try; undefined where waiting does not help. */
    readonly retryAfter?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ParleyError';
  }
}

export class Unauthenticated extends ParleyError<'unauthenticated'> {}
export class TokenExpired extends ParleyError<'token_expired'> {}
export class Forbidden extends ParleyError<'forbidden'> {}
export class UnknownConversation extends ParleyError<'unknown_conversation'> {}
export class UnknownUser extends ParleyError<'unknown_user'> {}
export class NotFound extends ParleyError<'not_found'> {}
export class InvalidFrame extends ParleyError<'invalid_frame'> {}
export class TooLarge extends ParleyError<'too_large'> {}
export class RateLimited extends ParleyError<'rate_limited'> {}
export class Conflict extends ParleyError<'conflict'> {}
export class AttachmentMissing extends ParleyError<'attachment_missing'> {}
export class AttachmentRejected extends ParleyError<'attachment_rejected'> {}
/** The server failed, or was not reached: the same request may succeed later. */
export class Internal extends ParleyError<'internal'> {}

const classes = {
  unauthenticated: Unauthenticated,
  token_expired: TokenExpired,
  forbidden: Forbidden,
  unknown_conversation: UnknownConversation,
  unknown_user: UnknownUser,
  not_found: NotFound,
  invalid_frame: InvalidFrame,
  too_large: TooLarge,
  rate_limited: RateLimited,
  conflict: Conflict,
  attachment_missing: AttachmentMissing,
  attachment_rejected: AttachmentRejected,
  internal: Internal,
} satisfies Record<ErrorCode, unknown>;

/** The error for a code. An unknown code, from a newer server, becomes `internal`. */
export function toError(code: string, message: string, retryAfter?: number): ParleyError {
  const known = Object.hasOwn(classes, code) ? (code as ErrorCode) : 'internal';
  // Each class accepts only its own code, which the compiler cannot see after a lookup by code.
  const Class = classes[known] as new (code: ErrorCode, message: string, retryAfter?: number) => ParleyError;
  return new Class(known, message, retryAfter);
}

/** Answers that API Gateway makes itself have no code, only a status. */
const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  413: 'too_large',
  429: 'rate_limited',
};

/** The error for an HTTP answer. */
export function errorFromResponse(status: number, body: unknown): ParleyError {
  const { error } = (body ?? {}) as { error?: { code: string; message: string; retry_after?: number } };
  if (error?.code) return toError(error.code, error.message, error.retry_after);
  const code = codeByStatus[status] ?? 'internal';
  return toError(code, `unable to do that; the server answered ${status}`);
}

/** May the same request succeed later without any change? The client repeats these by itself. */
export function isRetryable(error: unknown): boolean {
  return (
    error instanceof Internal ||
    error instanceof Unauthenticated ||
    error instanceof TokenExpired ||
    error instanceof RateLimited
  );
}
