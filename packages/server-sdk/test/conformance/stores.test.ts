import { describeBallotBoxRaces } from './ballot-box-races.suite.ts'
import { describeBallotStore } from './ballot-store.suite.ts'
import { openEmbeddedStores } from './embedded-stores.ts'
import { describePollList } from './poll-list.suite.ts'
import { describePollStore } from './poll-store.suite.ts'
import type { MakeStores } from './stores.ts'

const adapters: Readonly<Record<string, MakeStores>> = { embedded: openEmbeddedStores }

for (const [name, make] of Object.entries(adapters)) {
  describeBallotStore(name, make)
  describeBallotBoxRaces(name, make)
  describePollStore(name, make)
  describePollList(name, make)
}
