import * as errors from './errors.ts';
import type { ErrorCode } from './protocol.ts';

const classes = {
  unauthenticated: errors.Unauthenticated,
  token_expired: errors.TokenExpired,
  forbidden: errors.Forbidden,
  unknown_conversation: errors.UnknownConversation,
  unknown_user: errors.UnknownUser,
  not_found: errors.NotFound,
  invalid_frame: errors.InvalidFrame,
  too_large: errors.TooLarge,
  rate_limited: errors.RateLimited,
  conflict: errors.Conflict,
  attachment_missing: errors.AttachmentMissing,
  attachment_rejected: errors.AttachmentRejected,
  internal: errors.Internal,
} satisfies Record<ErrorCode, unknown>;

/** The error for a code. An unknown code, from a newer server, becomes `internal`. */
export function toError(code: string, message: string, retryAfter?: number): errors.ParleyError {
  const known = Object.hasOwn(classes, code) ? (code as ErrorCode) : 'internal';
  // Each class accepts only its own code, which the compiler cannot see after a lookup by code.
  const Class = classes[known] as new (code: ErrorCode, message: string, retryAfter?: number) => errors.ParleyError;
  return new Class(known, message, retryAfter);
}

export type ToError = typeof toError;

/** Answers that API Gateway makes itself have no code, only a status. */
const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  413: 'too_large',
  429: 'rate_limited',
};

/** The error for an HTTP answer. */
export function errorFromResponse(status: number, body: unknown): errors.ParleyError {
  const { error } = (body ?? {}) as { error?: { code: string; message: string; retry_after?: number } };
  if (error?.code) return toError(error.code, error.message, error.retry_after);
  const code = codeByStatus[status] ?? 'internal';
  return toError(code, `unable to do that; the server answered ${status}`);
}
