import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from '#aws-json/serve-aws-json';

/** Cognito allows every origin. */
export const cors = {
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

export function answerJson(response: ServerResponse, status: number, body: object): void {
  sendJson(response, { status, body }, () => ({ ...cors, 'content-type': 'application/json' }));
}
