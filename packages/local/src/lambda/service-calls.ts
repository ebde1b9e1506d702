import type { MessagePort } from 'node:worker_threads';
import type { Answering } from '#answer';
import { splitOnce } from '#text';

/**
 * The services that a function calls with a message instead of a connection (direct-http.mjs): their requests and answers are whole and
 * small. The others stream, or belong to an API of the stack.
 */
export const directServices = ['dynamodb', 'lambda', 'sqs', 'sns', 'events', 'cloudwatch', 'ssm', 'secretsmanager'];
export const directPaths = [
  new RegExp(`^/_aws/(${directServices.join('|')})([/?]|$)`),
  /^\/_aws\/execute-api\/[^/?]+\/[^/?]+\/(@|%40)connections\//i,
];

/**
 * Answers the requests of a function's thread. A message is one text, which is copied faster than an object: `<id> <method> <url>`, the
 * headers as JSON, and the body with one character for each byte, each on a line of its own. An answer has `<id> <status>` instead.
 */
export function answerServiceCalls(port: MessagePort, answer: Answering): void {
  port.on('message', (message: string) => {
    const [line, rest] = splitOnce(message, '\n');
    const [headers, text] = splitOnce(rest, '\n');
    const [id = '', method = '', url = ''] = line.split(' ');
    const body = Buffer.from(text, 'latin1');
    void answer({
      method,
      url,
      headers: JSON.parse(headers),
      body: async (limit) => (body.length <= limit ? body : undefined),
    }).then(({ status, headers, body }) => {
      const bytes = typeof body === 'string' ? Buffer.from(body) : body;
      port.postMessage(`${id} ${status}\n${JSON.stringify(headers)}\n${bytes.toString('latin1')}`);
    });
  });
}
