import { Ajv2020 } from 'ajv/dist/2020.js'

interface Described {
  readonly content?: Readonly<Record<string, object>>
}

/** As much of an OpenAPI document as is read here. */
export interface OpenApiDocument {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Described>> }>>>
  >
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

export interface SeenAnswer {
  readonly method: string
  /** Under the base path, without its query. */
  readonly path: string
  readonly status: number
  /** Its media type; undefined without a body. */
  readonly type: string | undefined
  readonly json: unknown
}

/** Finds the operation of an answer, as in `get /polls/{id}`, and says what the document does not have of it. */
export function createCheckAnswer(document: OpenApiDocument) {
  // A moment is written in one way; the other formats are none of this document's.
  const ajv = new Ajv2020({
    strict: false,
    formats: { 'date-time': (text: string) => new Date(text).toISOString() === text },
  })
  ajv.addSchema(closed(document) as object, 'document')
  const patterns = Object.entries(document.paths)
    .map(([path, methods]) => ({ path, methods, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`) }))
    // `/polls/{id}` and the like after what has no parameters.
    .sort((a, b) => Number(a.path.includes('{')) - Number(b.path.includes('{')))

  return ({ method, path, status, type, json }: SeenAnswer): { readonly name: string; readonly fault?: string } => {
    const found = patterns.find(({ pattern, methods }) => pattern.test(path) && methods[method.toLowerCase()])
    const name = `${method.toLowerCase()} ${found?.path ?? path}`
    const answer = found?.methods[method.toLowerCase()]?.responses[status]
    if (!found || !answer) return { name, fault: `${name} is not described with status ${status}.` }
    if (type === undefined) return answer.content ? { name, fault: `${name}: ${status} has no body.` } : { name }
    const content = answer.content?.[type]
    if (!content) return { name, fault: `${name}: ${status} is not described as ${type}.` }
    if (!('schema' in content)) return { name }
    const place = ['paths', found.path, method.toLowerCase(), 'responses', status, 'content', type, 'schema']
    const validate = ajv.compile({ $ref: `document#/${place.map(toPointer).join('/')}` })
    return validate(json) ? { name } : { name, fault: `${name}: ${status}: ${ajv.errorsText(validate.errors)}` }
  }
}

/** Later versions may add fields, so the document lets them pass; an answer of this version must have none that it does not name. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const copy = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, closed(field)]))
  return copy.type === 'object' && copy.properties ? { additionalProperties: false, ...copy } : copy
}

function toPointer(part: string | number): string {
  return encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'))
}
