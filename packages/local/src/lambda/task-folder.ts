import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isObject, parseJson } from '#text';
import type { FunctionConfig } from './function-config.ts';

/**
 * Finds or makes the folder that a function runs in: `/var/task` on AWS. Most run where the assembly has their code. A folder of its own, with
 * a copy of the code, has a function
 * - with inline code, which becomes `index.js`
 * - with layers: what `/opt/nodejs` has is found where Node.js looks for packages
 * - that the `package.json` of a folder above would make an ES module. On AWS there is no folder above, so it is CommonJS.
 * - above whose code there is no AWS SDK, although there is one above the folder in which this program was started
 * @param options.folder for such copies; those of one function and version are used again
 */
export function taskFolder(
  config: Pick<FunctionConfig, 'id' | 'directory' | 'inlineCode' | 'layers'>,
  options: { folder: string; startedIn: string },
): string {
  const { id, directory, inlineCode, layers } = config;
  const sdk = sdkBeyond(directory ?? options.folder, options.startedIn);
  const needsCopy =
    directory === undefined ||
    layers.length > 0 ||
    sdk !== undefined ||
    wouldBeEsModule(directory, readdirSync(directory));
  if (!needsCopy) return directory;

  const version = createHash('sha256')
    .update(JSON.stringify([directory, inlineCode, layers, sdk]))
    .digest('hex');
  const root = join(options.folder, `${id}-${version.slice(0, 8)}`);
  const task = join(root, 'task');
  rmSync(root, { recursive: true, force: true });
  mkdirSync(task, { recursive: true });
  // What is above the code says that it is CommonJS. Its own package.json comes first.
  writeFileSync(join(root, 'package.json'), '{}');
  if (inlineCode !== undefined) writeFileSync(join(task, 'index.js'), inlineCode);
  if (inlineCode?.includes('cfn-response')) writeFileSync(join(task, 'cfn-response.js'), cfnResponse);
  if (directory !== undefined) cpSync(directory, task, { recursive: true, dereference: true });
  mkdirSync(join(root, 'node_modules'));
  if (sdk !== undefined) linkPackages(sdk, join(root, 'node_modules'), (name) => sdkScopes.includes(name));
  // Layers are unpacked one after the other, so the last one wins.
  for (const layer of layers) {
    for (const folder of ['nodejs/node_modules', `nodejs/node${process.versions.node.split('.')[0]}/node_modules`]) {
      linkPackages(join(layer, folder), join(root, 'node_modules'));
    }
  }
  return task;
}

const sdkScopes = ['@aws-sdk', '@smithy', '@aws-crypto', '@aws'];

/** The nearest `node_modules` with an AWS SDK above `startedIn`; undefined if there is one above the code, or none at all. */
function sdkBeyond(directory: string, startedIn: string): string | undefined {
  const find = (from: string) =>
    above(from)
      .map((folder) => join(folder, 'node_modules'))
      .find((folder) => existsSync(join(folder, '@aws-sdk')));
  return find(directory) === undefined ? find(startedIn) : undefined;
}

/** Whether `.js` files would be ES modules because of a folder above. */
function wouldBeEsModule(directory: string, files: readonly string[]): boolean {
  if (files.includes('package.json') || !files.some((file) => file.endsWith('.js'))) return false;
  const nearest = above(directory).find((folder) => existsSync(join(folder, 'package.json')));
  const manifest = nearest && parseJson(readFileSync(join(nearest, 'package.json'), 'utf8'));
  return isObject(manifest) && manifest.type === 'module';
}

/** The folder and all that contain it, the nearest first. */
function above(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...above(parent)];
}

/** Makes the packages of one `node_modules` found in another. Node.js resolves links, so packages find their own dependencies where they are. */
function linkPackages(from: string, to: string, isWanted: (name: string) => boolean = () => true): void {
  if (!existsSync(from)) return;
  for (const name of readdirSync(from).filter((one) => !one.startsWith('.') && isWanted(one))) {
    if (name.startsWith('@')) {
      // Two layers may have packages of one scope.
      mkdirSync(join(to, name), { recursive: true });
      linkPackages(join(from, name), join(to, name));
    } else {
      rmSync(join(to, name), { force: true });
      symlinkSync(join(from, name), join(to, name), 'junction');
    }
  }
}

/** The module that AWS adds to inline code which asks for it. Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html */
const cfnResponse = `exports.SUCCESS = 'SUCCESS';
exports.FAILED = 'FAILED';
exports.send = async (event, context, Status, Data, physicalResourceId, NoEcho) => {
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = event;
  const Reason = 'See the details in CloudWatch Log Stream: ' + context.logStreamName;
  const PhysicalResourceId = physicalResourceId || context.logStreamName;
  const body = JSON.stringify({ Status, Reason, PhysicalResourceId, StackId, RequestId, LogicalResourceId, NoEcho: NoEcho || false, Data });
  await fetch(ResponseURL, { method: 'PUT', headers: { 'content-type': '' }, body });
  if (context.done) context.done();
};
`;
