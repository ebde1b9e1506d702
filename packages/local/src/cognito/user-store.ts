import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unfinished, writeAtomically } from '#write-atomically';
import { type User, user as userSchema } from './user.ts';

/** The names that lead to a user, as they are compared; see `handles`. */
export type HandlesOf = (user: User) => readonly string[];

/** Another user has this name. */
export interface Taken {
  readonly taken: string;
}

/** The users of one pool: one file each, all in memory. A change is on disk before anyone sees it. */
export interface UserStore {
  bySub(sub: string): User | undefined;
  byHandle(handle: string): User | undefined;
  all(): User[];
  /** Of several at once with the same name exactly one gets in. */
  insert(user: User): Promise<Taken | undefined>;
  /**
   * Changes one user; changes of the same user run one after the other. `change` gets the user as it is by then and may throw to leave it.
   * @returns the new user, `undefined` when there is none by then, or the name that another user has
   */
  update(sub: string, change: (user: User) => User | Promise<User>): Promise<User | Taken | undefined>;
  remove(sub: string): Promise<boolean>;
  /** Rebuilds the names, after a change of the pool's settings. */
  reindex(handlesOf: HandlesOf): void;
  /** Resolves when all that was begun is on disk. */
  idle(): Promise<void>;
}

/** @param directory made when it is not there. @throws Error naming the file when one is not a user */
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

  /** Takes the names before the first wait, so that two at once cannot both have one; gives back what the write did not need. */
  async function save(user: User, before: User | undefined): Promise<Taken | undefined> {
    const wanted = handlesOf(user);
    const had = before ? handlesOf(before) : [];
    const taken = wanted.find((handle) => (owners.get(handle) ?? user.sub) !== user.sub);
    if (taken !== undefined) return { taken };
    for (const handle of wanted) owners.set(handle, user.sub);
    try {
      await writeAtomically(fileOf(user.sub), JSON.stringify(user));
    } catch (error) {
      for (const handle of wanted) if (!had.includes(handle)) owners.delete(handle);
      throw error;
    }
    for (const handle of had) if (!wanted.includes(handle)) owners.delete(handle);
    users.set(user.sub, user);
    // Once more: the names may have been rebuilt while the file was written.
    for (const handle of wanted) owners.set(handle, user.sub);
    return undefined;
  }

  /** One after the other for each user. */
  function inTurn<Result>(sub: string, work: () => Promise<Result>): Promise<Result> {
    const turn = (running.get(sub) ?? Promise.resolve()).then(work);
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (running.get(sub) === settled) running.delete(sub);
      });
    running.set(sub, settled);
    return turn;
  }

  return {
    bySub: (sub) => users.get(sub),
    byHandle: (handle) => users.get(owners.get(handle) ?? ''),
    all: () => [...users.values()],
    insert: (user) => inTurn(user.sub, () => save(user, undefined)),
    update: (sub, change) =>
      inTurn(sub, async () => {
        const before = users.get(sub);
        if (!before) return undefined;
        const after = await change(before);
        return after === before ? before : ((await save(after, before)) ?? after);
      }),
    remove: (sub) =>
      inTurn(sub, async () => {
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
  const leftOvers = names.filter((name) => name.endsWith(unfinished));
  await Promise.all(leftOvers.map((name) => rm(join(directory, name), { force: true })));
  return Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => readUser(join(directory, name))));
}

async function readUser(path: string): Promise<User> {
  try {
    return userSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new Error(`${path} does not hold a user; mend it or take it away`, { cause: error });
  }
}
