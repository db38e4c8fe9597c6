import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take half a minute and more, the longest first. Begun last, one of them is waited for alone. */
const long = [
  'examples/minneapolis-replay/test/replay',
  'faults/fleet-under-faults',
  'faults/once-in-the-fleet',
  'faults/kill-nine',
  'test/scale-out',
  'faults/image-kills',
  'faults/embedded-database',
  'mutants/mutants',
  'conformance/stores-',
  'hostile/hostile-input',
  'browser/accessibility',
  'browser/examples',
  'hosts/images',
  'browser/demo',
  'browser/pictures',
  'accounts/accounts',
  'hosts/http-hosts',
  'hostile/hostile-uploads',
  'cli/million-votes',
  'cli/commands',
  'browser/who-votes',
  'browser/accounts',
  'browser/life',
  'browser/socket-io',
  'faults/outbox-kills',
  'hosts/visibility',
  'cli/dev',
  'hosts/create-live-poll',
  'faults/commit-unknown',
  'faults/kafka',
  'faults/redis-',
  'faults/restored-database',
]

function placeOf(file: string): number {
  const place = long.findIndex((name) => file.includes(name))
  return place === -1 ? long.length : place
}

/** Begins the files that take long first; the others come in vitest's order. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => placeOf(a.moduleId) - placeOf(b.moduleId))
  }
}
