/**
 * API Gateway limits the size of a frame, but `ws` only reports messages. So this reads the frame headers of RFC 6455, section 5.2: two
 * bytes, the extended length, the mask's four bytes, the payload.
 * @returns a function that takes the socket's chunks and returns whether a frame with a larger payload has begun
 */
export function createFrameLimit(maxPayloadBytes: number): (chunk: Buffer) => boolean {
  /** The beginning of a header whose end has not come. */
  let begun: Buffer | undefined;
  /** Payload bytes still to come before the next header. */
  let remaining = 0;

  return (chunk) => {
    const bytes = begun ? Buffer.concat([begun, chunk]) : chunk;
    begun = undefined;
    let at = Math.min(remaining, bytes.length);
    remaining -= at;
    while (at < bytes.length) {
      const header = readHeader(bytes, at);
      if (!header) {
        begun = bytes.subarray(at);
        return false;
      }
      if (header.payload > maxPayloadBytes) return true;
      const end = at + header.size + header.payload;
      remaining = Math.max(0, end - bytes.length);
      at = end;
    }
    return false;
  };
}

/** Bytes of a frame's header and payload. Undefined until the header is complete. */
function readHeader(bytes: Buffer, at: number): { size: number; payload: number } | undefined {
  const second = bytes[at + 1];
  if (second === undefined) return undefined;
  const short = second & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  const size = 2 + extended + ((second & 0x80) === 0 ? 0 : 4);
  if (bytes.length < at + size) return undefined;
  if (extended === 2) return { size, payload: bytes.readUInt16BE(at + 2) };
  return { size, payload: extended === 8 ? Number(bytes.readBigUInt64BE(at + 2)) : short };
}
