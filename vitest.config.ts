import { defineConfig } from 'vitest/config'

// One group after the other; three workers on two cores, since much of a test is waiting. What measures how soon something
// is there has the machine to itself.
// No retries anywhere: a test that fails now and then is a defect. Under CI=true `.only` fails (vitest's default).
const oneAtATime = { maxWorkers: 1, isolate: true }
const twoAtATime = { maxWorkers: 2, isolate: true }
const threeAtATime = { maxWorkers: 3, isolate: true }
const measuring = ['coming-back', 'offline', 'storm'].map((name) => `test/browser/${name}.test.ts`)

export default defineConfig({
  test: {
    globalSetup: ['postgres', 'mariadb'].map((name) => `packages/server-sdk/test/servers/${name}.setup.ts`),
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.ts',
            '{examples/*,bench}/src/**/*.test.ts',
            'test/{docs,tooling}/**/*.test.ts',
          ],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'server',
          include: [
            'packages/server-sdk/test/{access,accounts,cli,conformance,hosts,hostile,model,openapi}/**/*.test.ts',
          ],
          maxWorkers: 3,
          testTimeout: 20_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          ...oneAtATime,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          exclude: measuring,
          ...threeAtATime,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: 'browser, measuring',
          include: measuring,
          ...oneAtATime,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 5 },
        },
      },
      {
        test: {
          name: 'faults',
          include: ['packages/server-sdk/test/{faults,mutants}/**/*.test.ts', '{examples/*,bench}/test/**/*.test.ts'],
          ...twoAtATime,
          testTimeout: 600_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 6 },
        },
      },
    ],
  },
})
