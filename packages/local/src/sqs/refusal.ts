/** An error as SQS sends it: its name in `__type`, and for some the name of the older query protocol, which SDKs still go by. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** Sent in `x-amzn-query-error`. */
    readonly queryCode?: string,
  ) {
    super(message);
  }
}
