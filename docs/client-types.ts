/** The protocol's types without zod, for the client, which depends on nothing: printed from the schemas. */
import { z } from 'zod';
import { errorCodes } from '#protocol/errors';
import { events } from '#protocol/events';
import * as http from '#protocol/http';
import * as message from '#protocol/message';

type Schema = z.core.JSONSchema.BaseSchema;

/** Answers that the client reads. What it sends is typed where it sends it. */
const { ChangesPage, ConversationPage, Me, MessagePage, PeoplePage, UploadForm } = http;

/** The text of `packages/client/src/protocol.ts`. */
export function clientTypes(): string {
  const schemas = { ...message, MessagePage, ConversationPage, PeoplePage, Me, UploadForm, ChangesPage };
  const named = Object.entries(schemas).flatMap(([name, value]): [string, Schema][] =>
    value instanceof z.core.$ZodType ? [[name, toSchema(value)]] : [],
  );
  const names = new Map(named.map(([name, schema]) => [JSON.stringify(schema), name]));
  const told = Object.values(events).map((schema) => `\n  | ${typeOf(toSchema(schema), names, '    ')}`);
  return [
    '/** The types of the protocol. Generated from its schemas by `npm run generate:docs`: do not edit. */',
    ...named.map(([name, schema]) => `export type ${name} = ${typeOf(schema, names, '', name)};`),
    `export type ServerEvent =${told.join('')};`,
    `export const errorCodes = [${errorCodes.map(literal).join(', ')}] as const;`,
    'export type ErrorCode = (typeof errorCodes)[number];',
    '',
  ].join('\n\n');
}

function toSchema(schema: z.core.$ZodType): Schema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'output' });
  return rest;
}

/** @param self the type that is being declared, which is not a name for itself */
function typeOf(
  schema: Schema | boolean | undefined,
  names: ReadonlyMap<string, string>,
  indent: string,
  self?: string,
): string {
  if (typeof schema !== 'object') return 'unknown';
  const name = names.get(JSON.stringify(schema));
  if (name && name !== self) return name;
  const inner = (part: Schema | boolean | undefined) => typeOf(part, names, `${indent}  `);
  if ('const' in schema) return literal(schema.const);
  if (schema.enum) return schema.enum.map(literal).join(' | ');
  if (schema.anyOf) return schema.anyOf.map((part) => typeOf(part, names, indent)).join(' | ');
  if (Array.isArray(schema.type)) {
    return schema.type.map((type) => typeOf({ ...schema, type }, names, indent)).join(' | ');
  }
  if (schema.type === 'integer') return 'number';
  if (schema.type === 'array') {
    const item = typeOf(Array.isArray(schema.items) ? undefined : schema.items, names, indent);
    return `readonly ${/^\w+$/.test(item) ? item : `(${item})`}[]`;
  }
  if (schema.type !== 'object') return String(schema.type);
  if (!schema.properties) return `Readonly<Record<string, ${inner(schema.additionalProperties)}>>`;
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties).map(
    ([field, value]) =>
      `${indent}  readonly ${field}${required.has(field) ? `: ${inner(value)}` : `?: ${inner(value)} | undefined`};\n`,
  );
  return `{\n${fields.join('')}${indent}}`;
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}
