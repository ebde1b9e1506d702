import * as z from 'zod/mini';
import { events } from '#protocol/events';
import { frames } from '#protocol/frames';
import * as http from '#protocol/http';
import { limits } from '#protocol/limits';
import * as message from '#protocol/message';
import { type Operation, operations } from '#protocol/operations';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

export const schemaRef = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });
export const frameName = (type: string) => `frame.${type}`;
export const eventName = (type: string) => `event.${type}`;

/** Every schema that protocol/ exports, by its name. */
const exported: Readonly<Record<string, z.ZodMiniType>> = Object.fromEntries(
  Object.entries({ ...message, ...http }).flatMap(([name, value]) =>
    value instanceof z.ZodMiniType ? [[name, value]] : [],
  ),
);
const declared: readonly Operation[] = Object.values(operations);

/** Shapes that several others contain. */
const shared = Object.fromEntries(
  Object.entries(exported).filter(([name, schema]) => name in message && schema instanceof z.ZodMiniObject),
);
/** Answers of the HTTP API. */
const answers = byName([...declared.flatMap(({ answer }) => answer?.schemas ?? []), http.ErrorAnswer]);
/** Bodies of the HTTP API. */
const bodies = byName(declared.flatMap(({ body }) => body ?? []));
/** Events that the changes over HTTP have too. */
const { chat_message, message_edited, message_deleted, messages_erased, reaction, conversation_updated } = events;
const logged = { chat_message, message_edited, message_deleted, messages_erased, reaction, conversation_updated };

const named = (schemas: Readonly<Record<string, z.ZodMiniType>>, name: (type: string) => string) =>
  Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [name(type), schema]));

/** Schemas of all frames and events. */
export function socketSchemas(): JsonObject {
  return {
    ...toJsonSchemas(named(frames, frameName), 'input'),
    ...toJsonSchemas({ ...named(events, eventName), ...shared }, 'output'),
  };
}

/** Schemas of the HTTP API. */
export function httpSchemas(): JsonObject {
  return {
    ...toJsonSchemas(bodies, 'input'),
    ...toJsonSchemas({ ...answers, ...named(logged, eventName), ...shared }, 'output'),
  };
}

/** @throws when protocol/ does not export the schema */
export function nameOf(schema: z.ZodMiniType): string {
  const [name] = Object.entries(exported).find(([, known]) => known === schema) ?? [];
  if (name === undefined) throw new Error('unable to name a schema; export it from protocol/http.ts');
  return name;
}

function byName(schemas: readonly z.ZodMiniType[]): Readonly<Record<string, z.ZodMiniType>> {
  return Object.fromEntries(schemas.map((schema) => [nameOf(schema), schema]));
}

/** A query's fields as JSON Schemas: name → schema and whether it must be given. */
export function queryFields(query: z.ZodMiniType): { name: string; required: boolean; schema: JsonObject }[] {
  const schema = toJsonSchemas({ Query: query }, 'input').Query;
  const { properties, required } = z.parse(ObjectSchema, schema);
  return Object.entries(properties).map(([name, field]) => ({
    name,
    required: required.includes(name),
    schema: field,
  }));
}

const ObjectSchema = z.object({
  properties: z.record(
    z.string(),
    z.custom<JsonObject>((value) => typeof value === 'object' && value !== null),
  ),
  required: z._default(z.array(z.string()), []),
});

function toJsonSchemas(schemas: Readonly<Record<string, z.ZodMiniType>>, io: 'input' | 'output'): JsonObject {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const result = z.toJSONSchema(registry, {
    io,
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema, path }) => simplify(jsonSchema, path.map(String), io),
  });
  // Through text: what zod gives carries methods that are not JSON.
  const plain: { schemas: Record<string, JsonObject> } = JSON.parse(JSON.stringify(result));
  return Object.fromEntries(
    Object.entries(plain.schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema] as const),
  );
}

/** Leaves out what no reader needs: zod's patterns for calendars, the bounds of JavaScript's integers, and closed objects. */
function simplify(schema: z.core.JSONSchema.BaseSchema, path: readonly string[], io: 'input' | 'output'): void {
  if (schema.format === 'date-time') delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  // Later versions may add fields, which clients ignore.
  if (schema.additionalProperties === false) delete schema.additionalProperties;
  // A query's numbers are text on the wire, and numbers to who writes a client.
  if (schema.pattern === '^\\d{1,12}$') {
    delete schema.pattern;
    Object.assign(schema, { type: 'integer', minimum: 0, maximum: 999_999_999_999 });
  }
  // Bounds that the schema checks by a function, because their error says both at once. An error gives back what was sent, whatever it was.
  if (io === 'input' && path.at(-1) === 'client_id')
    Object.assign(schema, { minLength: 1, maxLength: limits.clientIdLength });
  if (io === 'input' && path.at(-1) === 'q') Object.assign(schema, { minLength: 1, maxLength: limits.searchLength });
  if (io === 'input' && (path.at(-1) === 'name' || path.at(-1) === 'query'))
    Object.assign(schema, { minLength: 1, maxLength: limits.nameLength });
}
