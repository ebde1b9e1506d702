import type { IncomingMessage } from 'node:http';

/** The whole body; undefined when it is longer than `limit` bytes. It is read to its end even then, so that the answer arrives. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length <= limit) chunks.push(chunk);
  }
  return length <= limit ? Buffer.concat(chunks) : undefined;
}
