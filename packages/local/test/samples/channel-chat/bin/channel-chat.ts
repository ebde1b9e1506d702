#!/usr/bin/env node
import { App, type Environment } from 'aws-cdk-lib';
import { AuthenticationStack } from '../lib/auth-stack';
import { DatabaseStack } from '../lib/database-stack';
import { FrontendStack } from '../lib/frontend-stack';
import { HttpApiStack } from '../lib/http-api-stack';
import { ObservabilityStack } from '../lib/observability-stack';
import { WebsocketStack } from '../lib/websocket-stack';

const app = new App();
const env: Environment = { account: '123456789012', region: 'eu-central-1' };

const auth = new AuthenticationStack(app, 'AuthenticationStack', { env });
const database = new DatabaseStack(app, 'DatabaseStack', { env });
const websocket = new WebsocketStack(app, 'WebsocketStack', { env, database, userPoolId: auth.userPool.userPoolId });
websocket.addStackDependency(database);
websocket.addStackDependency(auth);
const http = new HttpApiStack(app, 'HttpApiStack', { env, database, auth });
http.addStackDependency(websocket);
const frontend = new FrontendStack(app, 'FrontendStack', {
  env,
  httpApi: http.api,
  websocketApi: websocket.api,
  auth,
});
frontend.addStackDependency(http);
new ObservabilityStack(app, 'ObservabilityStack', { env });
