/**
 * API Gateway limits the size of a frame, but `ws` only reports messages. So this reads the frame headers of RFC 6455, section 5.2: two
 * bytes, the extended length, the mask's four bytes, the payload.
 * @returns a function that takes the socket's chunks and returns whether a frame with a larger payload has begun
 */
export function createFrameLimit(maxPayloadBytes: number): (chunk: Buffer) => boolean {
  let header = Buffer.alloc(0);
  /** Payload bytes still to come before the next header. */
  let remaining = 0;

  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (remaining > 0) {
        const skipped = Math.min(remaining, chunk.length - at);
        remaining -= skipped;
        at += skipped;
        continue;
      }
      header = Buffer.concat([header, chunk.subarray(at, at + 1)]);
      at += 1;
      const payload = payloadLength(header);
      if (payload === undefined) continue;
      if (payload > maxPayloadBytes) return true;
      remaining = payload;
      header = Buffer.alloc(0);
    }
    return false;
  };
}

/** `undefined` until the header is complete. */
function payloadLength(header: Buffer): number | undefined {
  const [, second] = header;
  if (second === undefined) return undefined;
  const short = second & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  const masked = (second & 0x80) === 0 ? 0 : 4;
  if (header.length < 2 + extended + masked) return undefined;
  if (extended === 2) return header.readUInt16BE(2);
  return extended === 8 ? Number(header.readBigUInt64BE(2)) : short;
}
