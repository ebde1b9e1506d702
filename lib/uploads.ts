import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, HttpMethods } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { limits } from '#protocol/limits';
import type { ParleyFunction } from './parley-function.ts';
import { acknowledge } from './permissions.ts';
import { recoveryDays } from './recovery.ts';
import type { Settings } from './settings.ts';

/** The signed forms write here. Only the functions that check an upload read from here. */
const incoming = 'incoming/';
/** An upload is copied here when a message uses it. No form can write here, so a checked file does not change. */
const attachments = 'attachments/';
/** Files of messages from before messages could share them. Nothing new is written here. */
const files = 'files/';
/** Pictures of users, groups and rooms. */
const avatars = 'avatars/';

/** The archives of what is somebody's. */
const exports = 'exports/';

const day = Duration.days(1);

/** What a function does with uploads, and the prefixes that its actions need. */
const permissions = {
  /** Signs the forms with which browsers upload. A form has the permissions of its signer. */
  receive: { PutObject: [incoming] },
  /** Checks an upload and copies it to the attachments. */
  claim: { GetObject: [incoming], PutObject: [attachments] },
  /** Signs the addresses of files. */
  show: { GetObject: [attachments, files] },
  /** Deletes what no message and no profile shows any more. */
  discard: { DeleteObject: [attachments, files] },
  /** Makes archives of files and pictures, and deletes them. */
  archive: {
    GetObject: [attachments, files, avatars, exports],
    PutObject: [exports],
    DeleteObject: [exports],
    AbortMultipartUpload: [exports],
  },
  /** Signs the addresses of archives. */
  hand: { GetObject: [exports] },
  /** Signs the addresses of pictures. */
  picture: { GetObject: [avatars] },
  /** Stores pictures, and signs their addresses. */
  portray: { GetObject: [incoming, avatars], PutObject: [avatars] },
  /** Deletes pictures that nobody shows any more. */
  unportray: { DeleteObject: [avatars] },
};

/** The private bucket of attachments. Browsers reach it only through forms and addresses that the functions sign. */
export class Uploads extends Construct {
  readonly bucket: Bucket;

  constructor(
    scope: Construct,
    id: string,
    options: Pick<Settings, 'encryptionKey' | 'messageRetentionDays' | 'recoveryDays' | 'removalPolicy'>,
  ) {
    super(scope, id);
    const backups = recoveryDays(options);
    const destroy = options.removalPolicy === 'destroy';
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      ...(options.encryptionKey
        ? // One request to KMS for many objects instead of one for each.
          { encryption: BucketEncryption.KMS, encryptionKey: options.encryptionKey, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      enforceSSL: true,
      cors: [
        {
          allowedMethods: [HttpMethods.POST, HttpMethods.GET, HttpMethods.HEAD],
          // The signature in a form or address is the permission, whatever the page; and the stack's own host is known only after its deployment.
          allowedOrigins: ['*'],
          allowedHeaders: ['*'],
          exposedHeaders: ['ETag'],
          maxAge: 3600,
        },
      ],
      // A deletion hides an object, and no function may delete a version: so neither a fault nor a stolen role of theirs destroys a file.
      versioned: backups > 0,
      lifecycleRules: [
        // Nobody wants these back: they are copies.
        { id: 'unclaimed', prefix: incoming, expiration: day, noncurrentVersionExpiration: day },
        {
          id: 'exports',
          prefix: exports,
          expiration: Duration.days(limits.exportDays),
          noncurrentVersionExpiration: day,
        },
        { id: 'incomplete', abortIncompleteMultipartUploadAfter: day },
        // What was deleted ends with the table's backups, which have the messages. Also where there are no backups any more.
        {
          id: 'deleted',
          noncurrentVersionExpiration: Duration.days(Math.max(backups, 1)),
          expiredObjectDeleteMarker: true,
        },
        // None by the age of files: those of messages from before retention was chosen stay, as these messages do.
      ],
      removalPolicy: destroy ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      // CloudFormation cannot delete a bucket that has objects.
      autoDeleteObjects: destroy,
    });
    acknowledge(this.bucket, {
      S1: 'A function signs every form and address for one object, and logs for whom; a bucket of access logs would double the requests and say nothing new.',
    });
  }

  /** Lets a function use uploads. Sets `BUCKET_NAME`, and allows the actions of each use on its prefixes. */
  bind(fn: ParleyFunction, ...uses: (keyof typeof permissions)[]): void {
    fn.configure({ BUCKET_NAME: this.bucket.bucketName });
    const needed: readonly Partial<Record<string, string[]>>[] = uses.map((use) => permissions[use]);
    for (const action of ['GetObject', 'PutObject', 'DeleteObject', 'AbortMultipartUpload']) {
      const prefixes = new Set(needed.flatMap((prefixesOf) => prefixesOf[action] ?? []));
      const objects = [...prefixes].map((prefix) => this.bucket.arnForObjects(`${prefix}*`));
      if (objects.length > 0) fn.allow([`s3:${action}`], objects, 'Each upload is an object with a key of its own.');
    }
  }
}
