import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { root } from '../run-command.mjs'

// The table of options in the server's README is made from the types and their comments; `--write` writes it.
const readme = join(root, 'packages/server-sdk/README.md')
const sources = 'packages/server-sdk/src'
const begin = '<!-- options: made by scripts/checks/options-table.mjs --write -->'
const end = '<!-- end of options -->'

/** Options that are objects: where their fields are. */
const nested = {
  images: ['options.ts', 'ImageOptions'],
  captcha: ['identity/captcha.ts', 'CaptchaOptions'],
  hooks: ['ports/hooks.ts', 'Hooks'],
  channel: ['channel/limits.ts', 'ChannelLimits'],
  shedding: ['upkeep/watch-load.ts', 'Shedding'],
}

/** Sections of the README that say more. */
const sections = {
  ...{ database: 'databases', redis: 'redis-many-nodes', images: 'pictures', accounts: 'accounts', hooks: 'hooks' },
  ...{ sinks: 'events-votes-and-polls-to-kafka-webhooks-and-elsewhere', shedding: 'too-much-at-once' },
  ...{ endedSessions: 'sessions-that-end', tokenSecrets: 'changing-keys', identify: 'your-sessions' },
}

const rows = fieldsOf('options.ts', 'LivePollOptions').flatMap((option) => {
  const [file, name] = nested[option.name] ?? []
  const fields = file ? fieldsOf(file, name).map((field) => ({ ...field, name: `${option.name}.${field.name}` })) : []
  return [option, ...fields]
})
const table = ['| option | type | default | |', '|---|---|---|---|', ...rows.map(toRow)].join('\n')

const before = readFileSync(readme, 'utf8')
const [from, to] = [before.indexOf(begin), before.indexOf(end)]
if (from < 0 || to < from) throw new Error(`${readme} has no place for the options: ${begin} ... ${end}`)
const after = `${before.slice(0, from + begin.length)}\n\n${table}\n\n${before.slice(to)}`
if (process.argv.includes('--write')) writeFileSync(readme, after)
else if (after !== before) {
  console.log('The options in packages/server-sdk/README.md are not those of the types.')
  console.log('Run: node scripts/checks/options-table.mjs --write')
  process.exitCode = 1
}

/** Read from the text alone: nothing has to be built or type-checked. */
function fieldsOf(file, interfaceName) {
  const text = readFileSync(join(root, sources, file), 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found = source.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === interfaceName)
  if (!found) throw new Error(`${file} has no interface ${interfaceName}.`)
  return found.members.map((member) => {
    const tags = ts.getJSDocTags(member)
    const byDefault = tags.find((tag) => tag.tagName.text === 'default')
    const comment = member.jsDoc?.[0]
    return {
      name: member.name.text,
      type: toLine(member.type.getText(source)).replace(/\breadonly /g, ''),
      default: toLine(ts.getTextOfJSDocComment(byDefault?.comment) ?? ''),
      text: toLine(ts.getTextOfJSDocComment(comment?.comment) ?? ''),
    }
  })
}

function toRow({ name, type, default: byDefault, text }) {
  const section = sections[name]
  const more = section ? `${text && ' '}[More](#${section}).` : ''
  return `| \`${name}\` | \`${type.replaceAll('|', '\\|')}\` | ${cell(byDefault)} | ${cell(text)}${more} |`
}

function cell(text) {
  return text.replaceAll('|', '\\|')
}

function toLine(text) {
  return text.replace(/\s+/g, ' ').trim()
}
