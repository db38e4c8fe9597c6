import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { cruise, type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const config: { forbidden: IForbiddenRuleType[]; options: ICruiseOptions } = createRequire(import.meta.url)(
  join(root, '.dependency-cruiser.cjs'),
)

const server = 'packages/server-sdk/src'
const client = 'packages/client-sdk/src'
const widget = 'packages/web-widget/src'

/** One import that the rule must refuse: [rule, from, to]. */
const refused: [rule: string, from: string, to: string][] = [
  ['no-cycle', `${server}/results/chicken.ts`, './egg.ts'],
  ['no-unresolved', `${server}/results/lost.ts`, './nowhere.ts'],
  ['no-test-in-source', `${server}/domain/poll.ts`, './poll.test.ts'],
  ['client-stands-alone', `${client}/live/connection.ts`, 'node:events'],
  ['client-stands-alone', `${client}/http/requests.ts`, 'lit'],
  ['server-uses-protocol-only', `${server}/results/board.ts`, '@live-poll/client-sdk'],
  ['server-does-not-import-widget', `${server}/http/widget.ts`, '@live-poll/web-widget'],
  ['widget-does-not-import-server', `${widget}/live-poll.ts`, '@live-poll/server-sdk'],
  ['widget-runs-in-browsers', `${widget}/strings.ts`, 'node:fs'],
  ['protocol-is-pure', `${client}/protocol/codec.ts`, '../live/connection.ts'],
  ['protocol-is-pure', `${client}/protocol/limits.ts`, 'node:buffer'],
  ['domain-is-pure', `${server}/domain/voter.ts`, 'node:crypto'],
  ['domain-is-pure', `${server}/domain/ballot.ts`, 'kysely'],
  ['domain-is-pure', `${server}/domain/image.ts`, '../ports/poll-store.ts'],
  ['server-part-has-a-layer', `${server}/util/helper.ts`, 'node:fs'],
  ['server-domain-imports-nothing-above', `${server}/domain/decide-vote.ts`, '../ports/poll-store.ts'],
  ['server-ports-imports-nothing-above', `${server}/ports/ballot-store.ts`, '../identity/token.ts'],
  ['server-upkeep-imports-nothing-above', `${server}/upkeep/sweep.ts`, '../identity/token.ts'],
  ['server-ballot-box-imports-nothing-above', `${server}/ballot-box/prepare.ts`, '../actions/cast-vote.ts'],
  ['server-actions-imports-nothing-above', `${server}/actions/close-poll.ts`, '../channel/limits.ts'],
  ['server-http-imports-nothing-above', `${server}/channel/vote-channel.ts`, '../index.ts'],
  ['server-options-imports-nothing-above', `${server}/options.ts`, './index.ts'],
  ['server-index-imports-nothing-above', `${server}/index.ts`, './use/ws.ts'],
  ['http-and-channel-are-strangers', `${server}/http/routes.ts`, '../channel/limits.ts'],
  ['adapters-import-ports-and-domain', `${server}/adapters/sql/votes.ts`, '../../identity/token.ts'],
  ['core-imports-no-adapter', `${server}/use/node.ts`, '../adapters/memory/bus.ts'],
  ['adapters-are-loaded-lazily', `${server}/open-core.ts`, './adapters/memory/bus.ts'],
  ['drivers-stay-outside-the-core', `${server}/results/reconcile.ts`, 'kysely'],
  ['drivers-stay-outside-the-core', `${server}/channel/socket.ts`, 'ws'],
  ['hosts-are-passed-in', `${server}/use/express.ts`, 'express'],
]

/** Imports that the same rules must let pass. */
const allowed: Record<string, string> = {
  [`${server}/use/fetch.ts`]: `import '../index.ts'; import 'ws'`,
  [`${server}/adapters/embedded/dialect.ts`]: `import 'kysely'; import '../../ports/image-store.ts'`,
  [`${server}/actions/create-poll.ts`]: `import '../results/plain.ts'; import '../domain/plain.ts'`,
  [`${server}/domain/plain.ts`]: `import type {} from '@live-poll/client-sdk/protocol'; export {}`,
  [`${server}/domain/plain.test.ts`]: `import 'vitest'; import './plain.ts'`,
  [`${widget}/poll-controller.ts`]: `import 'lit'; import '@live-poll/client-sdk'`,
}

/** What the examples above point to. */
const bystanders: Record<string, string> = {
  [`${server}/results/egg.ts`]: `import './chicken.ts'`,
  [`${server}/results/plain.ts`]: 'export {}',
  [`${server}/domain/poll.test.ts`]: 'export {}',
  [`${server}/ports/poll-store.ts`]: 'export {}',
  [`${server}/ports/image-store.ts`]: 'export {}',
  [`${server}/identity/token.ts`]: 'export {}',
  [`${server}/actions/cast-vote.ts`]: 'export {}',
  [`${server}/channel/limits.ts`]: 'export {}',
  [`${server}/adapters/memory/bus.ts`]: 'export {}',
  [`${server}/use/ws.ts`]: 'export {}',
}

let folder: string
let violations: ICruiseResult['summary']['violations']

beforeAll(async () => {
  mkdirSync(join(root, 'tmp'), { recursive: true })
  folder = mkdtempSync(join(root, 'tmp/import-rules-'))
  const files = { ...bystanders, ...allowed }
  for (const [, from, to] of refused) files[from] = `${files[from] ?? ''}\nimport '${to}'`
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const { output } = await cruise(['packages'], {
    ...config.options,
    baseDir: folder,
    ruleSet: { forbidden: config.forbidden },
    validate: true,
  })
  if (typeof output === 'string') throw new Error(output)
  violations = output.summary.violations
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('import rules', () => {
  test.each(refused)('%s: %s may not import %s', (rule, from) => {
    expect(violations.filter((violation) => violation.from === from).map((violation) => violation.rule.name)).toContain(
      rule,
    )
  })

  test.each(Object.keys(allowed))('%s passes', (from) => {
    expect(violations.filter((violation) => violation.from === from)).toEqual([])
  })

  test('every rule is shown failing here', () => {
    const shown = new Set(refused.map(([rule]) => rule))
    expect(config.forbidden.filter((rule) => !shown.has(rule.name ?? ''))).toEqual([])
  })
})
