import { describe } from 'vitest'
import { openEmbeddedStores } from './embedded-stores.ts'
import { describeStores } from './stores.suite.ts'

describe('The stores on the embedded database', () => describeStores('embedded', openEmbeddedStores))
