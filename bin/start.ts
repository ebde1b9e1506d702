import { serveParley } from './serve.ts';

serveParley({ watch: false });
