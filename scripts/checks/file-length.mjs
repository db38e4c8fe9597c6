import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run-command.mjs'
import { filesUnder, workspaces } from './files.mjs'

// A file does one thing and fits on a few screens.
const limit = 300

/** Longer files, each with the reason why splitting it would hide the idea. */
const allowed = {}

const problems = []
const sources = workspaces.flatMap((workspace) => filesUnder(`${workspace}/src`))
for (const path of sources.filter((path) => path.endsWith('.ts'))) {
  const lines = readFileSync(join(root, path), 'utf8').trimEnd().split('\n').length
  if (lines > limit && !allowed[path]) problems.push(`${path} has ${lines} lines (limit ${limit}).`)
  if (lines <= limit && allowed[path]) problems.push(`${path} is short now: take it off the list of long files.`)
}

for (const problem of problems) console.log(problem)
process.exitCode = problems.length > 0 ? 1 : 0
