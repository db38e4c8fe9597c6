import {
  type KyselyPlugin,
  OperationNodeTransformer,
  type PrimitiveValueListNode,
  type QueryId,
  type ValueNode,
} from 'kysely'

/** Writes moments as texts, and reads the columns `..._at` as moments, whatever the driver would have made of a `Date`. */
export function momentsAsText(): KyselyPlugin {
  const transformer = new MomentTransformer()
  return {
    transformQuery: ({ node, queryId }) => transformer.transformNode(node, queryId),
    transformResult: async ({ result }) => ({ ...result, rows: result.rows.map(readMoments) }),
  }
}

class MomentTransformer extends OperationNodeTransformer {
  protected override transformValue(node: ValueNode, queryId?: QueryId): ValueNode {
    return { ...super.transformValue(node, queryId), value: toText(node.value) }
  }

  protected override transformPrimitiveValueList(
    node: PrimitiveValueListNode,
    queryId?: QueryId,
  ): PrimitiveValueListNode {
    return { ...super.transformPrimitiveValueList(node, queryId), values: node.values.map(toText) }
  }
}

function toText(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value
}

function readMoments(row: Record<string, unknown>): Record<string, unknown> {
  const read = ([name, value]: [string, unknown]) =>
    [name, name.endsWith('_at') && typeof value === 'string' ? new Date(value) : value] as const
  return Object.fromEntries(Object.entries(row).map(read))
}
