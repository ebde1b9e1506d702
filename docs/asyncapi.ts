import { limits } from '#protocol/limits';
import { channelTexts, errorCodeTable, eventTexts, frameTexts } from './descriptions.ts';
import { eventName, frameName, type Json, type JsonObject, schemaRef, socketSchemas } from './json-schema.ts';

const ref = (path: string): JsonObject => ({ $ref: `#/${path}` });

const channels = Object.entries(channelTexts);
const frames = Object.keys(frameTexts).map(frameName);

/** The WebSocket API as AsyncAPI 3.0. The actions are the server's: it receives frames and sends events. */
export function asyncapi(): JsonObject {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Parley WebSocket API',
      version: '1',
      description:
        'Generated from protocol/ by `npm run generate:docs`; docs/protocol.md explains it. Clients ignore events and fields that they do not know.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      local: {
        host: '127.0.0.1:8080',
        pathname: '/ws',
        protocol: 'ws',
        description: 'What `npm start` serves.',
        security: security(),
      },
      deployed: {
        host: '{distribution}.cloudfront.net',
        pathname: '/ws',
        protocol: 'wss',
        description: 'The stack’s output WebUrl; WebSocketUrl is the same API without the paths of docs/protocol.md.',
        variables: { distribution: { description: 'From the output WebUrl.' } },
        security: security(),
      },
    },
    channels: Object.fromEntries(
      channels.map(([scope, { summary, query, events }]) => [
        scope,
        {
          address: '/',
          title: `${scope} connection`,
          summary,
          description: `Chosen by the query: ${query}.`,
          messages: Object.fromEntries(
            [...frames, ...events.map(eventName)].map((name) => [name, ref(`components/messages/${name}`)]),
          ),
          bindings: {
            ws: { method: 'GET', query: handshakeQuery[scope], headers: handshakeHeaders, bindingVersion: '0.1.0' },
          },
        },
      ]),
    ),
    operations: Object.fromEntries(
      channels.flatMap(([scope, { events }]) => [
        operation('receive', scope, frames),
        operation('send', scope, events.map(eventName)),
      ]),
    ),
    components: {
      messages: {
        ...messages(frameTexts, frameName, 'Client to server'),
        ...messages(eventTexts, eventName, 'Server to client'),
      },
      schemas: socketSchemas(),
      securitySchemes: {
        tokenInQuery: {
          type: 'httpApiKey',
          name: 'token',
          in: 'query',
          description: 'A JWT of the issuer: `?token=JWT`.',
        },
        tokenInSubprotocol: {
          type: 'httpApiKey',
          name: 'Sec-WebSocket-Protocol',
          in: 'header',
          description:
            '`parley.v1, token.JWT`: keeps the token out of addresses, and browsers can send it; the answer echoes `parley.v1`.',
        },
      },
    },
    'x-error-codes': errorCodeTable(),
    'x-limits': limits,
  };
}

const security = (): Json[] => [
  ref('components/securitySchemes/tokenInQuery'),
  ref('components/securitySchemes/tokenInSubprotocol'),
];

const text = (description: string): JsonObject => ({ type: 'string', description });
const token = { token: text('A JWT, unless it comes in Sec-WebSocket-Protocol.') };

const handshakeQuery: Readonly<Record<string, JsonObject>> = {
  user: { type: 'object', properties: token },
  conversation: {
    type: 'object',
    properties: { ...token, conversation: text('Its name: `bob`, `alice_bob`, `alice_bob_carol`, `room:lobby`.') },
    required: ['conversation'],
  },
  notifications: {
    type: 'object',
    properties: { ...token, notifications: text('`all`, or the name of one conversation.') },
    required: ['notifications'],
  },
};

const handshakeHeaders: JsonObject = {
  type: 'object',
  properties: {
    'Sec-WebSocket-Protocol': text('`parley.v1, token.JWT`, unless the token comes in the query.'),
    Origin: text('Sent by browsers; must be one of the stack’s allowed origins.'),
  },
};

function operation(action: 'receive' | 'send', scope: string, names: readonly string[]): [string, Json] {
  const what = action === 'receive' ? 'Frames from' : 'Events to';
  return [
    `${action}-${scope}`,
    {
      action,
      channel: ref(`channels/${scope}`),
      summary: `${what} a connection with the scope ${scope}.`,
      messages: names.map((name) => ref(`channels/${scope}/messages/${name}`)),
    },
  ];
}

function messages(
  texts: Readonly<Record<string, { readonly summary: string; readonly example: object }>>,
  name: (type: string) => string,
  direction: string,
): JsonObject {
  return Object.fromEntries(
    Object.entries(texts).map(([type, { summary, example }]) => [
      name(type),
      {
        name: type,
        title: `${type} (${direction.toLowerCase()})`,
        summary,
        payload: schemaRef(name(type)),
        examples: [{ payload: JSON.parse(JSON.stringify(example)) }],
      },
    ]),
  );
}
