import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Relative: the bundle works under any STATIC_URL, because chunks find each other by import.meta.url.
  base: './',
  plugins: [react()],
  worker: { format: 'es' }, // the decoder's worker is an ES module
  build: {
    outDir: '../viewer/static/viewer',
    emptyOutDir: true,
    manifest: 'manifest.json', // read by viewer/assets.py
    target: 'es2022',
    sourcemap: false,
    // Never inline: the content security policy allows neither data: scripts nor data: WebAssembly.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4000,
    rollupOptions: { input: ['src/main.tsx', 'src/report.tsx'] },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
