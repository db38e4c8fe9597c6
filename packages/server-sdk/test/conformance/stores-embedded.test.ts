import { describe } from 'vitest'
import { openEmbeddedStores } from './embedded-stores.ts'
import { describeStores } from './stores.suite.ts'
import { hasItsTurn } from './turns-beside-postgres.ts'

describe.skipIf(!hasItsTurn('embedded'))('The stores on the embedded database', () =>
  describeStores('embedded', openEmbeddedStores),
)
