import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context, Service } from '#context';
import { type Directory, openDirectory } from './directory.ts';
import { CognitoError } from './errors.ts';
import { answerError, answerJson, answerPreflight, readBody } from './http.ts';
import { operations } from './operations.ts';
import { poolSettings } from './pool-settings.ts';
import { permissionCheck } from './signed-caller.ts';
import { knownTriggers } from './triggers.ts';

const prefix = '/_aws/cognito-idp';
const target = 'AWSCognitoIdentityProviderService.';

/** Serves the stack's user pools below `/_aws/cognito-idp`: the JSON API, and each pool's keys and OpenID configuration. */
export async function startCognito(context: Context): Promise<Service> {
  const directory = await openDirectory(context);
  logUnservedTriggers(context);
  return {
    async handle(request, response) {
      try {
        await serve(request, response, directory, context);
      } catch (error) {
        const disconnected = request.destroyed && !request.complete;
        if (!disconnected) answerError(response, error, context.log);
      }
    },
    stop: () => directory.idle(),
  };
}

async function serve(request: IncomingMessage, response: ServerResponse, directory: Directory, context: Context) {
  const path = (request.url ?? '').split('?', 1)[0]?.slice(prefix.length) ?? '';
  if (request.method === 'OPTIONS') return answerPreflight(request, response);
  if (request.method === 'GET') return serveDiscovery(path, response, directory);
  if (request.method !== 'POST' || path.replace('/', '') !== '') return notFound(response);
  const body = await readBody(request);
  if (!body) {
    return answerJson(response, 413, { message: 'Request Entity Too Large' }, { connection: 'close' });
  }
  const name = operationName(request);
  const operation = operations.get(name);
  if (!operation)
    throw new CognitoError('UnknownOperationException', `${name || 'The operation'} is not served locally`);
  context.counters.count(`cognito.${name}`);
  const input = readJson(body);
  answerJson(response, 200, await operation(input, directory, permissionCheck(name, request, body, context)));
}

function operationName(request: IncomingMessage): string {
  const header = request.headers['x-amz-target'];
  return typeof header === 'string' && header.startsWith(target) ? header.slice(target.length) : '';
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new CognitoError('SerializationException', 'The request is not JSON');
  }
}

async function serveDiscovery(path: string, response: ServerResponse, directory: Directory): Promise<void> {
  const [, poolId = '', document] = /^\/([^/]+)\/\.well-known\/([^/]+)$/.exec(path) ?? [];
  if (document !== 'jwks.json' && document !== 'openid-configuration') return notFound(response);
  const pool = await directory.pool(poolId);
  const body = document === 'jwks.json' ? pool.keys.jwks : openIdConfiguration(pool.issuer);
  answerJson(response, 200, body, { 'content-type': 'application/json' });
}

/** There is no hosted sign-in page locally, hence no `authorization_endpoint`. */
const openIdConfiguration = (issuer: string) => ({
  issuer,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  id_token_signing_alg_values_supported: ['RS256'],
  response_types_supported: ['code', 'token'],
  scopes_supported: ['openid', 'email', 'phone', 'profile'],
  subject_types_supported: ['public'],
});

const notFound = (response: ServerResponse) => answerJson(response, 404, { message: 'Not Found' });

function logUnservedTriggers({ stack, log }: Context): void {
  for (const resource of stack.ofType('AWS::Cognito::UserPool')) {
    const unserved = Object.keys(poolSettings(resource).triggers).filter((name) => !knownTriggers.includes(name));
    if (unserved.length > 0)
      log(`cognito: ${resource.logicalId} has triggers that are not run locally: ${unserved.join(', ')}`);
  }
}
