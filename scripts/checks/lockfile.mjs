import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { missingBuilds } from '../complete-lockfile.mjs'
import { root } from '../run-command.mjs'

// The lockfile names no registry, so that everyone installs from their own; what it pins is the content (integrity).
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
const problems = []
for (const [path, entry] of Object.entries(packages)) {
  if (!path.includes('node_modules/') || entry.link) continue
  if (entry.resolved) problems.push(`${path} is tied to an address: "resolved".`)
  const isBuildForOneSystem = entry.optional && entry.os
  if (!entry.integrity && !isBuildForOneSystem) problems.push(`${path} has no "integrity".`)
}
for (const path of Object.keys(missingBuilds(packages))) problems.push(`${path} is left out: "npm ci" would refuse.`)

if (problems.length > 0) {
  console.log(problems.join('\n'))
  console.log('Keep .npmrc as it is, run "npm install", then "node scripts/complete-lockfile.mjs".')
  process.exitCode = 1
}
