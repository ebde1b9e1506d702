import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unfinished, writeAtomically } from '#write-atomically';
import { readJson } from './read-json.ts';
import { type User, user as userSchema } from './user.ts';

/** The normalised names that identify a user; see `handles`. */
export type HandlesOf = (user: User) => readonly string[];

/** The name belongs to another user. */
export interface Taken {
  readonly taken: string;
}

/** The users of one pool: in memory, and in one file per user. A change becomes visible when it is on disk. */
export interface UserStore {
  bySub(sub: string): User | undefined;
  byHandle(handle: string): User | undefined;
  all(): User[];
  /** Of several concurrent inserts with the same name, exactly one succeeds. */
  insert(user: User): Promise<Taken | undefined>;
  /**
   * Changes one user. Changes of the same user run one after another. `change` gets the current user, and may throw to change nothing.
   * @returns the new user, undefined if the user does not exist, or the name that another user has
   */
  update(sub: string, change: (user: User) => User | Promise<User>): Promise<User | Taken | undefined>;
  remove(sub: string): Promise<boolean>;
  /** Rebuilds the index of names after a change of the pool's settings. */
  reindex(handlesOf: HandlesOf): void;
  /** Resolves when all started writes are on disk. */
  idle(): Promise<void>;
}

/** @param directory created if it does not exist. @throws Error that names the file if a file is not a user */
export async function openUserStore(directory: string, initialHandlesOf: HandlesOf): Promise<UserStore> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const users = new Map((await readUsers(directory)).map((user) => [user.sub, user]));
  const owners = new Map<string, string>();
  const running = new Map<string, Promise<unknown>>();
  let handlesOf = initialHandlesOf;

  const fileOf = (sub: string) => join(directory, `${sub}.json`);

  function reindex(next: HandlesOf) {
    handlesOf = next;
    owners.clear();
    for (const user of users.values()) for (const handle of handlesOf(user)) owners.set(handle, user.sub);
  }
  reindex(initialHandlesOf);

  /** Reserves the names before the first await, so that two users cannot both get a name. Releases them if the write fails. */
  async function save(user: User, before: User | undefined): Promise<Taken | undefined> {
    const newHandles = handlesOf(user);
    const oldHandles = before ? handlesOf(before) : [];
    const taken = newHandles.find((handle) => (owners.get(handle) ?? user.sub) !== user.sub);
    if (taken !== undefined) return { taken };
    for (const handle of newHandles) owners.set(handle, user.sub);
    try {
      await writeAtomically(fileOf(user.sub), JSON.stringify(user));
    } catch (error) {
      for (const handle of newHandles) if (!oldHandles.includes(handle)) owners.delete(handle);
      throw error;
    }
    for (const handle of oldHandles) if (!newHandles.includes(handle)) owners.delete(handle);
    users.set(user.sub, user);
    // Again, because `reindex` may have run during the write.
    for (const handle of newHandles) owners.set(handle, user.sub);
    return undefined;
  }

  /** Runs the work of one user one after another. */
  function inSequence<Result>(sub: string, work: () => Promise<Result>): Promise<Result> {
    const result = (running.get(sub) ?? Promise.resolve()).then(work);
    const settled = result
      .catch(() => undefined)
      .then(() => {
        if (running.get(sub) === settled) running.delete(sub);
      });
    running.set(sub, settled);
    return result;
  }

  return {
    bySub: (sub) => users.get(sub),
    byHandle: (handle) => users.get(owners.get(handle) ?? ''),
    all: () => [...users.values()],
    insert: (user) => inSequence(user.sub, () => save(user, undefined)),
    update: (sub, change) =>
      inSequence(sub, async () => {
        const before = users.get(sub);
        if (!before) return undefined;
        const after = await change(before);
        return after === before ? before : ((await save(after, before)) ?? after);
      }),
    remove: (sub) =>
      inSequence(sub, async () => {
        const user = users.get(sub);
        if (!user) return false;
        await rm(fileOf(sub), { force: true });
        users.delete(sub);
        for (const handle of handlesOf(user)) owners.delete(handle);
        return true;
      }),
    reindex,
    idle: async () => {
      await Promise.all(running.values());
    },
  };
}

async function readUsers(directory: string): Promise<User[]> {
  const names = await readdir(directory);
  const leftovers = names.filter((name) => name.endsWith(unfinished));
  await Promise.all(leftovers.map((name) => rm(join(directory, name), { force: true })));
  const paths = names.filter((name) => name.endsWith('.json')).map((name) => join(directory, name));
  const users = await Promise.all(paths.map((path) => readJson(path, userSchema, 'a user; mend it or take it away')));
  return users.filter((user) => user !== undefined);
}
