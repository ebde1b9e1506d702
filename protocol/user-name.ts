import { nameLimits } from './name-limits.ts';

const pattern = /^(?:[a-z0-9.-]|%[0-9a-f]{2})+$/;

/** Is it a user name, as section 1 of docs/protocol.md says it? */
export function isUserName(text: string): boolean {
  return text.length <= nameLimits.userNameLength && pattern.test(text);
}
