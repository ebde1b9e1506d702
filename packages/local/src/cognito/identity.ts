import type { Attributes } from './attributes.ts';
import { invalidParameter } from './errors.ts';
import { normalName, type Pool } from './pool.ts';

/** In a pool with `UsernameAttributes`, the user name is the `sub`, and the given name becomes an attribute. @throws CognitoError */
export function chooseIdentity(name: string, sub: string, pool: Pool): { username: string; attributes: Attributes } {
  const { usernameAttributes, aliases } = pool.settings;
  const kind = name.includes('@') ? 'email' : /^\+[0-9]+$/.test(name) ? 'phone_number' : undefined;
  if (usernameAttributes.length > 0) {
    if (!kind || !usernameAttributes.includes(kind)) {
      const wanted = usernameAttributes.map((attribute) => (attribute === 'email' ? 'an email' : 'a phone number'));
      throw invalidParameter(`Username should be ${wanted.length > 1 ? 'either ' : ''}${wanted.join(' or ')}.`);
    }
    return { username: sub, attributes: { [kind]: name } };
  }
  if (kind && aliases.includes(kind)) {
    const words = kind === 'email' ? 'email' : 'phone number';
    throw invalidParameter(`Username cannot be of ${words} format, since user pool is configured for ${words} alias.`);
  }
  return { username: normalName(name, pool.settings), attributes: {} };
}
