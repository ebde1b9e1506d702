import { randomIdBytes } from '#random-bytes';

/** An id in API Gateway's form, for connections, requests and messages: 16 characters, the last one `=` (`Llf4ceE2NjMCF7w=`). */
export function newId(random: (size: number) => Buffer = randomIdBytes): string {
  return `${random(11).toString('base64url')}=`;
}

/** `X-Amzn-Trace-Id`. @param now milliseconds since the epoch */
export function newTraceId(now: number, random: (size: number) => Buffer = randomIdBytes): string {
  return `Root=1-${Math.floor(now / 1000).toString(16)}-${random(12).toString('hex')}`;
}
