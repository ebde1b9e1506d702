import type { IncomingMessage } from 'node:http';

/**
 * Reads a request's body. A longer one is read to its end and dropped, so that the client sees the answer.
 * @param limit bytes
 * @returns undefined when the body is longer, or when the client went away before its end (nobody reads the answer then)
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  // Listeners and not an iterator, which costs as much as the rest of a small request.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
    });
    request.on('end', () => {
      const [only] = chunks;
      resolve(length > limit ? undefined : chunks.length === 1 && only ? only : Buffer.concat(chunks));
    });
    request.on('error', (error) => (request.complete ? reject(error) : resolve(undefined)));
    // After the end, the promise is already resolved.
    request.on('close', () => resolve(undefined));
  });
}
