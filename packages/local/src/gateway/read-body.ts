import type { IncomingMessage } from 'node:http';

/**
 * Reads a request's body whole. One that is too large is read to its end and dropped, so that the client gets to see the answer.
 * @param largest bytes
 */
export async function readBody(request: IncomingMessage, largest: number): Promise<Buffer | 'too large'> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= largest) chunks.push(bytes);
  }
  return size > largest ? 'too large' : Buffer.concat(chunks, size);
}
