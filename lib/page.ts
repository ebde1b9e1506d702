import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, type ISource, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { pageFiles } from './files.ts';
import { acknowledge, allow, createRole } from './permissions.ts';
import type { Settings } from './settings.ts';

export interface PageProps {
  /** Served as `/config.json`. It may contain tokens that are only resolved at deployment. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly options: Pick<Settings, 'logRetentionDays' | 'removalPolicy'>;
}

/** The chat page in a private bucket that only CloudFront reads. The page is built here, at synthesis. */
export class Page extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { config, options }: PageProps) {
    super(scope, id);
    const destroy = options.removalPolicy === 'destroy';
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: destroy ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      autoDeleteObjects: destroy,
    });
    acknowledge(this.bucket, {
      S1: 'Its files are public, and CloudFront alone reads them; an access log would say nothing about anybody.',
    });
    this.deploy(config, options);
  }

  private deploy(config: PageProps['config'], options: PageProps['options']): void {
    const { role, logGroup } = createRole(this, options);
    allow(role, ['s3:ListBucket'], [this.bucket.bucketArn]);
    allow(role, ['s3:PutObject'], [this.bucket.arnForObjects('*')], 'The build decides the names of the files.');
    const common = {
      destinationBucket: this.bucket,
      // The permissions above are all that the deployment needs; CDK would add six with wildcards.
      role: role.withoutPolicyUpdates(),
      logGroup,
      // Pages that are open still fetch the old files; and a deployer may have added files to the bucket.
      prune: false,
    };
    const page = readable(Source.asset(pageFiles()), role);
    const assets = new BucketDeployment(this, 'Assets', {
      ...common,
      sources: [page],
      exclude: ['*'],
      include: ['assets/*'],
      cacheControl: [CacheControl.setPublic(), CacheControl.maxAge(Duration.days(365)), CacheControl.immutable()],
    });
    const rest = new BucketDeployment(this, 'Documents', {
      ...common,
      sources: [page, Source.jsonData('config.json', config)],
      exclude: ['assets/*'],
      cacheControl: [CacheControl.noCache()],
    });
    // A document must not be served before the files that it refers to.
    rest.node.addDependency(assets);
    // CDK uses one function, with the first deployment's layer, for both.
    rest.node.tryRemoveChild('AwsCliLayer');
    this.acknowledgeRuntime();
  }

  /** CDK creates one function for all bucket deployments of a stack. */
  private acknowledgeRuntime(): void {
    for (const handler of Stack.of(this).node.children) {
      if (!handler.node.id.startsWith('Custom::CDKBucketDeployment')) continue;
      acknowledge(handler, { L1: "The function is CDK's own, in Python; its runtime is renewed with CDK." });
    }
  }
}

/** The source, and the permission to read the CDK assets bucket. */
function readable(source: ISource, role: Role): ISource {
  return {
    bind: (scope, context) => {
      const bound = source.bind(scope, context);
      allow(
        role,
        ['s3:GetObject'],
        [bound.bucket.arnForObjects('*.zip')],
        'Each deployment reads files with new names. A policy with these names would change at the same moment, and IAM needs seconds to apply a change.',
      );
      return bound;
    },
  };
}
