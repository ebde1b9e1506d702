import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

export interface HandshakeError {
  readonly status: number;
  readonly message: string;
  /** The header `x-amzn-errortype`. Empty for a response of `$connect`. */
  readonly errorType: string;
}

/** API Gateway's gateway responses. */
export const handshakeErrors = {
  badRequest: { status: 400, message: 'Bad Request', errorType: 'BadRequestException' },
  unauthorized: { status: 401, message: 'Unauthorized', errorType: 'UnauthorizedException' },
  forbidden: { status: 403, message: 'Forbidden', errorType: 'ForbiddenException' },
  unsigned: { status: 403, message: 'Missing Authentication Token', errorType: 'MissingAuthenticationTokenException' },
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
} as const satisfies Record<string, HandshakeError>;

/** Answers an upgrade with a plain response and ends the socket. */
export function rejectUpgrade(
  socket: Duplex,
  error: HandshakeError,
  ids: { connectionId: string; requestId: string },
): void {
  const body = JSON.stringify({ message: error.message, ...ids });
  socket.end(
    [
      `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      `x-amzn-RequestId: ${ids.requestId}`,
      ...(error.errorType === '' ? [] : [`x-amzn-ErrorType: ${error.errorType}`]),
      '',
      body,
    ].join('\r\n'),
  );
}
