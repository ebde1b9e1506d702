import { z } from 'zod';
import type { Stack } from '#assembly/stack';
import { withoutHash } from '#calls';

export interface DescribedTable {
  /** The table, or `Table / index`. */
  readonly name: string;
  readonly calls: number;
  /** Capacity units. */
  readonly reads: number;
  readonly writes: number;
}

const Indexes = z.looseObject({
  GlobalSecondaryIndexes: z.array(z.looseObject({ IndexName: z.string() })).default([]),
});

type Counts = Readonly<Record<string, number>>;

/** Calls and units of each table, and of each of its indexes. A write counts for every index that it changes. */
export function describeTables(stack: Stack, counts: Counts): DescribedTable[] {
  const used = (name: string, path: string): DescribedTable => ({
    name,
    calls: counts[`dynamodb.calls/${path}`] ?? 0,
    reads: counts[`dynamodb.read-units/${path}`] ?? 0,
    writes: counts[`dynamodb.write-units/${path}`] ?? 0,
  });
  return [...stack.ofType('AWS::DynamoDB::Table'), ...stack.ofType('AWS::DynamoDB::GlobalTable')].flatMap(
    ({ logicalId, properties }) => {
      const [name, path] = [withoutHash(logicalId), stack.ref(logicalId)];
      const indexes = Indexes.safeParse(properties).data?.GlobalSecondaryIndexes ?? [];
      return [
        used(name, path),
        ...indexes.map((index) => used(`${name} / ${index.IndexName}`, `${path}/${index.IndexName}`)),
      ];
    },
  );
}

/** How often each operation of a service was called, like `dynamodb` `PutItem` 3. Errors and units are not calls. */
export function callsByService(counts: Counts): { service: string; operation: string; calls: number }[] {
  return Object.entries(counts).flatMap(([name, calls]) => {
    const [, service, operation] = /^(\w+)\.([A-Z]\w+)$/.exec(name) ?? [];
    if (name === 'connections.post') return [{ service: 'connections', operation: 'post', calls }];
    return service && operation ? [{ service, operation, calls }] : [];
  });
}
