import type { IncomingMessage, ServerResponse } from 'node:http';
import { overHttp, sendAnswer } from '#answer';
import { type AwsJsonCall, jsonAnswer, serveAwsJson } from '#aws-json/serve-aws-json';
import type { Context, Service } from '#context';
import { hostOfOrigin } from '#own-hosts';
import { type Directory, openDirectory } from './directory.ts';
import { CognitoError } from './errors.ts';
import { operations } from './operations.ts';
import type { Pool } from './pool.ts';
import { poolSettings } from './pool-settings.ts';
import type { SigningKey } from './signing-keys.ts';
import { knownTriggers } from './triggers.ts';

const prefix = '/_aws/cognito-idp';

/**
 * Cognito allows every origin. Here a page of somebody else's must not sign up or try passwords, so only this machine's own pages may call.
 * @returns no headers for others, whose browser then does not let them see the answer, nor call after the preflight
 */
function corsOf(
  { isOwnHost }: Pick<Context, 'isOwnHost'>,
  origin: string | undefined,
): Readonly<Record<string, string>> {
  if (origin === undefined || !isOwnHost(hostOfOrigin(origin))) return { vary: 'origin' };
  return {
    vary: 'origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date',
  };
}

export interface Cognito extends Service {
  /** The key that a user pool signs access tokens with, for tests that make tokens of many users. */
  accessTokenKey(userPoolId: string): Promise<SigningKey>;
}

/** Serves the stack's user pools below `/_aws/cognito-idp`: the JSON API, and each pool's keys and OpenID configuration. */
export async function startCognito(context: Context): Promise<Cognito> {
  const directory = await openDirectory(context);
  logUnservedTriggers(context);
  const common = (...[name, message, status]: ConstructorParameters<typeof CognitoError>) =>
    new CognitoError(name, message, status);
  const answerCall = serveAwsJson(context, {
    signingName: 'cognito-idp',
    targetPrefix: 'AWSCognitoIdentityProviderService.',
    version: '1.1',
    maxBodyBytes: 1024 * 1024,
    allowsUnsigned: true,
    errors: { common },
    run: async (call) => ({ body: await run(call, directory, context) }),
  });
  const handleCall = overHttp(answerCall);
  return {
    async handle(request, response) {
      // `writeHead` keeps them.
      for (const [name, value] of Object.entries(corsOf(context, request.headers.origin)))
        response.setHeader(name, value);
      const path = (request.url ?? '').split('?', 1)[0]?.slice(prefix.length) ?? '';
      if (request.method === 'OPTIONS') return answerPreflight(request, response);
      if (request.method === 'GET') {
        const { faults, counters } = context;
        if (faults.keysUnavailable > 0 && faults.random() < faults.keysUnavailable) {
          counters.count('faults.keysUnavailable');
          return answerJson(response, 503, { message: 'Service Unavailable' });
        }
        const foreign = foreignDocument(context, request, path);
        return foreign === undefined
          ? serveDiscovery(path, response, directory, askedAt(context, request))
          : fetchDocument(context, foreign, response);
      }
      if (request.method !== 'POST' || path.replace('/', '') !== '') return notFound(response);
      return handleCall(request, response);
    },
    accessTokenKey: async (userPoolId) => (await directory.pool(userPoolId)).keys.access,
    stop: () => directory.idle(),
  };
}

async function run(call: AwsJsonCall, directory: Directory, { counters, log }: Context): Promise<object> {
  const operation = operations.get(call.operation);
  if (!operation) throw call.notServed();
  counters.count(`cognito.${call.operation}`);
  try {
    return await operation(call.input, directory, (poolArn) =>
      call.authorize(`cognito-idp:${call.operation}`, poolArn),
    );
  } catch (error) {
    if (error instanceof CognitoError) throw error;
    log(`cognito: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    throw new CognitoError('InternalErrorException', 'Something went wrong', 500);
  }
}

async function serveDiscovery(
  path: string,
  response: ServerResponse,
  directory: Directory,
  endpoint: string | undefined,
): Promise<void> {
  const [, poolId = '', document] = /^\/([^/]+)\/\.well-known\/([^/]+)$/.exec(path) ?? [];
  if (document !== 'jwks.json' && document !== 'openid-configuration') return notFound(response);
  try {
    const pool = await directory.pool(poolId);
    answerJson(response, 200, document === 'jwks.json' ? pool.keys.jwks : openIdConfiguration(pool, endpoint));
  } catch (error) {
    if (!(error instanceof CognitoError)) throw error;
    answerJson(response, error.status, error.body);
  }
}

/** The local address of the pools; undefined for who asked AWS's, which the runtime answers for functions. */
const askedAt = ({ origin, isOwnHost }: Context, { headers }: IncomingMessage) =>
  isOwnHost(headers.host) ? `${origin}${prefix}` : undefined;

/** The address of a document of another account's pool, which a function asked for by its host of AWS. */
function foreignDocument({ stack }: Context, request: IncomingMessage, path: string): string | undefined {
  const [, poolId = ''] = /^\/([\w-]+)\/\.well-known\/[\w.-]+$/.exec(path) ?? [];
  const { host = '' } = request.headers;
  const isForeign = poolId !== '' && stack.byPhysicalId('AWS::Cognito::UserPool', poolId) === undefined;
  return isForeign && /^cognito-idp\.[a-z0-9-]+\.amazonaws\.com$/.test(host) ? `https://${host}${path}` : undefined;
}

/**
 * An app may trust a pool that is not in its stack. Its keys are public and have no copy here, so they are the one thing that is fetched from
 * AWS, and the console says so.
 */
async function fetchDocument({ log }: Context, address: string, response: ServerResponse): Promise<void> {
  log(`cognito: fetching ${address}, because no stack that is served has this user pool`);
  try {
    const document = await fetch(address);
    const body: unknown = await document.json();
    answerJson(response, document.status, Object(body));
  } catch (error) {
    answerJson(response, 502, { message: `unable to fetch ${address}; ${String(error)}` });
  }
}

/** There is no hosted sign-in page locally, hence no `authorization_endpoint`. */
const openIdConfiguration = ({ id, issuer }: Pool, endpoint: string | undefined) => ({
  issuer,
  // Where the configuration was found, so that programs outside need no redirection for it.
  jwks_uri: `${endpoint === undefined ? issuer : `${endpoint}/${id}`}/.well-known/jwks.json`,
  id_token_signing_alg_values_supported: ['RS256'],
  response_types_supported: ['code', 'token'],
  scopes_supported: ['openid', 'email', 'phone', 'profile'],
  subject_types_supported: ['public'],
});

function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, {
    'access-control-allow-methods': 'POST, GET, OPTIONS',
    'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
    'access-control-max-age': '172800',
    'content-length': 0,
  });
  response.end();
}

function answerJson(response: ServerResponse, status: number, body: object): void {
  sendAnswer(
    response,
    jsonAnswer({ status, body }, () => ({ 'content-type': 'application/json' })),
  );
}

const notFound = (response: ServerResponse) => answerJson(response, 404, { message: 'Not Found' });

function logUnservedTriggers({ stack, log }: Context): void {
  for (const resource of stack.ofType('AWS::Cognito::UserPool')) {
    const unserved = Object.keys(poolSettings(resource).triggers).filter((name) => !knownTriggers.includes(name));
    if (unserved.length > 0)
      log(`cognito: ${resource.logicalId} has triggers that are not run locally: ${unserved.join(', ')}`);
  }
}
