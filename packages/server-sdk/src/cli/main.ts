#!/usr/bin/env node
import { PollError } from '@live-poll/client-sdk/protocol'
import { type Command, commands } from './commands.ts'
import { UsageError } from './usage-error.ts'

const exitCodes = `Exit codes: 0 it is done · 1 it is done, and something was wrong (recount) · 2 it could not be done; standard error says why`

const usage = `Usage: live-poll <command>

${Object.values(commands)
  .map(({ usage, summary }) => `  ${usage.replace(/ <choice>.*/, '').padEnd(18)} ${summary}`)
  .join('\n')}

live-poll <command> --help says more. ${exitCodes}.
`

const [name = '', ...args] = process.argv.slice(2)
const command = Object.hasOwn(commands, name) ? commands[name] : undefined
if (['--help', '-h', 'help'].includes(name)) process.stdout.write(usage)
else if (command && asksForHelp(args)) process.stdout.write(helpOf(command))
else await run(command)

function asksForHelp(args: readonly string[]): boolean {
  const ours = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  return ours.includes('--help') || ours.includes('-h')
}

function helpOf({ usage, summary, details }: Command): string {
  return `Usage: live-poll ${usage}\n\n${summary}\n\n${details}\n\n${exitCodes}.\n`
}

async function run(command: Command | undefined) {
  try {
    if (!command) throw new UsageError(name === '' ? 'name a command.' : `"${name}" is no command.`)
    const { output, exitCode = 0 } = await command.run(args, process.env)
    if (output !== undefined) process.stdout.write(`${output}\n`)
    process.exitCode = exitCode
  } catch (error) {
    const help = error instanceof UsageError ? `\n${command ? helpOf(command) : usage}` : ''
    process.stderr.write(`live-poll: ${describe(error)}\n${help}`)
    process.exitCode = 2
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (!(error instanceof PollError)) return error.message
  const { issues = [] } = error.details
  if (issues.length > 0) return issues.map(({ path, message }) => `${path}: ${message}`).join('\nlive-poll: ')
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return error.code === 'UNAVAILABLE' ? `the server or its database does not answer; try again.${cause}` : error.message
}
