import { render } from 'preact';
import { App } from './app.tsx';
import { type Config, loadConfig } from './config.ts';
import { arrive } from './session/arrive.ts';
import { demoPeople } from './session/demo.ts';
import { createSession } from './session/session.ts';
import { signInWay } from './session/sign-in-way.ts';
import { registerWorker } from './worker/register.ts';

loadConfig()
  .then(start)
  .catch((error: Error) =>
    render(
      <p class="nothing" role="alert">
        {error.message}
      </p>,
      document.body,
    ),
  );

async function start(config: Config): Promise<void> {
  const way = await signInWay(config);
  const session = createSession(way.by === 'password' ? way.people : way.openId);
  const door = { session, way, demo: () => demoPeople(config) };
  let refusal: string | undefined;
  const named = await arrive(door).catch((error: Error) => {
    refusal = error.message;
    return undefined;
  });
  render(<App door={door} named={named} refusal={refusal} />, document.body);
  registerWorker();
}
