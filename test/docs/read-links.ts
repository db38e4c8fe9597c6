/** A link or picture of a Markdown text. */
export interface Link {
  /** From 1. */
  line: number
  /** As written: `../README.md#options`, `#options`, `https://...`. */
  target: string
}

/** Reads the links of a Markdown text; what stands in code is none. */
export function readLinks(markdown: string): Link[] {
  return withoutCode(markdown).flatMap((text, index) => {
    const inline = [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)]
    const defined = [...text.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/g)]
    return [...inline, ...defined].map(([, target = '']) => ({ line: index + 1, target }))
  })
}

/** The anchors that a Markdown text has: those of its headings, made as GitHub and the docs site make them. */
export function readAnchors(markdown: string): Set<string> {
  const anchors = new Set<string>()
  for (const text of withoutFences(markdown)) {
    const heading = /^ {0,3}#{1,6}\s+(.*?)\s*#*$/.exec(text)?.[1]
    if (heading === undefined) continue
    const slug = toSlug(heading)
    let anchor = slug
    for (let again = 1; anchors.has(anchor); again += 1) anchor = `${slug}-${again}`
    anchors.add(anchor)
  }
  return anchors
}

function toSlug(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-')
}

/** Lines, those of fenced code empty. */
function withoutFences(markdown: string): string[] {
  let fence: string | undefined
  return markdown.split('\n').map((text) => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(text)?.[1]
    if (fence === undefined) {
      fence = mark
      return mark ? '' : text
    }
    if (mark && text.trim() === fence) fence = undefined
    return ''
  })
}

function withoutCode(markdown: string): string[] {
  return withoutFences(markdown).map((text) => text.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, 'code'))
}
