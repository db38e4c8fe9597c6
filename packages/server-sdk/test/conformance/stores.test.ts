import { describeBallotBoxRaces } from './ballot-box-races.suite.ts'
import { describeBallotStore } from './ballot-store.suite.ts'
import { openEmbeddedStores } from './embedded-stores.ts'
import type { MakeStores } from './stores.ts'

const adapters: Readonly<Record<string, MakeStores>> = { embedded: openEmbeddedStores }

for (const [name, make] of Object.entries(adapters)) {
  describeBallotStore(name, make)
  describeBallotBoxRaces(name, make)
}
