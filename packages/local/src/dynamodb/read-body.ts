import type { IncomingMessage } from 'node:http';

/**
 * The whole body; undefined when it is longer than `limit` bytes (it is read to its end even then, so that the answer arrives), or when
 * the client went away, as a killed function does: whatever is answered then, nobody reads it.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request) {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
    }
  } catch (error) {
    if (request.complete) throw error;
    return undefined;
  }
  return length <= limit ? Buffer.concat(chunks) : undefined;
}
