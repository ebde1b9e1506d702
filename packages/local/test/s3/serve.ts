/** A process of its own with S3 in it, to be killed: `serve.ts <directory>` prints where it is and with which keys. */
import { startFixture } from './fixture.ts';

const { endpoint, root } = await startFixture({ directory: process.argv[2] });
process.stdout.write(`${JSON.stringify({ endpoint, root })}\n`);
