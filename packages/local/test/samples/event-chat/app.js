import { App } from 'aws-cdk-lib';
import { EventChatStack } from './lib/event-chat-stack.js';

new EventChatStack(new App(), 'EventChat');
