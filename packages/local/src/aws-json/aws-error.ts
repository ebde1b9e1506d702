/** An error in the shape of the AWS JSON protocols. */
export class AwsError extends Error {
  readonly status: number;
  /** The name that SDKs give the error. */
  readonly code: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;

  /**
   * @param type goes into `__type`; SDKs take what follows a `#` as the error's name
   * @param options.status 400 by default: the caller did something wrong
   * @param options.messageField where the message goes; services differ
   * @param options.fields further fields of the answer
   */
  constructor(
    type: string,
    message: string,
    options: {
      status?: number;
      headers?: Readonly<Record<string, string>>;
      messageField?: 'message' | 'Message';
      fields?: object;
    } = {},
  ) {
    super(message);
    this.code = type.slice(type.indexOf('#') + 1);
    this.status = options.status ?? 400;
    this.headers = options.headers;
    this.body = { __type: type, [options.messageField ?? 'message']: message, ...options.fields };
  }
}
