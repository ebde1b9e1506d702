/** The example of a pipeline: GitHub runs it, so what it calls has to be there. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readOptions } from '#lib/options';

const root = resolve(import.meta.dirname, '../..');
const Permissions = z.record(z.string(), z.string());
const Step = z.looseObject({ run: z.string().optional(), uses: z.string().optional() });
const Job = z.looseObject({
  needs: z.string().optional(),
  environment: z.string().optional(),
  permissions: Permissions.optional(),
  steps: z.array(Step),
});
const workflow = z
  .looseObject({ permissions: Permissions, env: z.record(z.string(), z.string()), jobs: z.record(z.string(), Job) })
  .parse(parse(readFileSync(join(root, 'examples/pipeline/deploy.yml'), 'utf8')));
const jobs = Object.values(workflow.jobs);

test('every npm script that it runs exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const commands = jobs.flatMap(({ steps }) => steps.flatMap(({ run = '' }) => run.split('\n')));
  const called = commands.flatMap((command) => /^npm run ([\w:]+)/.exec(command)?.[1] ?? []);
  expect(called).toEqual(['check', 'lint:templates', 'smoke']);
  for (const name of called) expect(Object.keys(scripts)).toContain(name);
});

test('its options are options', () => {
  const given = [...(workflow.env.OPTIONS ?? '').matchAll(/-c (\w+)=(\S+)/g)].map(([, name, value]) => [name, value]);
  const options = Object.fromEntries(given);
  expect(readOptions((name) => options[name])).toMatchObject({ rollout: 'canary', alarmEmail: 'on-call@example.com' });
  expect(Object.keys(readOptions(() => undefined))).toEqual(expect.arrayContaining(Object.keys(options)));
});

test('nothing takes a role before the checks have passed, and a job without a role may read the sources alone', () => {
  expect(workflow.permissions).toEqual({ contents: 'read' });
  for (const { needs, steps, permissions } of jobs) {
    const role = steps.some(({ uses = '' }) => uses.startsWith('aws-actions/configure-aws-credentials@'));
    expect([needs, permissions]).toEqual(
      role ? ['check', { contents: 'read', 'id-token': 'write' }] : [undefined, undefined],
    );
  }
});

test('the role that deploys trusts the environment of the job that deploys', () => {
  const roles = readFileSync(join(root, 'examples/pipeline/roles.yaml'), 'utf8');
  const environment = workflow.jobs.deploy?.environment;
  expect(environment).toBe('production');
  // As a document: its tags are CloudFormation's.
  expect(roles).toContain(`Default: ${environment}`);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation fills them in
  expect(roles).toContain('repo:${Repository}:environment:${Environment}');
});
