import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeDataFolder } from '../../packages/server-sdk/test/data-folder.ts'
import { type PackedProject, packProject } from './packed-project.ts'

let project: PackedProject
let data: string
beforeAll(async () => {
  project = packProject()
  data = await makeDataFolder()
})
afterAll(() => {
  project.remove()
  rmSync(data, { recursive: true })
})

/** Builds a file of the project into `out/`, with the project's own Vite. */
function build(file: string, code: string, ...args: readonly string[]): void {
  writeFileSync(join(project.folder, file), code)
  project.link('vite')
  const vite = join(project.folder, 'node_modules/vite/bin/vite.js')
  execFileSync(process.execPath, [vite, 'build', '--outDir', 'out', ...args], { cwd: project.folder })
}

it('builds a server that keeps and counts votes', () => {
  build(
    'server.js',
    `import { createLivePoll } from '@live-poll/server-sdk'
    import { embedded } from '@live-poll/server-sdk/embedded'
    import { toNodeHandler } from '@live-poll/server-sdk/node'
    const livePoll = createLivePoll({ database: embedded({ directory: process.argv[2] }) })
    toNodeHandler(livePoll)
    const { id } = await livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    await livePoll.api.castVote({ pollId: id, voter: 'ada', choices: [2] })
    console.log((await livePoll.api.getResults(id)).votes.join())
    await livePoll.close()`,
    ...['--ssr', 'server.js'],
  )
  const printed = execFileSync(process.execPath, ['out/server.mjs', data], { cwd: project.folder, encoding: 'utf8' })
  expect(printed.trim()).toBe('0,1')
})
