import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run-command.mjs'
import { filesUnder, workspaces } from './files.mjs'

// A file does one thing and fits on a few screens.
const limit = 300

// A host is one thin file: what several of them need is not theirs.
const mountLimit = 59
const mounts = ['node', 'express', 'fastify', 'koa', 'fetch', 'next', 'uwebsockets-routes']
const isMount = (path) => mounts.some((name) => path === `packages/server-sdk/src/use/${name}.ts`)

/** Longer files, each with the reason why splitting it would hide the idea. */
const allowed = {}

const problems = []
const sources = workspaces.flatMap((workspace) => filesUnder(`${workspace}/src`))
for (const name of mounts) {
  const path = `packages/server-sdk/src/use/${name}.ts`
  if (!sources.includes(path)) problems.push(`${path} is not there: name the hosts as they are.`)
}
for (const path of sources.filter((path) => path.endsWith('.ts'))) {
  const lines = readFileSync(join(root, path), 'utf8').trimEnd().split('\n').length
  const most = isMount(path) ? mountLimit : limit
  if (lines > most && !allowed[path]) problems.push(`${path} has ${lines} lines (limit ${most}).`)
  if (lines <= limit && allowed[path]) problems.push(`${path} is short now: take it off the list of long files.`)
}

for (const problem of problems) console.log(problem)
process.exitCode = problems.length > 0 ? 1 : 0
