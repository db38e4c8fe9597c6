import {
  IdentifierNode,
  type KyselyPlugin,
  OperationNodeTransformer,
  type QueryId,
  type SchemableIdentifierNode,
} from 'kysely'

/** What the tables are called, and where they are. */
export interface TableNames {
  /** Begins the names of all tables and indexes. @default 'live_poll_' */
  readonly prefix?: string | undefined
  /** Holds the tables; made by a migration when it is missing. @default what the connection looks in first */
  readonly schema?: string | undefined
}

/** How names begin in the code. */
const ownPrefix = 'live_poll_'

/** @throws Error for names that Postgres or MySQL would cut off, or write otherwise */
export function checkTableNames(adapter: string, { prefix, schema }: TableNames): void {
  if (prefix !== undefined && !/^[a-z][a-z0-9_]{0,29}$/.test(prefix)) {
    throw new Error(`${adapter}: prefix: send 1 to 30 of a-z, 0-9 and _, a letter first.`)
  }
  if (schema !== undefined && !/^[A-Za-z_][\w$-]{0,62}$/.test(schema)) {
    throw new Error(`${adapter}: schema: send a name of at most 63 letters, digits, _, $ and -.`)
  }
}

/** Gives tables, indexes and constraints the names that the host has chosen, in built queries and in raw SQL alike. */
export function nameTables({ prefix = ownPrefix, schema }: TableNames): KyselyPlugin {
  const transformer = new NameTransformer(prefix, schema)
  return {
    transformQuery: ({ node, queryId }) => transformer.transformNode(node, queryId),
    transformResult: async ({ result }) => result,
  }
}

class NameTransformer extends OperationNodeTransformer {
  readonly #prefix: string
  readonly #schema: string | undefined

  constructor(prefix: string, schema: string | undefined) {
    super()
    this.#prefix = prefix
    this.#schema = schema
  }

  protected override transformIdentifier(node: IdentifierNode, queryId?: QueryId): IdentifierNode {
    const transformed = super.transformIdentifier(node, queryId)
    if (!node.name.startsWith(ownPrefix)) return transformed
    return { ...transformed, name: this.#prefix + node.name.slice(ownPrefix.length) }
  }

  protected override transformSchemableIdentifier(
    node: SchemableIdentifierNode,
    queryId?: QueryId,
  ): SchemableIdentifierNode {
    const transformed = super.transformSchemableIdentifier(node, queryId)
    if (!this.#schema || !node.identifier.name.startsWith(ownPrefix)) return transformed
    return { ...transformed, schema: IdentifierNode.create(this.#schema) }
  }
}
