import { z } from 'zod';
import type { Resource } from '#assembly/stack';
import { readJson, writeAtomically } from '#files';
import type { User } from './user.ts';

const group = z.object({
  name: z.string(),
  description: z.string().optional(),
  /** Lower ones come first. */
  precedence: z.number().optional(),
  roleArn: z.string().optional(),
  createdAt: z.number(),
  modifiedAt: z.number(),
  /** The resource that made it; absent: made by CreateGroup. */
  logicalId: z.string().optional(),
});
export type Group = Readonly<z.infer<typeof group>>;

/** The groups of one pool, in `<pool>/groups.json`. Who is in them is written with the users. */
export interface Groups {
  find(name: string): Group | undefined;
  /** By name. */
  all(): readonly Group[];
  save(group: Group): Promise<void>;
  remove(name: string): Promise<void>;
  /** Makes the groups of the template, and takes away those that a former template had. */
  deploy(resources: readonly NamedResource[], now: number): Promise<void>;
}

/** An `AWS::Cognito::UserPoolGroup`; its `Ref` is its name. */
interface NamedResource extends Pick<Resource, 'logicalId' | 'properties'> {
  readonly name: string;
}

const fromTemplate = z.object({
  Description: z.string().optional(),
  Precedence: z.coerce.number().optional(),
  RoleArn: z.string().optional(),
});

export async function openGroups(path: string): Promise<Groups> {
  let groups = new Map(
    ((await readJson(path, z.array(group), 'the groups of a user pool; mend it or take it away')) ?? []).map((each) => [
      each.name,
      each,
    ]),
  );
  const write = async (next: Map<string, Group>) => {
    if (next.size > 0 || groups.size > 0) await writeAtomically(path, JSON.stringify([...next.values()]));
    groups = next;
  };
  return {
    find: (name) => groups.get(name),
    all: () => [...groups.values()].sort((left, right) => (left.name < right.name ? -1 : 1)),
    save: (saved) => write(new Map(groups).set(saved.name, saved)),
    remove: (name) => write(new Map([...groups].filter(([key]) => key !== name))),
    async deploy(resources, now) {
      const wanted = resources.map(({ logicalId, name, properties }) => {
        const { Description, Precedence, RoleArn } = fromTemplate.parse(properties);
        const before = groups.get(name);
        const same = { name, description: Description, precedence: Precedence, roleArn: RoleArn, logicalId };
        return { ...same, createdAt: before?.createdAt ?? now, modifiedAt: before?.modifiedAt ?? now };
      });
      const others = [...groups.values()].filter((each) => each.logicalId === undefined);
      const next = new Map([...others, ...wanted].map((each) => [each.name, each]));
      if (JSON.stringify([...next.values()]) !== JSON.stringify([...groups.values()])) await write(next);
    },
  };
}

/** The groups of a user that exist, by precedence. */
export function groupsOf(user: Pick<User, 'groups'>, groups: Groups): Group[] {
  return user.groups
    .map((name) => groups.find(name))
    .filter((found) => found !== undefined)
    .sort(
      (left, right) =>
        (left.precedence ?? Number.POSITIVE_INFINITY) - (right.precedence ?? Number.POSITIVE_INFINITY) ||
        (left.name < right.name ? -1 : 1),
    );
}

/**
 * The claims of both kinds of tokens. The preferred role is that of the group with the lowest precedence, unless two of them have one.
 * Source: developer guide, "Adding groups to a user pool".
 */
export function groupClaims(groups: readonly Group[]): { both: object; id: object } {
  if (groups.length === 0) return { both: {}, id: {} };
  const roles = groups.filter(({ roleArn }) => roleArn !== undefined);
  const first = roles.filter(({ precedence }) => precedence === roles[0]?.precedence);
  const preferred = new Set(first.map(({ roleArn }) => roleArn));
  return {
    both: { 'cognito:groups': groups.map(({ name }) => name) },
    id:
      roles.length === 0
        ? {}
        : {
            'cognito:roles': [...new Set(roles.map(({ roleArn }) => roleArn))],
            'cognito:preferred_role': preferred.size === 1 ? [...preferred][0] : undefined,
          },
  };
}
