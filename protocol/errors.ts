/** The closed list of error codes, with the HTTP status that each has over HTTP. Source: docs/protocol.md, section 4. */
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
 * An error that the caller is meant to see. Every other error reaches the caller as `internal`, and the log in full.
 * Its sentence has one form everywhere: "unable to <task>; <reason>", for example
 * "unable to send the message; you are not a member: its members can invite you".
 */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  /** Seconds after which the same request may succeed. */
  readonly retryAfter: number | undefined;
  /** Over a WebSocket, the socket is closed after it. */
  readonly closes: boolean;
  private readonly task: string | undefined;

  /**
   * @param reason why it was refused, and what would be right
   * @param options.task what was refused, where that is not the operation that was asked for: `use room:lobby`
   */
  constructor(
    readonly code: ErrorCode,
    reason: string,
    {
      task,
      retryAfter,
      closes = false,
    }: { readonly task?: string; readonly retryAfter?: number; readonly closes?: boolean } = {},
  ) {
    super(reason);
    this.task = task;
    this.retryAfter = retryAfter;
    this.closes = closes;
  }

  /** The sentence for the caller. @param task what the operation does, such as `send the message` */
  sentence(task: string): string {
    return `unable to ${this.task ?? task}; ${this.message}`;
  }
}
