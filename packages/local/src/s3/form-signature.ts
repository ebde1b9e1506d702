import type { Context } from '#context';
import { sign, signingKey } from '#iam/signing-key';
import { secretsEqual } from '#text';
import type { Caller } from './authenticate.ts';
import { invalidArgument, S3Error } from './errors.ts';
import { missingField } from './form.ts';

/** In the order in which S3 checks them. */
const required = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Signature', 'policy'];

/**
 * Finds the signer of a browser upload. The signature covers the policy's text in the form.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
 * @param fields lower-case names
 * @throws S3Error AccessDenied (unsigned), InvalidArgument, InvalidAccessKeyId, InvalidToken, SignatureDoesNotMatch
 */
export function authenticateForm(
  context: Pick<Context, 'stack' | 'keys'>,
  fields: ReadonlyMap<string, string>,
): Caller {
  const field = (name: string): string => fields.get(name.toLowerCase()) ?? '';
  const signed = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Signature'];
  if (signed.every((name) => field(name) === '')) throw new S3Error('AccessDenied');
  const missing = required.find((name) => field(name) === '');
  if (missing) throw missingField(missing);
  const algorithm = field('X-Amz-Algorithm');
  if (algorithm !== 'AWS4-HMAC-SHA256') {
    throw invalidArgument('X-Amz-Algorithm', algorithm, 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  }
  const { accessKeyId, scope } = parseCredential(field('X-Amz-Credential'), context.stack.region);
  const found = context.keys.find(accessKeyId);
  if (!found) throw new S3Error('InvalidAccessKeyId', { details: { AWSAccessKeyId: accessKeyId } });
  if ((found.credentials.sessionToken ?? '') !== field('X-Amz-Security-Token')) throw new S3Error('InvalidToken');

  const [policy, signature] = [field('policy'), field('X-Amz-Signature')];
  if (!secretsEqual(sign(signingKey(found.credentials.secretAccessKey, scope), policy), signature)) {
    throw new S3Error('SignatureDoesNotMatch', {
      details: { AWSAccessKeyId: accessKeyId, StringToSign: policy, SignatureProvided: signature },
    });
  }
  return found;
}

function parseCredential(credential: string, region: string): { accessKeyId: string; scope: string } {
  const invalid = (message: string): S3Error => invalidArgument('X-Amz-Credential', credential, message);
  const [, accessKeyId = '', scope = '', scopeRegion] =
    /^([^/]+)\/(\d{8}\/([^/]+)\/s3\/aws4_request)$/.exec(credential) ?? [];
  if (scopeRegion === undefined) {
    throw invalid('the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".');
  }
  if (scopeRegion !== region) throw invalid(`the region '${scopeRegion}' is wrong; expecting '${region}'`);
  return { accessKeyId, scope };
}
