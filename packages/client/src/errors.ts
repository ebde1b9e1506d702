/** Every error that the client throws or reports: a class for each code of the protocol's closed list. Source: docs/protocol.md, "error". */
import type { ErrorCode } from '../../../protocol/errors.ts';

/**
 * What all of them are.
 * @example
 * try { await conversation.send('Hello') } catch (error) { if (error instanceof TooLarge) … }
 */
export class ParleyError<Code extends ErrorCode = ErrorCode> extends Error {
  constructor(
    readonly code: Code,
    message: string,
    /** Seconds after which the same may succeed. */
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
/** Something went wrong on the server, or on the way to it: the same may succeed later. */
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

/** The error of a code; an unknown one, of a later server, is `internal`. */
export function toError(code: string, message: string, retryAfter?: number): ParleyError {
  const known = Object.hasOwn(classes, code) ? (code as ErrorCode) : 'internal';
  // Each class takes its own code alone, which a look-up by code cannot tell the compiler.
  const Class = classes[known] as new (code: ErrorCode, message: string, retryAfter?: number) => ParleyError;
  return new Class(known, message, retryAfter);
}

/** What API Gateway answers by itself has no code: it follows from the status. */
const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  413: 'too_large',
  429: 'rate_limited',
};

/** The error that an HTTP answer means. */
export function errorOfAnswer(status: number, body: unknown): ParleyError {
  const { error } = (body ?? {}) as { error?: { code: string; message: string; retry_after?: number } };
  if (error?.code) return toError(error.code, error.message, error.retry_after);
  const code = codeOfStatus[status] ?? 'internal';
  return toError(code, `unable to do that; the server answered ${status}`);
}

/** May the same succeed when it is tried again, without anybody doing anything about it? */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof Internal ||
    error instanceof Unauthenticated ||
    error instanceof TokenExpired ||
    error instanceof RateLimited
  );
}
