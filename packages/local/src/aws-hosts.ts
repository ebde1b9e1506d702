import { z } from 'zod';
import type { Stack } from './assembly/stack.ts';

/**
 * The hosts of AWS that this runtime answers: those of the services, and of APIs, buckets and function URLs, in the stack's region,
 * and the custom domains of the stack's APIs.
 * Code that makes an address itself, like `https://${event.requestContext.domainName}/${stage}`, means them. The hosts lead to the paths
 * below which the one port serves everything.
 */
export interface AwsHosts {
  /** The local path and query for a request to a host of AWS; undefined for hosts that are not served. @param host a `Host` header */
  localUrl(host: string | undefined, url: string): string | undefined;
  /** Expressions for the served hosts, in lower case and without a port. Custom domains are among them. */
  readonly served: readonly RegExp[];
  /** Expressions for `//<host><path>` of requests that are answered whole, without a connection. */
  readonly direct: readonly RegExp[];
}

interface Rule {
  readonly host: RegExp;
  /** What the path begins with. `prefix` takes its place. */
  readonly path: string;
  /** `$1` is the first group of `host`. */
  readonly prefix: string;
}

/**
 * Sources: https://docs.aws.amazon.com/general/latest/gr/rande.html, https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html,
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
 * @param options.stack called for each question, because a reload replaces it
 * @param options.services what is served below `/_aws/`, each with the name that AWS's host has too
 * @param options.directServices those of them that answer whole requests
 */
export function createAwsHosts(options: {
  stack: () => Pick<Stack, 'region' | 'ofType'>;
  services: () => readonly string[];
  directServices: readonly string[];
}): AwsHosts {
  let made: { readonly stack: unknown; readonly from: string; readonly rules: readonly Rule[] } | undefined;
  const rules = () => {
    const [stack, services] = [options.stack(), options.services()];
    const from = services.join();
    if (made?.stack !== stack || made.from !== from) made = { stack, from, rules: rulesOf(stack, services) };
    return made.rules;
  };
  return {
    localUrl(host = '', url) {
      const name = host.replace(/:\d+$/, '').toLowerCase();
      const rule = rules().find((one) => one.host.test(name) && isBelow(url, one.path));
      return rule && name.replace(rule.host, rule.prefix) + url.slice(rule.path.length);
    },
    get served() {
      return rules().map(({ host }) => host);
    },
    get direct() {
      const { region } = options.stack();
      return [
        new RegExp(`^//(${options.directServices.join('|')})\\.${region}\\.${awsDomain}/`, 'i'),
        new RegExp(`^//[a-z0-9]+\\.execute-api\\.${region}\\.${awsDomain}/[^/?]+/(@|%40)connections/`, 'i'),
      ];
    },
  };
}

const isBelow = (url: string, path: string) => url.startsWith(path) && /^([/?]|$)/.test(url.slice(path.length));

const awsDomain = '(?:amazonaws\\.com(?:\\.cn)?|api\\.aws)';

function rulesOf(stack: Pick<Stack, 'region' | 'ofType'>, services: readonly string[]): Rule[] {
  const { region } = stack;
  const s3 = `s3(?:[.-]${region}|\\.dualstack\\.${region})?\\.${awsDomain}`;
  const rule = (host: string, prefix: string): Rule => ({
    host: new RegExp(`^${host}$`),
    path: '',
    prefix,
  });
  return [
    rule(`([a-z0-9]+)\\.execute-api\\.${region}\\.${awsDomain}`, '/_aws/execute-api/$1'),
    rule(s3, '/_aws/s3'),
    rule(`(.+)\\.${s3}`, '/_aws/s3/$1'),
    rule(`([a-z0-9]+)\\.lambda-url\\.${region}\\.on\\.aws`, '/_aws/lambda-url/$1'),
    rule(`\\d{12}\\.ddb\\.${region}\\.${awsDomain}`, '/_aws/dynamodb'),
    rule(`monitoring\\.${region}\\.${awsDomain}`, '/_aws/cloudwatch'),
    // Keys of user pools may be asked for in any region.
    rule(`cognito-idp\\.[a-z0-9-]+\\.${awsDomain}`, '/_aws/cognito-idp'),
    ...customDomains(stack),
    rule(`(${services.join('|')})(?:-fips)?\\.${region}\\.${awsDomain}`, '/_aws/$1'),
  ];
}

const mappingShape = z.looseObject({
  ApiId: z.string(),
  DomainName: z.string(),
  Stage: z.string(),
  ApiMappingKey: z.string().default(''),
});

/**
 * The custom domains of APIs. Below a mapping's key is a stage, whose name is not in the path. Where the stack is deployed too, such a name
 * leads to the real API. Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-mappings.html
 */
function customDomains(stack: Pick<Stack, 'ofType'>): Rule[] {
  return stack
    .ofType('AWS::ApiGatewayV2::ApiMapping')
    .flatMap(({ properties }) => mappingShape.safeParse(properties).data ?? [])
    .map(({ ApiId, DomainName, Stage, ApiMappingKey: key }) => ({
      host: new RegExp(`^${DomainName.toLowerCase().replaceAll('.', '\\.').replace(/^\*/, '[^.]+')}$`),
      path: key === '' ? '' : `/${key}`,
      prefix: `/_aws/execute-api/${ApiId}${Stage === '$default' ? '' : `/${Stage}`}`,
    }))
    .sort((a, b) => b.path.length - a.path.length);
}
