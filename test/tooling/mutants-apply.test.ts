import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

// The mistakes of `test/mutants` are tried last, after many minutes. Whoever has changed what one of them changes hears of it
// here, in the first.

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = 'packages/server-sdk/test/mutants'
const patches = readdirSync(`${root}/${folder}`).filter((name) => name.endsWith('.patch'))

test.for(patches)('%s applies to the sources as they are', async (patch) => {
  const options = ['--check', '--directory=packages/server-sdk', `${folder}/${patch}`]
  const apply = promisify(execFile)('git', ['apply', ...options], { cwd: root })
  await expect(apply).resolves.toBeDefined()
})
