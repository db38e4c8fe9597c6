import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DCLinter } from 'dclint'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { readSettings } from '../src/settings.ts'

const path = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url))
const read = (file: string) => readFileSync(path(file), 'utf8')
const text = read('compose.yaml')

interface Service {
  readonly image: string
  readonly environment?: Readonly<Record<string, string>>
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: object
  readonly networks: { readonly polls?: { readonly ipv4_address: string } }
}
const { services } = parse(text, { merge: true }) as { readonly services: Readonly<Record<string, Service>> }

/** It names what is built, so that the nodes are the same. */
const allowed = 'no-build-and-image'

/** Holds a file against the schema of the Compose Specification. @returns what is wrong */
function findMistakes(file: string): readonly string[] {
  const linter = new DCLinter({ rules: { [allowed]: 0 }, quiet: true, debug: false, exclude: [] })
  const messages = linter.lintFiles([file], false).flatMap((result) => result.messages)
  return messages.filter(({ type }) => type === 'error').map(({ message }) => message)
}

it('is what the schema of Compose files allows, its images by name and version', () => {
  expect(text.split('\n')[0]).toContain('Not run in CI')
  expect(findMistakes(path('compose.yaml'))).toEqual([])
})

it('would be told of a mistake', () => {
  const folder = mkdtempSync(join(tmpdir(), 'compose-test-'))
  const file = join(folder, 'compose.yaml')
  writeFileSync(file, text.replace('healthcheck:', 'healthchek:'))
  expect(findMistakes(file)).toEqual([expect.stringContaining('additional properties')])
  writeFileSync(file, text.replace('image: nginx:1.22.1', 'image: nginx'))
  expect(findMistakes(file)).toEqual([expect.stringContaining('"nginx"')])
  rmSync(folder, { recursive: true })
})

it('waits for services that there are, and for their health where they say it', () => {
  const waits = Object.values(services).flatMap((service) => Object.entries(service.depends_on ?? {}))
  expect(waits.length).toBeGreaterThan(0)
  for (const [name, { condition }] of waits) {
    expect(Object.keys(services)).toContain(name)
    const hasHealth = services[name]?.healthcheck !== undefined
    expect([name, condition]).toEqual([name, hasHealth ? 'service_healthy' : 'service_completed_successfully'])
  }
})

it('gives its nodes what they read, and nginx the nodes that there are', () => {
  const conf = read('nginx.conf')
  const addresses = Object.entries(services).flatMap(([name, { networks }]) =>
    /^redis-\d$/.test(name) ? [networks.polls?.ipv4_address] : [],
  )
  for (const name of ['node-1', 'node-2', 'node-3']) {
    const settings = readSettings(services[name]?.environment ?? {})
    expect(settings.redis).toEqual(addresses.map((host) => ({ host, port: 6379 })))
    expect(services).toHaveProperty([new URL(settings.s3Endpoint).hostname])
    expect(services).toHaveProperty([new URL(settings.database).hostname])
    expect(services).toHaveProperty([settings.kafkaBrokers[0]?.split(':')[0] ?? ''])
    expect(conf).toContain(`server ${name}:${settings.port} `)
    expect(conf).toContain(`server ${name}:${settings.channelPort} `)
  }
  expect(addresses).toHaveLength(6)
})
