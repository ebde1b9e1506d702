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

/** May the same request succeed later without any change? The client repeats these by itself. */
export function isRetryable(error: unknown): boolean {
  return (
    error instanceof Internal ||
    error instanceof Unauthenticated ||
    error instanceof TokenExpired ||
    error instanceof RateLimited
  );
}
