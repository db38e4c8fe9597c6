import type { Poll } from '@live-poll/client-sdk/protocol'
import type { CommandEnd } from './open-for-command.ts'
import { flag, parseCommand } from './parse-command.ts'
import type { PollsInReach } from './polls-in-reach.ts'
import { renderBars, renderLine } from './render-results.ts'
import { createDrawing, isColoured, isRedrawable, type Terminal } from './terminal.ts'
import { onePoll } from './turn.ts'
import { reachOptions, withPolls } from './with-polls.ts'

/**
 * `live-poll results <poll> [--watch]`: prints a poll's results, or shows them as they change until it closes. In a
 * terminal they are drawn in place; elsewhere each change is a line.
 * @throws UsageError
 */
export async function results(args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandEnd> {
  const { values, positionals } = parseCommand(args, { ...reachOptions, watch: flag })
  const id = onePoll(positionals)
  return withPolls(values, env, async (polls) => {
    if (values.watch) return watch(polls, id, env)
    return { output: renderBars(visible(await polls.get(id)), lookOf(process.stdout, env)).join('\n') }
  })
}

async function watch(polls: PollsInReach, id: string, env: NodeJS.ProcessEnv): Promise<CommandEnd> {
  const leaving = new AbortController()
  const leave = () => leaving.abort()
  process.once('SIGINT', leave).once('SIGTERM', leave)
  const show = createShow(process.stdout, env)
  try {
    for await (const poll of polls.watch(id, leaving.signal)) {
      show(visible(poll))
      if (poll.state === 'closed') break
    }
    return {}
  } finally {
    process.off('SIGINT', leave).off('SIGTERM', leave)
  }
}

function createShow(terminal: Terminal, env: NodeJS.ProcessEnv): (poll: Poll) => void {
  if (!isRedrawable(terminal, env)) return (poll) => void terminal.write(`${renderLine(poll)}\n`)
  const draw = createDrawing(terminal)
  return (poll) => draw(renderBars(poll, { ...lookOf(terminal, env), rows: terminal.rows || 24 }))
}

function lookOf(terminal: Terminal, env: NodeJS.ProcessEnv) {
  const columns = terminal.columns || 80 // some pseudo-terminals say 0
  return { columns, rows: Number.POSITIVE_INFINITY, isColoured: isColoured(terminal, env) }
}

function visible(poll: Poll): Poll {
  if (poll.results) return poll
  throw new Error('the results of this poll are hidden: set LIVE_POLL_ADMIN_KEY to that of the server.')
}
