#!/usr/bin/env node
const cdk = require('aws-cdk-lib');
const { SimpleChatStack } = require('../lib/simple-chat-stack');

const app = new cdk.App();
new SimpleChatStack(app, 'SimpleChatStack');
