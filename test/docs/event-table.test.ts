import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { webhook } from '@live-poll/server-sdk/webhook'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

const server = join(import.meta.dirname, '../../packages/server-sdk')
const source = ts.createSourceFile(
  'poll-event.ts',
  readFileSync(join(server, 'src/domain/poll-event.ts'), 'utf8'),
  ts.ScriptTarget.Latest,
)
const [, section = ''] = readFileSync(join(server, 'README.md'), 'utf8').split('\n### What an event says\n')

/** The fields of an object type, with what type each has. */
function fieldsOf(node: ts.TypeLiteralNode | ts.InterfaceDeclaration): ReadonlyMap<string, ts.TypeNode> {
  const fields = node.members.filter((member) => ts.isPropertySignature(member))
  return new Map(fields.map(({ name, type }) => [name.getText(source), type as ts.TypeNode]))
}

const textsIn = (type: ts.TypeNode | undefined) => [...(type?.getText(source) ?? '').matchAll(/'([^']+)'/g)]

/** Each type of event in poll-event.ts, with the fields that it has besides. */
function readEvents(): ReadonlyMap<string, readonly string[]> {
  const happening = source.statements.find((one) => ts.isTypeAliasDeclaration(one) && one.name.text === 'Happening')
  const { types } = (happening as ts.TypeAliasDeclaration).type as ts.UnionTypeNode
  return new Map(
    types.flatMap((member) => {
      const { type, ...fields } = Object.fromEntries(fieldsOf(member as ts.TypeLiteralNode))
      return textsIn(type).map(([, name = '']) => [name, Object.keys(fields)] as const)
    }),
  )
}

/** Each type of event in the README's table, with what is written besides. */
function readTable(): ReadonlyMap<string, string> {
  const [table = ''] = /^\| type \| besides \|\n[\s\S]*?\n(?!\|)/m.exec(section) ?? []
  const rows = table.trim().split('\n').slice(2)
  return new Map(
    rows.flatMap((row) => {
      const [, names = '', ...besides] = row.split('|')
      return [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => [name, besides.join('|')] as const)
    }),
  )
}

describe('the table of events in the README of the server', () => {
  const events = readEvents()
  const table = readTable()

  test('has the types of poll-event.ts, and no other; a webhook can be asked for each', () => {
    expect([...table.keys()].sort()).toEqual([...events.keys()].sort())
    const ask = () => webhook({ url: 'https://a.example', secret: `whsec_${'A'.repeat(43)}=`, events: ['x' as never] })
    expect(ask).toThrow(/There are: /)
    for (const type of events.keys()) expect(ask).toThrow(new RegExp(`[ ,]${type.replace('.', '\\.')}[,.]`))
  })

  test.each([...events])('names each field of %s', (type, fields) => {
    const poll = source.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === 'PollInEvent')
    const inPoll = [...fieldsOf(poll as ts.InterfaceDeclaration).keys()]
    for (const field of fields.includes('poll') ? [...fields, ...inPoll] : fields)
      expect(table.get(type), field).toContain(`\`${field}\``)
  })

  test('stands below an event that has each field of its type, and those of all', () => {
    const [, json = '{}'] = /```json\n([\s\S]*?)```/.exec(section) ?? []
    const { type, version, id, at, pollId, box, epoch, seq, index, ...fields } = JSON.parse(json)
    expect(id).toBe([pollId, epoch, box, seq, index].join(':'))
    expect([version, new Date(at).toISOString()]).toEqual([1, at])
    expect(Object.keys(fields)).toEqual(events.get(type))
  })
})
