import { type ErrorCode, errors } from '@live-poll/client-sdk/protocol'
import { type DocumentedRoute, errorsOf } from './errors-of.ts'
import { errorBody } from './model-schemas.ts'
import { type Json, type NamedSchemas, nameSchemas } from './name-schemas.ts'
import { headerTexts, type Operation, type OperationAnswer, type Parameter } from './operation.ts'
import { operations } from './operations.ts'
import { securityOf, securitySchemes } from './security.ts'

/**
 * Writes what a table of routes offers as OpenAPI 3.1.
 * @param basePath where they are
 * @throws for a route that `operations` does not have
 */
export function writeDocument(routes: readonly DocumentedRoute[], basePath: string): { readonly [name: string]: Json } {
  const schemas = nameSchemas()
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: writeOperation(route, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Live Poll',
      version: '1',
      license: { name: 'MIT', identifier: 'MIT' },
      description:
        'Realtime polls. A path that is not here is answered NOT_FOUND, a method that a path does not offer METHOD_NOT_ALLOWED. Ignore fields and error codes that you do not know: later versions add some.',
    },
    servers: [{ url: basePath }],
    paths,
    components: { schemas: schemas.components, securitySchemes },
  }
}

function writeOperation(route: DocumentedRoute, schemas: NamedSchemas): Json {
  const name = `${route.method} ${route.path}`
  const operation = operations[name]
  if (!operation) throw new Error(`The OpenAPI document has no words for ${name}.`)
  const parameters = parametersOf(route, operation, schemas)
  const requestBody = bodyOf(operation, schemas)
  const answers = Object.entries(operation.answers).map(([status, answer]) => [status, writeAnswer(answer, schemas)])
  return {
    operationId: operation.id,
    summary: operation.summary,
    security: securityOf[operation.by],
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody !== undefined && { requestBody }),
    responses: { ...Object.fromEntries(answers), ...refusals(route, operation, schemas) },
  }
}

function parametersOf({ path }: DocumentedRoute, { query, headers }: Operation, { point }: NamedSchemas): Json[] {
  const write =
    (place: string) =>
    ([name, { schema, description, isRequired }]: [string, Parameter]): Json => ({
      ...{ name, in: place, description, schema: point(schema) },
      ...(isRequired && { required: true }),
    })
  const segments = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  return [
    ...segments.map((name): Json => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...Object.entries(query ?? {}).map(write('query')),
    ...Object.entries(headers ?? {}).map(write('header')),
  ]
}

function bodyOf({ body, upload }: Operation, { point }: NamedSchemas): Json | undefined {
  if (upload) return { required: true, content: Object.fromEntries(upload.map((type) => [type, {}])) }
  if (!body) return undefined
  return { required: !body.isOptional, content: { 'application/json': { schema: point(body.schema) } } }
}

function writeAnswer({ description, schema, types, headers }: OperationAnswer, { point }: NamedSchemas): Json {
  const named = headers?.map((name) => [name, { description: headerTexts[name], schema: { type: 'string' } }])
  return {
    description,
    ...(named && { headers: Object.fromEntries(named) }),
    ...(schema && { content: { 'application/json': { schema: point(schema) } } }),
    ...(types && { content: Object.fromEntries(types.map((type) => [type, {}])) }),
  }
}

/** By status, each with the codes that are answered with it. */
function refusals(route: DocumentedRoute, operation: Operation, { point }: NamedSchemas): Record<string, Json> {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of errorsOf(route, operation)) {
    const { status } = errors[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const written = [...byStatus].map(([status, codes]): [string, Json] => {
    const own = operation.answers[status]
    const refusal: Json = {
      allOf: [point(errorBody), { properties: { error: { properties: { code: { enum: codes } } } } }],
    }
    const schema: Json = own?.schema ? { anyOf: [point(own.schema), refusal] } : refusal
    const description = codes.map((code) => `${code}: ${errors[code].message}`).join(' ')
    return [String(status), { description, content: { 'application/json': { schema } } }]
  })
  return Object.fromEntries(written)
}
