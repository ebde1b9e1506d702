import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CorsRule } from './buckets.ts';
import { S3Error } from './errors.ts';

/**
 * Finds the CORS rule as S3 does: the first one that matches origin, method and requested headers.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
 */
export function findCorsRule(
  rules: readonly CorsRule[],
  requested: { origin: string; method: string; headers: readonly string[] },
): CorsRule | undefined {
  return rules.find(
    (rule) =>
      rule.AllowedMethods.includes(requested.method) &&
      rule.AllowedOrigins.some((pattern) => matches(pattern, requested.origin)) &&
      requested.headers.every((header) =>
        rule.AllowedHeaders.some((pattern) => matches(pattern.toLowerCase(), header)),
      ),
  );
}

/** Answers a preflight. @throws S3Error BadRequest; AccessForbidden if no rule allows it */
export function answerPreflight(rules: readonly CorsRule[], request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  const method = request.headers['access-control-request-method'];
  if (!origin) {
    throw new S3Error('BadRequest', { message: 'Insufficient information. Origin request header needed.' });
  }
  if (!method) throw new S3Error('BadRequest', { message: 'Invalid Access-Control-Request-Method: null' });
  const headers = (request.headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((header) => header.trim().toLowerCase())
    .filter((header) => header !== '');
  const rule = findCorsRule(rules, { origin, method, headers });
  if (!rule) throw preflightError(rules, method);
  allow(rule, origin, response);
  if (headers.length > 0) response.setHeader('access-control-allow-headers', headers.join(', '));
  response.writeHead(200, { 'content-length': 0 }).end();
}

/** Sets the CORS headers of any other response. Errors need them too, or else a page could not read them. */
export function allowCrossOrigin(rules: readonly CorsRule[], request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (!origin) return;
  const rule = findCorsRule(rules, { origin, method: request.method ?? '', headers: [] });
  if (rule) allow(rule, origin, response);
}

function allow(rule: CorsRule, origin: string, response: ServerResponse): void {
  const anyOrigin = rule.AllowedOrigins.includes('*');
  response.setHeader('access-control-allow-origin', anyOrigin ? '*' : origin);
  if (!anyOrigin) response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-allow-methods', rule.AllowedMethods.join(', '));
  if (rule.ExposedHeaders.length > 0) {
    response.setHeader('access-control-expose-headers', rule.ExposedHeaders.join(', '));
  }
  if (rule.MaxAge !== undefined) response.setHeader('access-control-max-age', rule.MaxAge);
  response.setHeader('vary', 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method');
}

/** A pattern has at most one `*`. */
function matches(pattern: string, text: string): boolean {
  const [before = '', after] = pattern.split('*', 2);
  if (after === undefined) return pattern === text;
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
}

function preflightError(rules: readonly CorsRule[], method: string): S3Error {
  // "evalution" is S3's spelling.
  const message =
    rules.length === 0
      ? 'CORSResponse: CORS is not enabled for this bucket.'
      : "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
  return new S3Error('AccessForbidden', { message, details: { Method: method, ResourceType: 'OBJECT' } });
}
