import { BatchWriteItemCommand, type DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { marshall } from '@aws-sdk/util-dynamodb';
import { keyOf } from '#lambdas/store/bucket';
import { isUpload, toUpload } from '#lambdas/store/upload';
import type { Operated } from './connect.ts';
import { eachPage, type Item } from './scan.ts';

/** Deletes every item of the restored table whose key has one of these texts, in the stack's table, and the files of those. @returns how many of each */
export async function destroy(operated: Operated, backup: string, marks: readonly string[]) {
  const { dynamodb, s3, outputs } = operated;
  const doomed: Item[] = [];
  await eachPage(dynamodb, backup, async (page) => {
    doomed.push(
      ...page.map(({ item }) => item).filter(({ pk, sk }) => marks.some((mark) => `${pk} ${sk}`.includes(mark))),
    );
  });
  const files = doomed.filter(isUpload).map((item) => keyOf(toUpload(item)));
  for (const Key of files) await s3.send(new DeleteObjectCommand({ Bucket: outputs.BucketName, Key }));
  await deleteItems(dynamodb, outputs.TableName, doomed);
  return { items: doomed.length, files: files.length };
}

async function deleteItems(dynamodb: DynamoDBClient, TableName: string, items: readonly Item[]): Promise<void> {
  for (let start = 0; start < items.length; start += 25) {
    let requests: WriteRequest[] = items
      .slice(start, start + 25)
      .map(({ pk, sk }) => ({ DeleteRequest: { Key: marshall({ pk, sk }) } }));
    while (requests.length > 0) {
      const answer = await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
      requests = answer.UnprocessedItems?.[TableName] ?? [];
    }
  }
}
