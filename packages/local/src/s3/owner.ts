import { createHash } from 'node:crypto';
import type { Stack } from '#assembly/stack';
import type { Xml } from './xml.ts';

/**
 * The account as S3 names it: by its canonical user id, 64 hexadecimal digits, always the same for an account. A display name is not
 * returned any more. https://docs.aws.amazon.com/AmazonS3/latest/API/API_Owner.html
 */
export const owner = ({ account }: Pick<Stack, 'account'>): readonly Xml[] => [
  ['ID', createHash('sha256').update(`canonical user of ${account}`).digest('hex')],
];
