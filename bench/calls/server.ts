/** Answers every call of AWS at once with the same item, so that the client's work alone is measured. A process of its own: `fork` it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const ring = Array.from({ length: 12 }, (_, index) => [`hash-${index}`, { S: `${index}:${index}:1764316800000` }]);
/** Like a membership: about 700 bytes. */
const item = {
  pk: { S: 'USER#alice' },
  sk: { S: 'CONV#alice_bob' },
  role: { S: 'member' },
  read_seq: { N: '120' },
  read_count: { N: '118' },
  sends: { N: '66' },
  ring: { M: Object.fromEntries(ring) },
  blocks: { BOOL: false },
};
const answers = new Map([
  ['DynamoDB_20120810.GetItem', JSON.stringify({ Item: item })],
  ['DynamoDB_20120810.UpdateItem', JSON.stringify({ Attributes: item })],
  ['DynamoDB_20120810.PutItem', '{}'],
]);

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const answer = answers.get(String(request.headers['x-amz-target'])) ?? '';
    const headers = { 'x-amzn-requestid': '0123456789', 'content-type': 'application/x-amz-json-1.0' };
    response.writeHead(200, { ...headers, 'content-length': Buffer.byteLength(answer) }).end(answer);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
