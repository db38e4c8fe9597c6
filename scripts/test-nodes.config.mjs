import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// What `npm run test:nodes` runs: hosts, channel and packages, on the embedded database alone. It is in no hurry, and may
// have a machine that does something else as well.
const names = [
  ...['http-hosts', 'host-requests', 'streams', 'channel', 'channel-limits', 'ws-upgrades', 'socket-io'],
  ...['images', 'events', 'sessions'],
]
const hosts = names.map((name) => `packages/server-sdk/test/hosts/${name}.test.ts`)

// One that was renamed would be left out without a word.
const missing = hosts.filter((path) => !existsSync(join(import.meta.dirname, '..', path)))
if (missing.length > 0) throw new Error(`What test:nodes is to run is not there: ${missing.join(', ')}`)

export default defineConfig({
  test: {
    include: [...hosts, 'test/package/*.test.ts'],
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
})
