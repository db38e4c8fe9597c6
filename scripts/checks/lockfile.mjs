import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run-command.mjs'

// The lockfile names no registry, so that everyone installs from their own; what it pins is the content (integrity).
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
const problems = []
for (const [path, entry] of Object.entries(packages)) {
  if (!path.includes('node_modules/') || entry.link) continue
  if (entry.resolved) problems.push(`${path} is tied to an address: "resolved".`)
  if (!entry.integrity && !entry.inBundle) problems.push(`${path} has no "integrity".`)
}

if (problems.length > 0) {
  console.log(`${problems.join('\n')}\nKeep "omit-lockfile-registry-resolved=true" in .npmrc and run "npm install".`)
  process.exitCode = 1
}
