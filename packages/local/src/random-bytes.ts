import { randomFillSync } from 'node:crypto';

/** A call to the system's generator costs as much for a few bytes as for many, so many are made at once. None is used twice. */
const pool = Buffer.alloc(8_192);
let used = pool.length;

/** Random bytes for ids. Keys and tokens come from `node:crypto` itself, which keeps none in memory. */
export function randomIdBytes(size: number): Buffer {
  if (used + size > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += size;
  return pool.subarray(used - size, used);
}
