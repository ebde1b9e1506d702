import { put } from 'broadcast';

export const handler = ({ room }) => put('Said', { room, text: 'still here' });
