import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run-command.mjs'
import { filesUnder, workspaces } from './files.mjs'

// What `changeset version` would trip over later. (`changeset status` needs a base branch, which a shallow clone lacks.)
const names = workspaces.map((folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).name)
const problems = []
for (const path of filesUnder('.changeset')) {
  if (!path.endsWith('.md') || path.endsWith('README.md')) continue
  const match = /^---\n([\s\S]*?)---\n([\s\S]*)$/.exec(readFileSync(join(root, path), 'utf8'))
  const lines = match?.[1].split('\n').filter(Boolean) ?? []
  if (!match || match[2].trim() === '') problems.push(`${path}: wants "---", packages, "---" and a sentence for users.`)
  for (const line of lines) {
    const [, name, bump] = /^["']?([^"':]+)["']?: (major|minor|patch)$/.exec(line) ?? []
    if (!bump) problems.push(`${path}: "${line}" is not "package": major, minor or patch.`)
    else if (!names.includes(name)) problems.push(`${path}: there is no package ${name}.`)
  }
}

for (const problem of problems) console.log(problem)
process.exitCode = problems.length > 0 ? 1 : 0
