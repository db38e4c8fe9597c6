export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** Collects the schemas that have a `title`, each once, and points to them instead. */
export interface NamedSchemas {
  readonly components: Readonly<Record<string, Json>>
  point(schema: object): Json
}

export function nameSchemas(): NamedSchemas {
  const components: Record<string, Json> = {}

  function point(schema: object): Json {
    const { title } = schema as { readonly title?: unknown }
    if (typeof title !== 'string') return copy(schema)
    components[title] ??= copy(schema)
    return { $ref: `#/components/schemas/${title}` }
  }

  /** What is enumerable: types of TypeBox know more of themselves than a schema says. */
  function copy(value: unknown): Json {
    if (Array.isArray(value)) return value.map(pointOrCopy)
    if (typeof value !== 'object' || value === null) return value as Json
    const entries = Object.entries(value).filter(([, field]) => field !== undefined)
    return Object.fromEntries(entries.map(([name, field]) => [name, pointOrCopy(field)]))
  }

  function pointOrCopy(value: unknown): Json {
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? point(value) : copy(value)
  }

  return { components, point }
}
