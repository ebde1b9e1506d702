import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Why a handshake ends without a connection. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  /** The header `x-amzn-errortype`; empty when the answer is `$connect`'s own. */
  readonly errorType: string;
}

/** Each with the gateway response that API Gateway sends for it. */
export const refusals = {
  badRequest: { status: 400, message: 'Bad Request', errorType: 'BadRequestException' },
  unauthorized: { status: 401, message: 'Unauthorized', errorType: 'UnauthorizedException' },
  forbidden: { status: 403, message: 'Forbidden', errorType: 'ForbiddenException' },
  denied: {
    status: 403,
    message: 'User is not authorized to access this resource',
    errorType: 'AccessDeniedException',
  },
  deniedExplicitly: {
    status: 403,
    message: 'User is not authorized to access this resource with an explicit deny',
    errorType: 'AccessDeniedException',
  },
  throttled: { status: 429, message: 'Too Many Requests', errorType: 'TooManyRequestsException' },
  internal: { status: 500, message: 'Internal server error', errorType: 'InternalServerErrorException' },
  badGateway: { status: 502, message: 'Internal server error', errorType: 'InternalServerErrorException' },
  timeout: { status: 504, message: 'Endpoint request timed out', errorType: 'InternalServerErrorException' },
} as const satisfies Record<string, Refusal>;

/** Answers an upgrade with a plain response and ends the socket. */
export function refuse(socket: Duplex, refusal: Refusal, ids: { connectionId: string; requestId: string }): void {
  const body = JSON.stringify({ message: refusal.message, ...ids });
  socket.end(
    [
      `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      `x-amzn-RequestId: ${ids.requestId}`,
      ...(refusal.errorType === '' ? [] : [`x-amzn-ErrorType: ${refusal.errorType}`]),
      '',
      body,
    ].join('\r\n'),
  );
}
