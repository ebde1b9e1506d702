import { render } from 'preact';
import { App } from './app.tsx';
import { loadConfig } from './config.ts';
import { createSession } from './session/session.ts';

loadConfig().then(
  (config) => render(<App session={createSession(config)} />, document.body),
  (error: Error) => render(<p role="alert">{error.message}</p>, document.body),
);
