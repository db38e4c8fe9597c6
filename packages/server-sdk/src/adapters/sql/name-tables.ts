import {
  IdentifierNode,
  type KyselyPlugin,
  OperationNodeTransformer,
  type QueryId,
  type SchemableIdentifierNode,
} from 'kysely'

export interface TableNames {
  /** Begins the names of all tables and indexes. @default 'live_poll_' */
  readonly prefix?: string
  /** Holds the tables; made by a migration when it is missing. @default what the connection looks in first */
  readonly schema?: string
}

/** How names begin in the code. */
const ownPrefix = 'live_poll_'

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
