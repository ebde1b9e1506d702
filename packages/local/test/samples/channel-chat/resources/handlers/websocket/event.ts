/** What a WebSocket API gives its functions, as far as it is used here. */
export interface SocketEvent {
  readonly body?: string;
  readonly requestContext: {
    readonly connectionId: string;
    readonly domainName: string;
    readonly stage: string;
    readonly authorizer?: { readonly customerId: string };
  };
}
