import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, HttpMethods, type LifecycleRule } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Options } from './options.ts';
import type { ParleyFunction } from './parley-function.ts';

/** Where the signed forms write. Nobody reads from here but the functions that look at an upload. */
const incoming = 'incoming/';
/** Where an upload is copied to when a message uses it: no form reaches it there, so what was looked at stays what it was. */
const files = 'files/';
/** Where a user's picture is copied to: not among the files, which may end with their messages. */
const avatars = 'avatars/';

/** What a function does with uploads. */
export type UploadUse =
  /** Signs the forms with which browsers upload. A form can do what its signer may. */
  | 'receive'
  /** Looks at an upload and copies it to the files. */
  | 'claim'
  /** Signs the addresses from which files are fetched. */
  | 'show'
  /** Deletes the files of a message that is deleted. */
  | 'discard'
  /** Copies an upload to the users' pictures, and signs the addresses from which those are fetched. */
  | 'portray';

/** The private bucket of attachments. Browsers reach it only through forms and addresses that the functions sign. */
export class Uploads extends Construct {
  readonly bucket: Bucket;

  constructor(
    scope: Construct,
    id: string,
    options: Pick<Options, 'allowedOrigins' | 'messageRetentionDays' | 'removalPolicy'>,
  ) {
    super(scope, id);
    const destroy = options.removalPolicy === 'destroy';
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      cors: [
        {
          allowedMethods: [HttpMethods.POST, HttpMethods.GET, HttpMethods.HEAD],
          allowedOrigins: options.allowedOrigins,
          allowedHeaders: ['*'],
          exposedHeaders: ['ETag'],
          maxAge: 3600,
        },
      ],
      lifecycleRules: lifecycle(options),
      removalPolicy: destroy ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      // CloudFormation cannot delete a bucket with objects in it.
      autoDeleteObjects: destroy,
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Every form and address is signed for one object by a function whose log says for whom; a second bucket of access logs would double the requests and say nothing new.',
    });
  }

  /** Lets a function use uploads: `BUCKET_NAME`, and per use the actions on the one prefix that it is about. */
  bind(fn: ParleyFunction, ...uses: UploadUse[]): void {
    fn.configure({ BUCKET_NAME: this.bucket.bucketName });
    const [receive, claim, show, discard, portray] = (['receive', 'claim', 'show', 'discard', 'portray'] as const).map(
      (use) => uses.includes(use),
    );
    const read = [claim || portray ? incoming : [], show ? files : [], portray ? avatars : []].flat();
    const write = [receive ? incoming : [], claim ? files : [], portray ? avatars : []].flat();
    if (read.length > 0) this.allow(fn, 's3:GetObject', read);
    if (write.length > 0) this.allow(fn, 's3:PutObject', write);
    if (discard) this.allow(fn, 's3:DeleteObject', [files]);
  }

  private allow(fn: ParleyFunction, action: string, prefixes: readonly string[]): void {
    const objects = prefixes.map((prefix) => this.bucket.arnForObjects(`${prefix}*`));
    fn.allow([action], objects, 'Each upload is an object with a key of its own.');
  }
}

function lifecycle({ messageRetentionDays }: Pick<Options, 'messageRetentionDays'>): LifecycleRule[] {
  const rules: LifecycleRule[] = [
    { id: 'unclaimed', prefix: incoming, expiration: Duration.days(1) },
    { id: 'incomplete', abortIncompleteMultipartUploadAfter: Duration.days(1) },
  ];
  if (messageRetentionDays === 0) return rules;
  // A day later than its message, whose deletion may lag: no message is left whose file is gone.
  return [...rules, { id: 'retention', prefix: files, expiration: Duration.days(messageRetentionDays + 1) }];
}
