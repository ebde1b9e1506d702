import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CognitoError } from './errors.ts';

/** More than any request of this API needs. */
const bodyLimit = 1024 * 1024;

/** @returns undefined if the body is too large; its rest is not read */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  // Ending the loop must not close the connection, which the response needs.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    if (length > bodyLimit) return undefined;
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

/** Cognito allows every origin. */
const cors = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date',
};

export function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, {
    ...cors,
    'access-control-allow-methods': 'POST, GET, OPTIONS',
    'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
    'access-control-max-age': '172800',
    'content-length': 0,
  });
  response.end();
}

export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...cors,
    'content-type': 'application/x-amz-json-1.1',
    'x-amzn-requestid': randomUUID(),
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** AWS JSON 1.1: the error's name is in a header and in `__type`. The details of an unknown error are only logged. */
export function answerError(response: ServerResponse, error: unknown, log: (line: string) => void): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (!(error instanceof CognitoError)) {
    log(`cognito: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    answerError(response, new CognitoError('InternalErrorException', 'Something went wrong', 500), log);
    return;
  }
  const { name, message, status } = error;
  // A header cannot contain all characters of a message.
  const inHeader = message.replaceAll(/[^\x20-\x7e]/g, ' ').slice(0, 1024);
  const headers = { 'x-amzn-errortype': `${name}:`, 'x-amzn-errormessage': inHeader };
  answerJson(response, status, { __type: name, message }, headers);
}
