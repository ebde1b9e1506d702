import type { Identity } from './identity.ts';

/**
 * Makes a function that replaces the AWS addresses of the stack's own APIs, functions, user pools, buckets, queues and distributions by local ones,
 * anywhere in a text. Other addresses, like an issuer in another account, stay as they are.
 */
export function hostRewriter(
  resources: Iterable<{ type: string; identity: Identity }>,
  options: { origin: string; region: string },
): (text: string) => string {
  const { origin, region } = options;
  const pairs: [from: string | RegExp, to: string][] = [];
  for (const { type, identity } of resources) {
    const { ref } = identity;
    if (type === 'AWS::ApiGatewayV2::Api') {
      const host = `${ref}.execute-api.${region}.amazonaws.com`;
      const local = `${origin}/_aws/execute-api/${ref}`;
      pairs.push([`https://${host}`, local], [`wss://${host}`, local.replace(/^http/, 'ws')]);
    } else if (type === 'AWS::Cognito::UserPool') {
      const local = `${origin}/_aws/cognito-idp`;
      // Without `/.well-known/…` it is the issuer in the pool's tokens: a name, which verifiers compare.
      const documents = '.well-known/';
      pairs.push([`https://cognito-idp.${region}.amazonaws.com/${ref}/${documents}`, `${local}/${ref}/${documents}`]);
      // The service itself, where pages sign in, but not a pool of another account.
      pairs.push([new RegExp(`https://cognito-idp\\.${region}\\.amazonaws\\.com(?!/${region}_)`, 'g'), local]);
    } else if (type === 'AWS::S3::Bucket') {
      const local = `${origin}/_aws/s3/${ref}`;
      pairs.push([`https://${ref}.s3.${region}.amazonaws.com`, local], [`https://${ref}.s3.amazonaws.com`, local]);
    } else if (type === 'AWS::SQS::Queue') {
      pairs.push([ref, `${origin}/_aws/sqs${new URL(ref).pathname}`]);
    } else if (type === 'AWS::Lambda::Url') {
      const host = new URL(identity.attributes?.FunctionUrl ?? '').host;
      pairs.push([`https://${host}`, `${origin}/_aws/lambda-url/${host.split('.', 1)[0]}`]);
    } else if (type === 'AWS::CloudFront::Distribution') {
      const domain = identity.attributes?.DomainName ?? '';
      pairs.push([`https://${domain}`, origin], [`wss://${domain}`, origin.replace(/^http/, 'ws')]);
    }
  }
  return (text) =>
    text.includes('://') ? pairs.reduce((rewritten, [from, to]) => rewritten.replaceAll(from, to), text) : text;
}

/** Applies a change to every string in a value, however deep. */
export function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, change)]));
}
