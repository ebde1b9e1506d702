import { z } from 'zod';

const atMost = (length: number) => `Member must have length less than or equal to ${length}`;
const atLeast = (length: number) => `Member must have length greater than or equal to ${length}`;
const matching = (pattern: RegExp) => `Member must satisfy regular expression pattern: ${pattern.source}`;

function text(most: number, pattern: RegExp) {
  return z.string().min(1, atLeast(1)).max(most, atMost(most)).regex(pattern, matching(pattern));
}

// The fields that several operations share, with the limits of the API reference.
export const clientId = text(128, /^[\w+]+$/);
export const userPoolId = text(55, /^[\w-]+_[0-9a-zA-Z]+$/);
export const username = text(128, /^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$/u);
export const password = text(256, /^[\S]+.*[\S]+$/);
/** At sign-in only the length is limited. */
export const anyPassword = z.string().max(256, atMost(256));
export const code = text(2048, /^[\S]+$/);
export const accessToken = z.string().min(1, atLeast(1));
export const secretHash = z.string().max(128, atMost(128)).optional();
export const metadata = z.record(z.string(), z.string()).optional();
export const attributes = z
  .array(
    z.object({
      Name: text(32, /^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$/u),
      Value: z.string().max(2048, atMost(2048)).optional(),
    }),
  )
  .default([]);
