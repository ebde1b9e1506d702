import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, HttpMethods } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Options } from '#lib/options';
import type { ParleyFunction } from '#lib/parley-function';

/** Every object's key starts with this, so that the functions' permissions can name it. */
const prefix = 'uploads/';

/** The private bucket of attachments. Browsers reach it only through addresses and forms that the functions sign. */
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
      lifecycleRules: [{ id: 'incomplete-multipart', abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      removalPolicy: destroy ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Every address and form is signed for one object by a function whose log says for whom; a second bucket of access logs would double the requests for nothing new.',
    });
  }

  /** Lets a function look at uploads and sign their addresses: `BUCKET_NAME` and `GetObject`. */
  bindRead(fn: ParleyFunction): void {
    this.bind(fn, ['s3:GetObject']);
  }

  /** The same, and signing the forms by which browsers upload: a form can do what its signer may, so `PutObject`. */
  bindReadWrite(fn: ParleyFunction): void {
    this.bind(fn, ['s3:GetObject', 's3:PutObject']);
  }

  private bind(fn: ParleyFunction, actions: string[]): void {
    fn.lambda.addEnvironment('BUCKET_NAME', this.bucket.bucketName);
    fn.allow(actions, [this.bucket.arnForObjects(`${prefix}*`)], 'Each upload is an object with a key of its own.');
  }
}
