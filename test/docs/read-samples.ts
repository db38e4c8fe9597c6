/** A fenced block of TypeScript in a Markdown file. */
export interface Sample {
  file: string
  /** Line of the opening fence, from 1. */
  line: number
  /** What stands after the language, as in "ts no-check". */
  attributes: string
  code: string
}

const opening = /^( {0,3})(`{3,}|~{3,})[ \t]*(\S*)[ \t]*(.*)$/

/** Reads every fence of TypeScript in a Markdown text. @throws on a fence that is never closed */
export function readSamples(file: string, markdown: string): Sample[] {
  const samples: Sample[] = []
  const lines = markdown.split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    const [, , fence, language, attributes] = opening.exec(lines[at] ?? '') ?? []
    if (!fence) continue
    const end = lines.findIndex((text, index) => index > at && text.trim() === fence)
    if (end < 0) throw new Error(`${file}:${at + 1} opens a fence that is never closed`)
    if (/^(ts|typescript|tsx|mts)$/i.test(language ?? '')) {
      samples.push({ file, line: at + 1, attributes: attributes ?? '', code: lines.slice(at + 1, end).join('\n') })
    }
    at = end
  }
  return samples
}
