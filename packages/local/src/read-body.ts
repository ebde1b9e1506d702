import type { IncomingMessage } from 'node:http';

/**
 * Reads a request's body. A longer one is read to its end and dropped, so that the client sees the answer.
 * @param limit bytes
 * @returns undefined when the body is longer, or when the client went away before its end (nobody reads the answer then)
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
