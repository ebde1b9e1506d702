import type * as z from 'zod/mini';
import { type ErrorCode, errorStatus } from '#protocol/errors';
import { limits } from '#protocol/limits';
import { errorsOf, type HttpOperation, httpRoutes, type Operation, operation } from '#protocol/operations';
import { errorCodeTable, errorTexts } from './descriptions.ts';
import { httpSchemas, type Json, type JsonObject, nameOf, queryFields, schemaRef } from './json-schema.ts';

/** The HTTP API as OpenAPI 3.1. */
export function openapi(): JsonObject {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [route, name] of httpRoutes) {
    const [method = '', path = ''] = route.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(route, name) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley HTTP API',
      version: '1',
      description:
        'Generated from protocol/ by `npm run generate:docs`; docs/protocol.md explains it. Clients ignore fields that they do not know.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [
      { url: 'http://127.0.0.1:8080/api', description: 'What `npm start` serves.' },
      {
        url: 'https://{distribution}.cloudfront.net/api',
        description: 'The stack’s output WebUrl; HttpUrl is the same API without `/api`.',
        variables: { distribution: { default: 'd111111abcdef8', description: 'From the output WebUrl.' } },
      },
    ],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: httpSchemas(),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'An id or access token of the Cognito user pool, or of the issuer that the deployer chose.',
        },
      },
    },
    'x-error-codes': errorCodeTable(),
    'x-limits': limits,
  };
}

function describe(route: string, name: HttpOperation): JsonObject {
  const declared = operation(name);
  const { summary, body, bodyOptional = false, answer } = declared;
  const declaredParameters = parameters(route, declared);
  if (!answer) throw new Error(`unable to describe ${route}; its operation ${name} has no answer`);
  return {
    operationId: operationId(route, name),
    summary,
    parameters: declaredParameters.length > 0 ? declaredParameters : undefined,
    requestBody: body && { required: !bodyOptional, content: json(schemaRef(nameOf(body))) },
    responses: {
      [answer.status]: {
        description: answer.means,
        content: answer.schemas && json(oneOf(answer.schemas)),
        headers: answer.status === 302 ? { Location: { schema: { type: 'string', format: 'uri' } } } : undefined,
      },
      ...(answer.noContent !== undefined && { 204: { description: answer.noContent } }),
      ...errorResponses(errorsOf(name)),
    },
  };
}

function oneOf(schemas: readonly z.ZodMiniType[]): JsonObject {
  const refs = schemas.map((schema) => schemaRef(nameOf(schema)));
  return refs.length === 1 ? { ...refs[0] } : { anyOf: refs };
}

/** The first route of an operation has its name; the others add their path. */
function operationId(route: string, name: HttpOperation): string {
  if (route === operation(name).routes?.[0]) return name;
  const path = route
    .split('/')
    .slice(1)
    .map((part) => part.replace(/\W/g, ''));
  return [name, 'by', ...path].join('-');
}

function parameters(route: string, { query, inConversation }: Operation): Json[] {
  const inPath = [...route.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const fields = query ? queryFields(query) : [];
  // Where the path names no conversation, the query does.
  const isNamed = inPath.includes('id') || inPath.includes('room');
  const conversation = { name: 'conversation', required: true, schema: { type: 'string' } };
  return [
    ...inPath.map((name) => ({
      name,
      in: 'path',
      required: true,
      description: pathParameters[name] ?? '',
      schema: name === 'seq' ? { type: 'integer', minimum: 1 } : { type: 'string' },
    })),
    ...(inConversation && !isNamed ? [conversation, ...fields] : fields).map(({ name, required, schema }) => ({
      name,
      in: 'query',
      required,
      description: queryParameters[name] ?? '',
      schema,
    })),
  ];
}

const pathParameters: Readonly<Record<string, string>> = {
  id: 'A conversation: `bob`, `alice_bob`, `alice_bob_carol`, `room:lobby`, `group:<id>`.',
  room: 'A room, with or without `room:`.',
  seq: 'The number of a message.',
  attachment: 'The id of an attachment.',
  username: 'A user name; upper case is folded.',
  token: 'FCM’s token, or the name that a browser gives itself: letters, digits and any of - _ : . ~.',
};

const queryParameters: Readonly<Record<string, string>> = {
  conversation: pathParameters.id ?? '',
  changes:
    '`true`: the log itself from `after` on (0: all of it), messages and what became of them, as the events that were sent live.',
  before: 'Messages older than this `seq`.',
  after: 'Messages newer than this `seq`, oldest first.',
  around: 'Messages on both sides of this `seq`.',
  limit: `How many at most: 1 to ${limits.pageMaximum}, default ${limits.pageDefault}; beyond that it counts as the nearest.`,
  page_size: 'Another name of `limit`; where both are given, it counts.',
  page: 'Nothing but `1`: every further page is at the address that `next` gives.',
  query: `The beginning of a name: 1 to ${limits.nameLength} characters, after trimming.`,
  at: 'A place in the list, as `next` and `previous` of other pages have it.',
  offset: 'How many to leave out, default 0. Of clients from before: follow `next` instead.',
};

function errorResponses(codes: readonly ErrorCode[]): JsonObject {
  const statuses = [...new Set(codes.map((code) => errorStatus[code]))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: codes
          .filter((code) => errorStatus[code] === status)
          .map((code) => `\`${code}\`: ${errorTexts[code].cause}`)
          .concat(status === 401 ? gatewayText : [])
          .join(' '),
        content: json(status === 401 ? { anyOf: [schemaRef('ErrorAnswer'), gatewayAnswer] } : schemaRef('ErrorAnswer')),
      },
    ]),
  );
}

const gatewayText = 'No token, or one that is not good: answered by API Gateway as `{"message":"Unauthorized"}`.';

/** The shape of API Gateway's own errors. */
const gatewayAnswer: JsonObject = {
  type: 'object',
  properties: { message: { type: 'string' } },
  required: ['message'],
};

const json = (schema: JsonObject): JsonObject => ({ 'application/json': { schema } });
