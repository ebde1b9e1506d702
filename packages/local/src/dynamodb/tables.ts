import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Stack } from '#assembly/stack';
import { type EngineClient, EngineError } from './engine-client.ts';

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const index = z.object({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: z.object({ ProjectionType: z.string(), NonKeyAttributes: z.array(z.string()).optional() }),
});
type Index = z.infer<typeof index>;

/** The common properties of `AWS::DynamoDB::Table` and `AWS::DynamoDB::GlobalTable` (CDK's TableV2), without throughput. */
const TableProperties = z.object({
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z.array(index).default([]),
  LocalSecondaryIndexes: z.array(index).default([]),
  StreamSpecification: z.object({ StreamViewType: z.string() }).optional(),
  TimeToLiveSpecification: z.object({ AttributeName: z.string().optional(), Enabled: z.boolean() }).optional(),
});
type TableProperties = z.infer<typeof TableProperties>;

const Description = z.object({
  Table: z.object({
    KeySchema: keySchema,
    GlobalSecondaryIndexes: z.array(index).default([]),
    StreamSpecification: z.object({ StreamEnabled: z.boolean(), StreamViewType: z.string().optional() }).optional(),
  }),
});

const TimeToLive = z.object({
  TimeToLiveDescription: z.object({ TimeToLiveStatus: z.string(), AttributeName: z.string().optional() }),
});

const operation = (name: string) => `DynamoDB_20120810.${name}`;

/**
 * Creates the template's tables, or updates the indexes, stream and TTL of tables that exist already.
 * @throws Error, one sentence, for a change for which CloudFormation would replace the table
 */
export async function ensureTables(stack: Stack, engine: EngineClient): Promise<void> {
  for (const type of ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable']) {
    for (const resource of stack.ofType(type)) {
      const name = stack.ref(resource.logicalId);
      const properties = TableProperties.parse(resource.properties);
      const existing = await describe(engine, name);
      if (existing) await update(engine, name, properties, existing);
      else await create(engine, name, properties);
      await ensureTimeToLive(engine, name, properties);
    }
  }
}

async function describe(engine: EngineClient, name: string) {
  try {
    return Description.parse(await engine.call(operation('DescribeTable'), { TableName: name })).Table;
  } catch (error) {
    if (error instanceof EngineError && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

async function create(engine: EngineClient, name: string, properties: TableProperties): Promise<void> {
  await engine.call(operation('CreateTable'), {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: properties.AttributeDefinitions,
    KeySchema: properties.KeySchema,
    ...(properties.GlobalSecondaryIndexes.length && { GlobalSecondaryIndexes: properties.GlobalSecondaryIndexes }),
    ...(properties.LocalSecondaryIndexes.length && { LocalSecondaryIndexes: properties.LocalSecondaryIndexes }),
    ...(properties.StreamSpecification && { StreamSpecification: streamOf(properties) }),
  });
}

const streamOf = ({ StreamSpecification: stream }: TableProperties) =>
  stream ? { StreamEnabled: true, StreamViewType: stream.StreamViewType } : { StreamEnabled: false };

async function update(
  engine: EngineClient,
  name: string,
  wanted: TableProperties,
  existing: z.infer<typeof Description>['Table'],
): Promise<void> {
  if (!isDeepStrictEqual(existing.KeySchema, wanted.KeySchema)) {
    throw new Error(`unable to update table ${name}; its key differs from the template's: remove the data folder`);
  }
  const change = (input: object) => engine.call(operation('UpdateTable'), { TableName: name, ...input });
  for (const old of existing.GlobalSecondaryIndexes) {
    if (wanted.GlobalSecondaryIndexes.some(({ IndexName }) => IndexName === old.IndexName)) continue;
    await change({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: old.IndexName } }] });
  }
  for (const next of wanted.GlobalSecondaryIndexes) {
    const old = existing.GlobalSecondaryIndexes.find(({ IndexName }) => IndexName === next.IndexName);
    if (old && !sameIndex(old, next)) {
      throw new Error(
        `unable to update index ${next.IndexName} of table ${name}; as on AWS an index cannot change: give it another name, or remove the data folder`,
      );
    }
    if (!old) {
      await change({
        AttributeDefinitions: wanted.AttributeDefinitions,
        GlobalSecondaryIndexUpdates: [{ Create: next }],
      });
    }
  }
  const viewType = existing.StreamSpecification?.StreamEnabled
    ? existing.StreamSpecification.StreamViewType
    : undefined;
  if (viewType !== wanted.StreamSpecification?.StreamViewType) {
    // As on AWS, a stream's view type cannot change: the stream is disabled and a new one is enabled.
    if (viewType !== undefined) await change({ StreamSpecification: { StreamEnabled: false } });
    if (wanted.StreamSpecification) await change({ StreamSpecification: streamOf(wanted) });
  }
}

function sameIndex(a: Index, b: Index): boolean {
  const essence = ({ KeySchema, Projection }: Index) => ({
    KeySchema,
    type: Projection.ProjectionType,
    attributes: [...(Projection.NonKeyAttributes ?? [])].sort(),
  });
  return isDeepStrictEqual(essence(a), essence(b));
}

async function ensureTimeToLive(engine: EngineClient, name: string, wanted: TableProperties): Promise<void> {
  const { TimeToLiveDescription: existing } = TimeToLive.parse(
    await engine.call(operation('DescribeTimeToLive'), { TableName: name }),
  );
  const specified = wanted.TimeToLiveSpecification;
  const attribute = specified?.Enabled ? specified.AttributeName : undefined;
  const current = existing.TimeToLiveStatus === 'ENABLED' ? existing.AttributeName : undefined;
  if (attribute === current) return;
  const set = (AttributeName: string, Enabled: boolean) =>
    engine.call(operation('UpdateTimeToLive'), {
      TableName: name,
      TimeToLiveSpecification: { AttributeName, Enabled },
    });
  if (current) await set(current, false);
  if (attribute) await set(attribute, true);
}
