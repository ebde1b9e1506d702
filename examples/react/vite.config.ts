import { defineConfig } from 'vite';

// esbuild's or Rolldown's own JSX is enough: the plugin for React adds fast refresh alone.
export default defineConfig({ oxc: { jsx: { runtime: 'automatic' } } });
