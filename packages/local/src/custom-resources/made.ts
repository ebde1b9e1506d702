import { join } from 'node:path';
import { z } from 'zod';
import type { Identity } from '#assembly/identity';
import { readJson, writeAtomically } from '#files';

/** What a custom resource is since its function has answered. */
const Made = z.object({
  /** What it was made with: text, as CloudFormation sends it. */
  properties: z.record(z.string(), z.unknown()),
  physicalId: z.string(),
  /** What `Fn::GetAtt` gives. */
  attributes: z.record(z.string(), z.string()),
});
export type Made = z.infer<typeof Made>;

/** The custom resources that were made, by stack and logical id: `Web/Domain`. They are kept in the data folder, so that a restart does not make them again. */
export interface MadeResources {
  get(key: string): Made | undefined;
  /** What the stack's values are resolved with. */
  identity(stackName: string, logicalId: string): Identity | undefined;
  set(key: string, made: Made): Promise<void>;
}

export async function openMadeResources(dataDirectory: string): Promise<MadeResources> {
  const file = join(dataDirectory, 'custom-resources.json');
  const known = (await readJson(file, z.record(z.string(), Made), 'custom resources')) ?? {};
  const all = new Map(Object.entries(known));
  return {
    get: (key) => all.get(key),
    identity(stackName, logicalId) {
      const made = all.get(`${stackName}/${logicalId}`);
      return made && { ref: made.physicalId, attributes: made.attributes };
    },
    async set(key, made) {
      all.set(key, made);
      await writeAtomically(file, JSON.stringify(Object.fromEntries(all), undefined, 2));
    },
  };
}
