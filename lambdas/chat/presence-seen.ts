/**
 * Who sees whether somebody is online, and when they were last seen. Everybody may hide it from all others. With the option `presence: contacts`
 * only contacts see it (contacts.ts). Whoever does not see it gets no delivery receipts either, because those tell it too.
 */
import type { Services } from '../runtime/services.ts';
import type { User } from '../store/user.ts';
import { contactsAmong } from './contacts.ts';

type Reader = Pick<Services, 'table' | 'config'>;

/** These users as the viewer sees them: those whose presence the viewer does not see are `concealed`. */
export async function asSeenBy(services: Reader, viewer: string, users: readonly User[]): Promise<User[]> {
  const shown = await showing(services, viewer, users);
  return users.map((user) =>
    user.username === viewer || shown.has(user.username) ? user : { ...user, concealed: true },
  );
}

/** Those of these people who see the presence of this user. */
export async function whoSees<Person extends Pick<User, 'username'>>(
  services: Reader,
  user: Pick<User, 'username' | 'hidesPresence'>,
  people: readonly Person[],
): Promise<Person[]> {
  if (user.hidesPresence) return [];
  if (services.config.presence === 'everybody') return [...people];
  const names = people.map(({ username }) => username);
  const seeing = await contactsAmong(services, user.username, names);
  return people.filter(({ username }) => seeing.has(username));
}

/** Those of these users whose presence the viewer sees. */
async function showing(services: Reader, viewer: string, users: readonly User[]): Promise<Set<string>> {
  const names = users.filter(({ hidesPresence }) => !hidesPresence).map(({ username }) => username);
  if (services.config.presence === 'everybody') return new Set(names);
  return contactsAmong(services, viewer, names);
}

/** Those of these names, of users who were read already, to whom a delivery shows the viewer. */
export async function namesSeenBy(
  services: Reader,
  viewer: string,
  names: readonly string[],
  users: readonly User[],
): Promise<string[]> {
  const shown = await showing(
    services,
    viewer,
    users.filter(({ username }) => names.includes(username)),
  );
  return names.filter((name) => shown.has(name));
}
