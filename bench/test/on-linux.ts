import { describe } from 'vitest'

const isLinux = process.platform === 'linux'
if (!isLinux) console.warn('Skipping tests of the load generator: its sockets are calls of Linux.')

/** As `describe`. Elsewhere it is skipped. */
export const describeOnLinux = describe.skipIf(!isLinux)
