import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/longest-first.ts'

// One group after the other; three workers on two cores, since much of a test is waiting. What measures how soon something
// is there has the machine to itself.
// No retries anywhere: a test that fails now and then is a defect. Under CI=true `.only` fails (vitest's default).
const alone = { maxWorkers: 1, isolate: true }
// Files that a worker runs one after the other share the modules they load: loading takes longer than most of the tests.
const twoAtATime = { maxWorkers: 2, isolate: false }
const threeAtATime = { maxWorkers: 3, isolate: false }
const measuringGarbage = 'packages/server-sdk/src/adapters/memory/metrics.test.ts'
const measuring = ['coming-back', 'offline', 'storm'].map((name) => `test/browser/${name}.test.ts`)

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
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
          exclude: [measuringGarbage],
          ...twoAtATime,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: { name: 'unit, measuring', include: [measuringGarbage], ...alone, sequence: { groupOrder: 2 } },
      },
      {
        test: {
          name: 'server',
          include: [
            'packages/server-sdk/test/{access,accounts,cli,conformance,hosts,hostile,model,openapi}/**/*.test.ts',
          ],
          ...threeAtATime,
          testTimeout: 20_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          ...alone,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 4 },
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
          sequence: { groupOrder: 5 },
        },
      },
      {
        test: {
          name: 'browser, measuring',
          include: measuring,
          ...alone,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 6 },
        },
      },
      {
        test: {
          name: 'faults',
          include: ['packages/server-sdk/test/{faults,mutants}/**/*.test.ts', '{examples/*,bench}/test/**/*.test.ts'],
          ...twoAtATime,
          testTimeout: 600_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 7 },
        },
      },
    ],
  },
})
