import { defineConfig } from 'vitest/config'

// What `npm run test:nodes` runs: hosts, channel and packages, on the embedded database alone. It is in no hurry, and may
// have a machine that does something else as well.
const hosts = ['http-hosts', 'host-requests', 'streams', 'channel', 'channel-limits', 'ws-upgrades']

export default defineConfig({
  test: {
    include: [...hosts.map((name) => `packages/server-sdk/test/hosts/${name}.test.ts`), 'test/package/*.test.ts'],
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
})
