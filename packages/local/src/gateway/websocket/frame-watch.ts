/** Reads along with a socket's bytes. @returns whether a frame that is too long has begun */
export type FrameWatch = (chunk: Buffer) => boolean;

/**
 * API Gateway bounds the frame, not only the message, and `ws` tells the program of messages alone; so the frame headers are read here, as
 * RFC 6455 section 5.2 lays them out: two bytes, the longer lengths, the mask's four bytes, the payload.
 * @param largest bytes of payload
 */
export function watchFrames(largest: number): FrameWatch {
  let header = Buffer.alloc(0);
  /** Payload bytes still to come before the next header. */
  let remaining = 0;

  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (remaining > 0) {
        const passed = Math.min(remaining, chunk.length - at);
        remaining -= passed;
        at += passed;
        continue;
      }
      header = Buffer.concat([header, chunk.subarray(at, at + 1)]);
      at += 1;
      const payload = payloadLength(header);
      if (payload === undefined) continue;
      if (payload > largest) return true;
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
