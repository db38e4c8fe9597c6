/** What a reader of the README does. */
export interface QuickStart {
  /** By their names, in the order in which they stand there. */
  readonly files: ReadonlyMap<string, string>
  /** Each line of the blocks for a shell. */
  readonly commands: readonly string[]
}

/** The fences of the section, with the line of text before each, which begins with the name of its file. */
const fences = /^(.*)\n\n```(\w+)\n([\s\S]*?\n)```$/gm

/** Reads the section that the README begins with. @throws on a block that is neither a file nor for a shell */
export function readQuickStart(readme: string): QuickStart {
  const [section = ''] = /^## The first ten minutes\n[\s\S]*?(?=^## )/m.exec(readme) ?? []
  const files = new Map<string, string>()
  const commands: string[] = []
  for (const [, text = '', language, code = ''] of section.matchAll(fences)) {
    const name = /^`([\w./-]+)`/.exec(text)?.[1]
    if (language === 'sh') commands.push(...code.trim().split('\n'))
    else if (name) files.set(name, code)
    else throw new Error(`The quick start has a block of ${language} and does not say which file it is.`)
  }
  return { files, commands }
}
