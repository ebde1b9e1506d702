/**
 * The hosts of AWS that this runtime answers: those of the services, and of APIs, buckets and function URLs, in the stack's region.
 * Code that makes an address itself, like `https://${event.requestContext.domainName}/${stage}`, means them. The hosts lead to the paths
 * below which the one port serves everything.
 */
export interface AwsHosts {
  /** The local path and query for a request to a host of AWS; undefined for hosts that are not served. @param host a `Host` header */
  localUrl(host: string | undefined, url: string): string | undefined;
  /** Expressions for the served hosts, in lower case and without a port. */
  readonly served: readonly RegExp[];
  /** Expressions for `//<host><path>` of requests that are answered whole, without a connection. */
  readonly direct: readonly RegExp[];
}

interface Rule {
  readonly host: RegExp;
  /** What stands before the path locally. `$1` is the first group of `host`. */
  readonly prefix: string;
}

/**
 * Sources: https://docs.aws.amazon.com/general/latest/gr/rande.html, https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html,
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
 * @param options.region called for each question, because a reload replaces the stack
 * @param options.services what is served below `/_aws/`, each with the name that AWS's host has too
 * @param options.directServices those of them that answer whole requests
 */
export function createAwsHosts(options: {
  region: () => string;
  services: () => readonly string[];
  directServices: readonly string[];
}): AwsHosts {
  let made: { readonly from: string; readonly rules: readonly Rule[] } | undefined;
  const rules = () => {
    const [region, services] = [options.region(), options.services()];
    const from = [region, ...services].join();
    if (made?.from !== from) made = { from, rules: rulesOf(region, services) };
    return made.rules;
  };
  return {
    localUrl(host = '', url) {
      const name = host.replace(/:\d+$/, '').toLowerCase();
      const rule = rules().find((one) => one.host.test(name));
      return rule && name.replace(rule.host, rule.prefix) + url;
    },
    get served() {
      return rules().map(({ host }) => host);
    },
    get direct() {
      const region = options.region();
      return [
        new RegExp(`^//(${options.directServices.join('|')})\\.${region}\\.${awsDomain}/`, 'i'),
        new RegExp(`^//[a-z0-9]+\\.execute-api\\.${region}\\.${awsDomain}/[^/?]+/(@|%40)connections/`, 'i'),
      ];
    },
  };
}

const awsDomain = '(?:amazonaws\\.com(?:\\.cn)?|api\\.aws)';

function rulesOf(region: string, services: readonly string[]): Rule[] {
  const s3 = `s3(?:[.-]${region}|\\.dualstack\\.${region})?\\.${awsDomain}`;
  const rule = (host: string, prefix: string): Rule => ({ host: new RegExp(`^${host}$`), prefix });
  return [
    rule(`([a-z0-9]+)\\.execute-api\\.${region}\\.${awsDomain}`, '/_aws/execute-api/$1'),
    rule(s3, '/_aws/s3'),
    rule(`(.+)\\.${s3}`, '/_aws/s3/$1'),
    rule(`([a-z0-9]+)\\.lambda-url\\.${region}\\.on\\.aws`, '/_aws/lambda-url/$1'),
    rule(`\\d{12}\\.ddb\\.${region}\\.${awsDomain}`, '/_aws/dynamodb'),
    // Keys of user pools may be asked for in any region.
    rule(`cognito-idp\\.[a-z0-9-]+\\.${awsDomain}`, '/_aws/cognito-idp'),
    rule(`(${services.join('|')})(?:-fips)?\\.${region}\\.${awsDomain}`, '/_aws/$1'),
  ];
}
