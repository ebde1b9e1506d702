/** The protocol's types without zod, for a package that depends on nothing: printed from the schemas that they are inferred from. */
import { z } from 'zod';
import { errorCodes } from '#protocol/errors';
import { events } from '#protocol/events';
import * as http from '#protocol/http';
import * as message from '#protocol/message';

type Schema = z.core.JSONSchema.BaseSchema;

/** A module of type declarations. */
export function clientTypes(): string {
  const named = [...schemasOf(message), ...schemasOf(http)].map(
    ([name, schema]) => `export type ${name} = ${typeOf(toSchema(schema))};`,
  );
  const told = Object.values(events).map((schema) => typeOf(toSchema(schema)));
  const codes = errorCodes.map((code) => `'${code}'`);
  return [
    '/** Generated from the schemas of the protocol. */',
    ...named,
    `export type ServerEvent = ${told.join(' | ')};`,
    `export type ErrorCode = ${codes.join(' | ')};`,
    '',
  ].join('\n');
}

/** What is sent to clients; what they send is typed where they send it. */
const answers = new Set([
  'MessagePage',
  'ConversationPage',
  'PeoplePage',
  'ChangesPage',
  'Me',
  'UploadForm',
  'ReadAnswer',
]);

function schemasOf(module: Readonly<Record<string, unknown>>): [string, z.core.$ZodType][] {
  return Object.entries(module).flatMap(([name, value]): [string, z.core.$ZodType][] =>
    value instanceof z.core.$ZodType && (module === message || answers.has(name)) ? [[name, value]] : [],
  );
}

function toSchema(schema: z.core.$ZodType): Schema {
  return z.toJSONSchema(schema, { io: 'output' });
}

function typeOf(schema: Schema | boolean | undefined): string {
  if (typeof schema !== 'object') return 'unknown';
  if ('const' in schema) return literal(schema.const);
  if (schema.enum) return schema.enum.map(literal).join(' | ');
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(' | ');
  if (schema.type === 'integer') return 'number';
  if (schema.type === 'array') return `readonly (${typeOf(Array.isArray(schema.items) ? undefined : schema.items)})[]`;
  if (schema.type !== 'object') return String(schema.type);
  if (!schema.properties) return `Readonly<Record<string, ${typeOf(schema.additionalProperties)}>>`;
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties).map(
    ([name, value]) => `readonly ${name}${required.has(name) ? ':' : '?: undefined |'} ${typeOf(value)}`,
  );
  return `{ ${fields.join('; ')} }`;
}

function literal(value: unknown): string {
  return JSON.stringify(value);
}
