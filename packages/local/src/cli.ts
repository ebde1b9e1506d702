import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { faultNames } from './faults.ts';
import { type ServeOptions, serve } from './serve.ts';

const help = `Usage: npx @parley/local serve [folder] [options]

Serves a CDK app on this machine. The folder is a CDK project (with cdk.json), which is synthesized
first, or a cloud assembly (cdk.out). Default: the current folder.

  --stack <name>    serves this stack and what it depends on; may be repeated, with * for any
                    characters; all stacks by default
  --port <number>   8080 by default; 0 for any free port
  --data <folder>   for tables, files, mail and logs; .local in the project by default
  --hosts <list>    hosts by which it may be asked for besides localhost, like chat.test; * for all
  --faults <list>   failures of AWS, like postGone=0.1,dropDisconnect=0.5
  --latency <list>  milliseconds that calls wait, like dynamodb=4,post=8,invoke=5
  -c, --context <name=value>
                    a value of the app's context, as with cdk; may be repeated
  --parameters <[stack:]name=value>
                    a value of a parameter of the templates, as with cdk; may be repeated
  --watch           synthesizes and reloads when a file of the project is saved
  --help            prints this text

Faults: ${faultNames.join(', ')}
Each is a probability between 0 and 1; delayBatch is the longest delay in milliseconds.`;

/** @returns undefined when the user asks for help @throws Error, one sentence */
function readCommand(args: string[]): ServeOptions | undefined {
  const { values, positionals } = parse(args);
  const [command, directory = '.', ...rest] = positionals;
  if (values.help || command === undefined) return undefined;
  if (command !== 'serve') throw new Error(`unable to run ${command}; the only command is serve`);
  if (rest.length > 0) throw new Error(`unable to serve ${positionals.slice(1).join(' and ')}; name one folder`);
  const project = existsSync(join(directory, 'cdk.json')) ? directory : dirname(resolve(directory));
  return {
    directory,
    stackNames: values.stack,
    dataDirectory: values.data ?? join(project, '.local'),
    port: values.port,
    hosts: values.hosts,
    faults: values.faults,
    latency: values.latency,
    context: values.context,
    parameters: values.parameters,
    watch: values.watch,
    settingNames: { port: '--port', dataDirectory: '--data', hosts: '--hosts' },
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        stack: { type: 'string', multiple: true },
        port: { type: 'string' },
        data: { type: 'string' },
        hosts: { type: 'string' },
        faults: { type: 'string' },
        latency: { type: 'string' },
        context: { type: 'string', short: 'c', multiple: true },
        parameters: { type: 'string', multiple: true },
        watch: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    // Node's message goes on with advice about positional arguments.
    const [sentence] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new Error(`unable to read the command; ${sentence} (--help lists the options)`);
  }
}

try {
  const command = readCommand(process.argv.slice(2));
  if (command) serve(command);
  else console.log(help);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
