import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { accountDecisions, visitors } from './account-decisions.ts'
import {
  callers,
  type Decision,
  type DecisionTable,
  messageDecisions,
  pollKinds,
  type Row,
  routeDecisions,
} from './decisions.ts'

/** `docs/access.md`. */
export function accessPage(): string {
  return `# Who may do what

Made from \`packages/server-sdk/test/access/decisions.ts\`, each cell of which is tried against real servers in CI; a route
or a message without its line there fails. Do not edit: \`npm test -- --project server access-matrix -u\` writes it anew.

The polls belong to the **owner**, a user who is signed in with the host. The **other’s owner** is signed in, too, and runs
polls of their own. A **voter** is a device with a token. With the **admin key** one is an organizer over HTTP, and a
relay on the channel and on streams. ${ok} is yes; anything else is the error's code. \`RESULTS_HIDDEN\` on a route that
shows the poll means that its \`results\` are null.

Who may not see a **private** poll is told what is told of one that is **missing**: the same status, headers and body, but
for the id of the request.

## With an \`authorize\` that gives everyone their own polls

\`\`\`ts
${source('authorize.ts')}
\`\`\`

Beware of \`poll ? poll.owner === user.id : true\`: \`nameVoters\` and \`createRelay\` are about no poll, and let whoever
may do them vote as anyone.

${tables('byOwner')}

## Without \`authorize\`

Organizers' actions are for the admin key and for the host's own code alone.

${tables('byNobody')}

## Accounts

Only where the host has them. All of these are the action \`useAccount\`, which \`authorize\` is not asked about.

${accountTable()}
`
}

const ok = '**ok**'

function source(file: string): string {
  return readFileSync(join(import.meta.dirname, file), 'utf8').trim()
}

function tables(mode: 'byOwner' | 'byNobody'): string {
  return `${table('route', routeDecisions, mode)}\n\n${table('message', messageDecisions, mode)}`
}

function table(what: string, decisions: DecisionTable, mode: 'byOwner' | 'byNobody'): string {
  const lines = Object.entries(decisions).flatMap(([name, byAction]) =>
    Object.entries(byAction).flatMap(([action, decision]) =>
      linesOf(decision[mode]).map(([poll, row]) =>
        line([`\`${name}\``, action === 'none' ? '' : `\`${action}\``, poll, ...row.map(cell)]),
      ),
    ),
  )
  const head = [what, 'action', 'poll', ...callers]
  return [line(head), line(head.map(() => '---')), ...lines].join('\n')
}

function accountTable(): string {
  const lines = Object.entries(accountDecisions).map(([route, row]) => line([`\`${route}\``, ...row.map(cell)]))
  const head = ['route', ...visitors]
  return [line(head), line(head.map(() => '---')), ...lines].join('\n')
}

/** Polls that are answered alike share a line. */
function linesOf(decision: Decision): readonly (readonly [poll: string, Row])[] {
  if (!('public' in decision)) return [['', decision]]
  const lines = new Map<string, string[]>()
  for (const kind of pollKinds) {
    const key = decision[kind].join()
    lines.set(key, [...(lines.get(key) ?? []), kind])
  }
  return [...lines.values()].map((kinds) => [
    kinds.length === pollKinds.length ? 'any' : kinds.join(', '),
    decision[kinds[0] as (typeof pollKinds)[number]],
  ])
}

function cell(answer: string): string {
  return answer === 'ok' ? ok : `\`${answer}\``
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
