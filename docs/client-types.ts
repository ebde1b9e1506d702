/** The protocol's types without zod, for the client, which depends on nothing: printed from the schemas. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { errorCodes } from '#protocol/errors';
import { events } from '#protocol/events';
import * as message from '#protocol/message';
import { type Operation, operations } from '#protocol/operations';
import { nameOf } from './json-schema.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/** What the server answers. What the client sends is typed where it sends it. */
const declared: readonly Operation[] = Object.values(operations);
const answers = declared.flatMap(({ answer }) => answer?.schemas ?? []).map((schema) => [nameOf(schema), schema]);
const schemas: Readonly<Record<string, unknown>> = { ...message, ...Object.fromEntries(answers) };

const named = Object.entries(schemas).flatMap(([name, value]): [string, Schema][] =>
  value instanceof z.core.$ZodType ? [[name, toSchema(value)]] : [],
);
const eventSchemas = Object.entries(events).map(([type, schema]): [string, Schema] => [type, toSchema(schema)]);
const names = new Map([
  ...named.map(([name, schema]) => [JSON.stringify(schema), name] as const),
  ...eventSchemas.map(([type, schema]) => [JSON.stringify(schema), `ServerEvents['${type}']`] as const),
]);
const comments = new Map(['message', 'http', 'events'].flatMap(commentsIn));

/** The text of `packages/client/src/protocol.ts`. */
export function clientTypes(): string {
  const types = named.map(
    ([name, schema]) => `${comments.get(name) ?? ''}export type ${name} = ${bodyOf(schema, '')};`,
  );
  const members = eventSchemas.map(([type, schema]) => {
    const comment = comments.get(type);
    return `${comment ? `  ${comment}` : ''}  readonly ${type}: ${bodyOf(schema, '  ')};\n`;
  });
  return [
    '/** The types of the protocol. Generated from its schemas by `npm run generate:docs`: do not edit. */',
    ...types,
    `/** The events by their \`type\`. */\nexport type ServerEvents = {\n${members.join('')}};`,
    'export type ServerEvent = ServerEvents[keyof ServerEvents];',
    `export const errorCodes = [\n${errorCodes.map((code) => `  '${code}',\n`).join('')}] as const;`,
    'export type ErrorCode = (typeof errorCodes)[number];\n',
  ].join('\n\n');
}

/** The comment above each schema of a file, with the schema's name. */
function commentsIn(file: string): [string, string][] {
  const text = readFileSync(`${import.meta.dirname}/../protocol/${file}.ts`, 'utf8');
  const found = text.matchAll(/(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)(?:export const (\w+) =| {2}(\w+): z)/g);
  return [...found].map(([, comment = '', name, event = '']) => [name ?? event, comment]);
}

function toSchema(schema: z.core.$ZodType): Schema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'output' });
  return rest;
}

function typeOf(schema: Schema | boolean | undefined, indent: string): string {
  if (typeof schema !== 'object') return 'unknown';
  return names.get(JSON.stringify(schema)) ?? bodyOf(schema, indent);
}

function bodyOf(schema: Schema, indent: string): string {
  if ('const' in schema) return literal(schema.const);
  if (schema.enum) return schema.enum.map(literal).join(' | ');
  if (schema.anyOf) return schema.anyOf.map((part) => typeOf(part, indent)).join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => bodyOf({ ...schema, type }, indent)).join(' | ');
  if (schema.type === 'integer') return 'number';
  if (schema.type === 'array') {
    const item = typeOf(Array.isArray(schema.items) ? undefined : schema.items, indent);
    return `readonly ${/^\w+$/.test(item) ? item : `(${item})`}[]`;
  }
  if (schema.type !== 'object') return String(schema.type);
  if (!schema.properties) return `Readonly<Record<string, ${typeOf(schema.additionalProperties, indent)}>>`;
  return objectOf(schema.properties, new Set(schema.required), indent);
}

function objectOf(properties: NonNullable<Schema['properties']>, required: Set<string>, indent: string): string {
  const base = toSchema(message.Message).properties ?? {};
  const extendsMessage =
    Object.keys(properties).length > Object.keys(base).length &&
    Object.entries(base).every(([field, value]) => JSON.stringify(properties[field]) === JSON.stringify(value));
  const fields = Object.entries(properties)
    .filter(([field]) => !extendsMessage || !(field in base))
    .map(([field, value]) => {
      const type = typeOf(value, `${indent}  `);
      return `readonly ${field}${required.has(field) ? `: ${type}` : `?: ${type} | undefined`};`;
    });
  const line = `{ ${fields.join(' ').slice(0, -1)} }`;
  const text = line.length < 90 ? line : `{\n${fields.map((field) => `${indent}  ${field}\n`).join('')}${indent}}`;
  return `${extendsMessage ? 'Message & ' : ''}${text}`;
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}
