import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { connect } from './operate/connect.ts';
import { readArguments, runCommand } from './operate/run-command.ts';
import { withoutTable } from './operate/without-table.ts';

const usage = `Says how to let a stack take in a table that was restored: docs/operations.md, "The whole table is gone".

  aws cloudformation get-template --stack-name Parley --query TemplateBody --output json > deployed.json
  npm run adopt-table -- --outputs outputs.json --template deployed.json [--table <name>] [--stack Parley]
`;

const Template = z.looseObject({ Resources: z.record(z.string(), z.looseObject({ Type: z.string() })) });
const folder = 'adopt';

async function main(): Promise<void> {
  const values = readArguments(
    {
      outputs: { type: 'string', default: 'outputs.json' },
      template: { type: 'string' },
      table: { type: 'string' },
      stack: { type: 'string', default: 'Parley' },
    },
    usage,
  );
  if (values.template === undefined) throw new Error(usage);
  const operated = await connect(values.outputs);
  try {
    const TableName = values.table ?? operated.outputs.TableName;
    const { Table } = await operated.dynamodb.send(new DescribeTableCommand({ TableName }));
    const { TableArn, LatestStreamArn } = Table ?? {};
    if (!TableArn || !LatestStreamArn) throw new Error(`unable to adopt ${TableName}; it has no stream yet`);
    const given = await readTemplate(values.template);
    const named = { name: TableName, arn: TableArn, streamArn: LatestStreamArn };
    const { template, logicalId } = withoutTable(given, named);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'without-table.json'), JSON.stringify(template, null, 1));
    await writeFile(join(folder, 'mapping.json'), JSON.stringify({ [logicalId]: { TableName } }));
    const [, , , region, account] = TableArn.split(':');
    console.log(
      [
        `The stack lets go of its table, and reads and writes ${TableName}:`,
        '',
        `  aws cloudformation deploy --stack-name ${values.stack} --template-file ${folder}/without-table.json \\`,
        `    --s3-bucket cdk-hnb659fds-assets-${account}-${region} --capabilities CAPABILITY_IAM`,
        '',
        'It takes the table in, and is as before:',
        '',
        `  npx cdk import --resource-mapping ${folder}/mapping.json`,
        '  npx cdk deploy --outputs-file outputs.json',
      ].join('\n'),
    );
  } finally {
    operated.stop();
  }
}

async function readTemplate(path: string) {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Error(`unable to read ${path}\n\n${usage}`);
  });
  return Template.parse(JSON.parse(text));
}

runCommand(main);
