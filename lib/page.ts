import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, type ISource, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';
import { Construct } from 'constructs';
import { buildPage } from './build-page.ts';
import type { Options } from './options.ts';

export interface PageProps {
  /** Served as `/config.json`. It may contain tokens that are only resolved at deployment. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly options: Pick<Options, 'logRetentionDays' | 'removalPolicy'>;
}

/** The chat page in a private bucket that only CloudFront reads. The page is built here, at synthesis. */
export class Page extends Construct {
  readonly bucket: Bucket;
  private readonly role: Role;

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
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'What is in it is public, and CloudFront alone reads it; a log of that would say nothing about anybody.',
    });
    // A role of its own: CDK's role has a managed policy that may write to all logs of the account.
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.deploy(config, options);
  }

  private deploy(config: PageProps['config'], options: PageProps['options']): void {
    const logGroup = new LogGroup(this, 'Log', {
      retention: options.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);
    this.allow(['s3:ListBucket'], [this.bucket.bucketArn]);
    this.allow(['s3:PutObject'], [this.bucket.arnForObjects('*')], 'The files of the page are what the build makes.');
    const common = {
      destinationBucket: this.bucket,
      // The permissions above are all that the deployment needs; CDK would add six with wildcards.
      role: this.role.withoutPolicyUpdates(),
      logGroup,
      // Pages that are open still fetch the old files; and a deployer may have added files to the bucket.
      prune: false,
    };
    const folder = mkdtempSync(join(tmpdir(), 'parley-page-'));
    try {
      buildPage(folder);
      const page = this.readable(Source.asset(folder));
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
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** The source, and the permission to read the CDK assets bucket. */
  private readable(source: ISource): ISource {
    return {
      bind: (scope, context) => {
        const bound = source.bind(scope, context);
        this.allow(
          ['s3:GetObject'],
          [bound.bucket.arnForObjects('*.zip')],
          'Each deployment reads files of new names; a policy that named them would change in the same moment, and IAM takes seconds to spread it.',
        );
        return bound;
      },
    };
  }

  /** CDK creates one function for all bucket deployments of a stack. */
  private acknowledgeRuntime(): void {
    const handlers = Stack.of(this).node.children.filter(({ node }) =>
      node.id.startsWith('Custom::CDKBucketDeployment'),
    );
    for (const handler of handlers) {
      Validations.of(handler).acknowledge({
        id: 'AwsSolutions-L1',
        reason: "The function is CDK's own, in Python; its runtime is renewed with CDK.",
      });
    }
  }

  private allow(actions: string[], resources: string[], wildcardReason?: string): void {
    this.role.addToPolicy(new PolicyStatement({ actions, resources }));
    if (wildcardReason === undefined) return;
    for (const resource of resources) {
      const name = flattenCfnReference(Stack.of(this).resolve(resource));
      Validations.of(this.role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${name}]`, reason: wildcardReason });
    }
  }
}
