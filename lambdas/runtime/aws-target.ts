import type { Credentials } from './signature.ts';

/** Where a client calls, and as whom. */
export interface AwsTarget {
  readonly region: string;
  /** `https://dynamodb.eu-central-1.amazonaws.com`; may have a path. */
  readonly endpoint: string;
  readonly credentials: Credentials;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What Lambda puts into a function's environment: its region, and credentials that are valid for as long as the environment lives.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function callerFrom(environment: Environment): Omit<AwsTarget, 'endpoint'> {
  return {
    region: environment.AWS_REGION ?? '',
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
      sessionToken: environment.AWS_SESSION_TOKEN,
    },
  };
}

/**
 * The address of a service in the function's region, or the one that `AWS_ENDPOINT_URL_<SERVICE>` names, as the local runtime does.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function targetFrom(environment: Environment, service: 'dynamodb' | 'lambda'): AwsTarget {
  const caller = callerFrom(environment);
  const endpoint =
    environment[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ??
    `https://${service}.${caller.region}.${domainOf(caller.region)}`;
  return { ...caller, endpoint };
}

/** The address of a bucket in a region. In the local runtime it is a path, because a name cannot stand before an IP address. */
export function bucketAddress(environment: Environment, name: string, region: string): string {
  const { AWS_ENDPOINT_URL_S3: endpoint } = environment;
  return endpoint === undefined ? `https://${name}.s3.${region}.${domainOf(region)}` : `${endpoint}/${name}`;
}

/** The domains of the partitions besides the public one: https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json */
const domains = {
  'cn-': 'amazonaws.com.cn',
  'eusc-': 'amazonaws.eu',
  'us-iso-': 'c2s.ic.gov',
  'us-isob-': 'sc2s.sgov.gov',
  'us-isof-': 'csp.hci.ic.gov',
  'eu-isoe-': 'cloud.adc-e.uk',
} as const;

function domainOf(region: string): string {
  const [, domain] = Object.entries(domains).find(([prefix]) => region.startsWith(prefix)) ?? [];
  return domain ?? 'amazonaws.com';
}
