import * as z from 'zod/mini';
import { events } from '#protocol/events';
import { frames } from '#protocol/frames';
import * as http from '#protocol/http';
import { limits } from '#protocol/limits';
import * as message from '#protocol/message';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

export const schemaRef = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });
export const frameName = (type: string) => `frame.${type}`;
export const eventName = (type: string) => `event.${type}`;

/** Shapes that several others contain, by their name in the generated files. */
const shared = {
  Message: message.Message,
  Person: message.Person,
  Attachment: message.Attachment,
  LastMessage: message.LastMessage,
  Member: message.Member,
  ConversationChange: message.ConversationChange,
  ConversationView: message.ConversationView,
  Profile: message.Profile,
};
/** Answers of the HTTP API. */
const answers = {
  Me: http.Me,
  MessagePage: http.MessagePage,
  ChangedMessage: http.ChangedMessage,
  ChangesPage: http.ChangesPage,
  ConversationPage: http.ConversationPage,
  PeoplePage: http.PeoplePage,
  FriendAnswer: http.FriendAnswer,
  ReadAnswer: http.ReadAnswer,
  UploadForm: http.UploadForm,
  PushAnswer: http.PushAnswer,
  TokenAnswer: http.TokenAnswer,
  ErrorAnswer: http.ErrorAnswer,
};
/** Bodies of the HTTP API. */
const bodies = {
  CreateGroupBody: http.CreateGroupBody,
  UpdateGroupBody: http.UpdateGroupBody,
  CreateBody: http.CreateBody,
  EditBody: http.EditBody,
  ReadBody: http.ReadBody,
  AttachBody: http.AttachBody,
  AvatarBody: http.AvatarBody,
  MeBody: http.MeBody,
  DeviceBody: http.DeviceBody,
  TokenBody: http.TokenBody,
};
/** Events that the changes over HTTP have too. */
const { chat_message, message_edited, message_deleted, reaction, conversation_updated } = events;
const logged = { chat_message, message_edited, message_deleted, reaction, conversation_updated };

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

/** @throws when the schema has no name in the generated files */
export function nameOf(schema: z.ZodMiniType): string {
  const found = Object.entries({ ...shared, ...answers, ...bodies }).find(([, known]) => known === schema);
  if (!found) throw new Error('unable to name a schema; add it to docs/json-schema.ts');
  return found[0];
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
