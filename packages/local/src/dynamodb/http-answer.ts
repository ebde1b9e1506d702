export interface EngineAnswer {
  readonly status: number;
  readonly requestId: string | undefined;
  readonly body: Buffer;
}

const headEnd = '\r\n\r\n';

/**
 * Reads an HTTP/1.1 answer to a POST from the bytes that have come so far.
 * @returns the answer, or, if it is not complete, how many bytes it has at least
 */
export function readAnswer(bytes: Buffer): (EngineAnswer & { readonly staysOpen: boolean }) | number {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return bytes.length + 1;
  const head = bytes.toString('latin1', 0, end);
  const start = end + headEnd.length;
  const length = header(head, 'content-length');
  const body = length === undefined ? readChunks(bytes, start) : readBytes(bytes, start, Number(length));
  if (typeof body === 'number') return body;
  return {
    status: Number(head.slice(9, 12)),
    requestId: header(head, 'x-amzn-requestid'),
    staysOpen: header(head, 'connection')?.toLowerCase() !== 'close',
    body,
  };
}

function readBytes(bytes: Buffer, start: number, length: number): Buffer | number {
  return bytes.length < start + length ? start + length : bytes.subarray(start, start + length);
}

/** DynamoDB Local may answer in chunks: each its size in hexadecimal, its bytes, and a line end; the last is empty. */
function readChunks(bytes: Buffer, start: number): Buffer | number {
  const parts: Buffer[] = [];
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return bytes.length + 1;
    const part = readBytes(bytes, lineEnd + 2, Number.parseInt(bytes.toString('latin1', at, lineEnd), 16));
    if (typeof part === 'number') return part;
    const next = lineEnd + 2 + part.length + 2;
    if (bytes.length < next) return next;
    if (part.length === 0) return Buffer.concat(parts);
    parts.push(part);
    at = next;
  }
}

/** A name in lower case, which engines may write in another. */
function header(head: string, name: string): string | undefined {
  const known = patterns[name] ?? new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i');
  patterns[name] = known;
  return known.exec(head)?.[1];
}
const patterns: Record<string, RegExp> = {};
