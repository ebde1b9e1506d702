import { resolve } from 'node:path';
import { serve } from '@parley/local';
import { welcome } from './welcome.ts';

const { PARLEY_DATA, PORT, PARLEY_FAULTS, PARLEY_DYNOXIDE, PARLEY_DYNAMODB_ENDPOINT } = process.env;
const dataDirectory = resolve(PARLEY_DATA || '.parley');

/** `npm start`; with `--watch`, `npm run dev`. */
serve({
  directory: resolve(import.meta.dirname, '..'),
  dataDirectory,
  port: PORT,
  faults: PARLEY_FAULTS,
  engine: { program: PARLEY_DYNOXIDE, endpoint: PARLEY_DYNAMODB_ENDPOINT },
  settingNames: {
    port: 'PORT',
    dataDirectory: 'PARLEY_DATA',
    engineProgram: 'PARLEY_DYNOXIDE',
    engineEndpoint: 'PARLEY_DYNAMODB_ENDPOINT',
  },
  watch: process.argv.includes('--watch'),
  welcome: (runtime) => welcome(runtime, dataDirectory),
});
